"""How many rows must be read for a share to be known to ± x points: pure functions of arrays.

The variance is that of PPI++ on probabilities with one λ common to the K labels (Angelopoulos, Duchi & Zrnic 2023), for
a draw without replacement from the file. The model's errors come from rows it had not seen, weighted so that
their predicted labels are as frequent as in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pipeline.results import Plan, PlannedRows

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST_ROWS = 10


@dataclass(frozen=True)
class KnownErrors:
    """Rows whose true label is known: ``truth`` (m), ``probabilities`` (m × K), ``weights`` (m, sum to 1)."""

    truth: Integers
    probabilities: Floats
    weights: Floats

    def indicators(self) -> Floats:
        """Give the true labels as rows of 0 and one 1 (m × K)."""
        return np.eye(self.probabilities.shape[1])[self.truth]


@dataclass(frozen=True)
class ErrorVariance:
    """Variances of one row, per label (K): after the model's help in a uniform or an active draw, and without it.

    ``subtracted`` (K) is what an active draw's finite population takes off.
    """

    uniform: Floats
    active: Floats
    subtracted: Floats
    alone: Floats


def like_the_file(truth: Integers, probabilities: Floats, predicted: Floats) -> KnownErrors:
    """Weigh held-out rows (m) so that their predicted labels have the frequencies ``predicted`` (K) of the file.

    A label the model never predicted in held-out rows has no weight: nothing is known of it.

    >>> rows = like_the_file(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]), np.array([0.5, 0.5]))
    >>> rows.weights.tolist()
    [0.25, 0.25, 0.5]
    """
    best = probabilities.argmax(axis=1)
    counts = np.bincount(best, minlength=probabilities.shape[1])
    weights = (predicted / np.maximum(counts, 1))[best]
    return KnownErrors(truth, probabilities, weights / weights.sum())


def at_its_word(probabilities: Floats) -> ErrorVariance:
    """Give the variances of a model whose probabilities (N × K) are right: λ is 1, and a row's variance p (1 − p)."""
    mean = probabilities.mean(axis=0)
    spread = probabilities * (1.0 - probabilities)
    likely = _relative_inclusion(np.sqrt(spread.sum(axis=1)), np.full(len(spread), 1.0 / len(spread)))
    expected = spread.mean(axis=0)
    return ErrorVariance(expected, (spread / likely[:, None]).mean(axis=0), expected, mean * (1.0 - mean))


def error_variance(known: KnownErrors) -> ErrorVariance:
    """Give the variances of one row from known errors.

    >>> half = np.full(4, 0.25)
    >>> sure = KnownErrors(np.array([0, 1, 0, 1]), np.eye(2)[[0, 1, 0, 1]], half)
    >>> error_variance(sure).uniform.tolist(), error_variance(sure).alone.tolist()
    ([0.0, 0.0], [0.25, 0.25])
    """
    weights = known.weights[:, None]
    truth = known.indicators()
    truth = truth - (weights * truth).sum(axis=0)
    guess = known.probabilities - (weights * known.probabilities).sum(axis=0)
    spread = float((weights * guess**2).sum())
    power = float(np.clip((weights * truth * guess).sum() / spread, 0.0, 1.0)) if spread > 0 else 0.0
    residual = (truth - power * guess) ** 2
    doubt = np.sqrt((known.probabilities * (1.0 - known.probabilities)).sum(axis=1).clip(0.0))
    likely = _relative_inclusion(doubt, known.weights)[:, None]
    uniform = (weights * residual).sum(axis=0)
    return ErrorVariance(uniform, (weights * residual / likely).sum(axis=0), uniform, (weights * truth**2).sum(axis=0))


def plan(
    domains: Sequence[str],
    expected: Floats,
    variance: ErrorVariance,
    population: int,
    within: float,
    level: float = 0.95,
    basis: str = "held_out",
    known: int = 0,
) -> Plan:
    """Plan an audit of a file of ``population`` rows: intervals of ± ``within`` points (percent) at ``level``.

    ``expected`` (K) are the shares the model expects, between 0 and 1.
    """
    designs = zip(
        domains,
        expected.tolist(),
        zip(variance.uniform.tolist(), variance.subtracted.tolist(), strict=True),
        zip(variance.active.tolist(), variance.subtracted.tolist(), strict=True),
        zip(variance.alone.tolist(), variance.alone.tolist(), strict=True),
        strict=True,
    )
    rows = []
    for domain, share, *pairs in designs:
        widths = [partial(half_width, spread, off, population, level) for spread, off in pairs]
        rows.append(PlannedRows(domain, 100.0 * share, *(fewest_rows(width, population, within) for width in widths)))
    return Plan(within, level, population, basis, known, tuple(rows))


def half_width(spread: float, subtracted: float, population: int, level: float, size: int) -> float:
    """Give the half-width, in points, of an interval from ``size`` rows whose variance is ``spread`` each.

    All rows read leave no doubt in a uniform draw, where ``subtracted`` is ``spread``.

    >>> round(half_width(0.25, 0.0, 10**9, 0.95, 10_000), 2), half_width(0.25, 0.25, 100, 0.95, 100)
    (0.98, 0.0)
    """
    error = max(spread / size - subtracted / population, 0.0) ** 0.5
    return float(100.0 * stdtrit(max(size - 1, 1), (1.0 + level) / 2.0) * error)


def fewest_rows(width: Callable[[int], float], population: int, within: float) -> int:
    """Give the fewest rows (at least ``FEWEST_ROWS``, at most all) whose half-width is at most ``within``.

    >>> fewest_rows(lambda size: 100 / size, 1000, 2.0)
    50
    """
    below, enough = min(FEWEST_ROWS, population) - 1, population
    while enough - below > 1:
        middle = (below + enough) // 2
        below, enough = (below, middle) if width(middle) <= within else (middle, enough)
    return enough


def _relative_inclusion(doubt: Floats, weights: Floats) -> Floats:
    """Give inclusion in an active draw over that in a uniform one (m): as doubt, at least a half, 1 on average.

    The half is the floor that ``domaines audit draw --active`` has by default.
    """
    top = float(doubt.max(initial=0.0))
    if top <= 0:
        return np.ones(len(doubt))
    below, above = 0.0, 1e9 / top
    for _ in range(100):
        middle = (below + above) / 2
        small = float(weights @ np.maximum(0.5, middle * doubt)) < 1.0
        below, above = (middle, above) if small else (below, middle)
    return np.asarray(np.maximum(0.5, above * doubt), dtype=np.float64)
