"""The bootstraps of QuaPy on the files of `make bench-coverage`: PACC and EMQ, its intervals of 95 %.

QuaPy needs no audited row and has no other source of truth than unchanged wording. Its bootstrap takes seconds a file:
files have 2,000 rows, 100 resamples instead of 500, and there are 100 replicates, 20 for PACC, whose every resample is
an optimisation. Weights and communes are unknown to it. Run by `make bench-coverage` where QuaPy is installed
(`pip install quapy`); the table says so where it is not.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import share_worlds
from marks import write_between
from share_worlds import Pool, read_pool
from shares_coverage import CELLS, Cell
from sklearn.base import BaseEstimator, ClassifierMixin

from pipeline.domains import LABELS

ROWS, RESAMPLES, VALIDATION = 2_000, 100, 2_000
REPLICATES = {"PACC": 20, "EMQ": 100}
# QuaPy has no audited row: how they are drawn plays no part, and settings that differ by the draw alone are one.
DRAWS = ("stratified", "active")


class GivenProbabilities(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier for QuaPy whose texts are the probabilities already found."""

    def __init__(self) -> None:
        self.classes_ = np.arange(len(LABELS))

    def fit(self, X: Any, y: Any) -> GivenProbabilities:
        return self

    def predict_proba(self, X: Any) -> Any:
        return X


def quantifiers() -> dict[str, Any]:
    """Give QuaPy's quantifiers, or raise ``ImportError``."""
    from quapy.method.aggregative import EMQ, PACC

    return {
        "PACC": lambda: PACC(GivenProbabilities(), fit_classifier=False, val_split=None),
        "EMQ": lambda: EMQ(GivenProbabilities(), fit_classifier=False, val_split=None),
    }


def line(cell: Cell, name: str, make: Any, pool: Pool) -> str:
    """Repeat a setting with one quantifier."""
    from quapy.method.confidence import AggregativeBootstrap

    rng = np.random.default_rng(2016)
    probabilities = pool.probabilities[cell.wording]
    held, widths = [], []
    for number in range(REPLICATES[name]):
        known = rng.choice(len(pool.truth), VALIDATION, replace=False)
        # What QuaPy learns its correction on is ordinary wording, as a user's held-out texts are.
        method = AggregativeBootstrap(make(), n_test_samples=RESAMPLES, random_state=number)
        method.fit(pool.probabilities["same"][known], pool.truth[known])
        world = cell.world(pool, probabilities, rng)
        _, region = method.predict_conf(world.population.probabilities)
        low, high = region.I_low, region.I_high
        held.append((low <= world.shares) & (world.shares <= high))
        widths.append(high - low)
    return f"| {cell.name} | {name} | {REPLICATES[name]} | {100 * np.mean(held):.1f} | {100 * np.mean(widths):.2f} |"


def main() -> None:
    """Fill the table."""
    warnings.simplefilter("ignore")
    try:
        methods = quantifiers()
    except ImportError:
        write_between("coverage-quapy", ["QuaPy is not installed where this table was made."])
        return
    share_worlds.ROWS = ROWS
    pool = read_pool()
    lines = [
        f"Files of {ROWS} rows, {RESAMPLES} resamples, nominal 95 %; coverage in %, width in points.",
        "",
        "| setting | QuaPy bootstrap | replicates | coverage | width |",
        "| --- | --- | --- | --- | --- |",
    ]
    for cell in CELLS:
        if not cell.name.startswith(DRAWS):
            for name, make in methods.items():
                lines.append(line(cell, name, make, pool))
                print(lines[-1], flush=True)
                write_between("coverage-quapy", lines)


if __name__ == "__main__":
    main()
