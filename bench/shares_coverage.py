"""`make bench-coverage`: how often the intervals of `domaines shares` hold the truth, tables into BENCHMARKS.md.

The populations are resampled from the project's annotated texts with the probabilities the project's classifier
gave them out of fold: `same` wording (ordinary folds), `kinds` (kinds of service it never saw) and `voices` (writers
it never saw). Each replicate draws a new file, then audits it. The truth is the file's own share, or that of all
communes for the statement about communes in general. (Not named coverage.py: numba would import it for the library.)
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from marks import write_between
from share_worlds import (
    LARGEST,
    WORDINGS,
    Drawn,
    Floats,
    MakeDraw,
    MakeWorld,
    Pool,
    World,
    active_draw,
    clustered_file,
    communes_in_general,
    neyman_draw,
    plain_file,
    proportional_draw,
    read_pool,
    shifted_file,
    uniform_draw,
    weighted_file,
)

from pipeline.domains import LABELS
from pipeline.shares.estimation import estimate
from pipeline.shares.intervals import intervals, wilson
from pipeline.shares.population import sample_of

PPI_PYTHON_REPLICATES = 250
SIZES = (50, 100, 200, 400, 800)
Interval = tuple[Floats, Floats, Floats]


@dataclass
class Tally:
    """What a method did over the replicates: hits, widths and errors, a row of K per replicate."""

    held: list[Floats] = field(default_factory=list)
    widths: list[Floats] = field(default_factory=list)
    errors: list[Floats] = field(default_factory=list)

    def add(self, interval: Interval, shares: Floats) -> None:
        point, low, high = interval
        self.held.append((low - 1e-12 <= shares) & (shares <= high + 1e-12))
        self.widths.append(high - low)
        self.errors.append(point - shares)


# ── methods ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def counted(world: World) -> Interval:
    """Count the predictions, binomial interval."""
    guessed = np.bincount(world.population.probabilities.argmax(axis=1), world.population.mass, len(LABELS))
    return guessed, *wilson(guessed, world.population.size, 1.96)


def ours(world: World, drawn: Drawn, by_commune: bool, power: float | None = None) -> Interval:
    """What `domaines shares` prints; with λ = 0, the audited rows alone with the same care."""
    sample = sample_of(world.population, drawn.rows, world.labels[drawn.rows], drawn.inclusion, drawn.strata)
    found = estimate(world.population, sample, power, by_commune=by_commune)
    return found.shares, *intervals(found, 0.95)


def ppi_python(world: World, drawn: Drawn) -> Interval:
    """`ppi-python` as its documentation uses it, the rest of the file as its unlabelled part."""
    from ppi_py import ppi_mean_ci

    rest = np.ones(world.population.size, dtype=bool)
    rest[drawn.rows] = False
    truth = np.eye(len(LABELS))[world.labels[drawn.rows]]
    guess, others = world.population.probabilities[drawn.rows], world.population.probabilities[rest]
    given = {"w": world.population.weights[drawn.rows] / drawn.inclusion, "w_unlabeled": world.population.weights[rest]}
    given = {name: weights / weights.mean() for name, weights in given.items()}
    low, high = ppi_mean_ci(truth, guess, others, alpha=0.05, **given)
    return (low + high) / 2, low, high


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Cell:
    """One setting: what is read, how it is drawn, which statement is made."""

    name: str
    wording: str
    world: MakeWorld
    draw: MakeDraw = uniform_draw
    by_commune: bool = False


CELLS = (
    *(Cell(f"uniform draw, {wording}", wording, plain_file) for wording in WORDINGS),
    *(Cell(f"labels shifted (Dirichlet), {wording}", wording, shifted_file) for wording in ("same", "kinds")),
    *(Cell(f"stratified draw, {wording}", wording, plain_file, proportional_draw) for wording in ("same", "kinds")),
    *(Cell(f"stratified draw (Neyman), {wording}", wording, plain_file, neyman_draw) for wording in ("same", "kinds")),
    *(Cell(f"active draw, {wording}", wording, plain_file, active_draw) for wording in ("same", "kinds")),
    *(Cell(f"survey weights, {wording}", wording, weighted_file) for wording in ("same", "kinds")),
    *(
        Cell(f"communes of 1 to {LARGEST}, this file, {wording}", wording, clustered_file)
        for wording in ("same", "kinds")
    ),
    *(
        Cell(f"communes of 1 to {LARGEST}, in general, {wording}", wording, communes_in_general, uniform_draw, True)
        for wording in ("same", "kinds")
    ),
)
METHODS = ("count", "annotated only", "ppi-python", "domaines")


def run(cell: Cell, size: int, pool: Pool, replicates: int, seed: int) -> dict[str, Tally]:
    """Repeat a setting."""
    rng = np.random.default_rng([seed, size])
    tallies = {name: Tally() for name in METHODS}
    probabilities = pool.probabilities[cell.wording]
    for number in range(replicates):
        world = cell.world(pool, probabilities, rng)
        drawn = cell.draw(world.population, size, rng)
        tallies["count"].add(counted(world), world.shares)
        tallies["annotated only"].add(ours(world, drawn, cell.by_commune, 0.0), world.shares)
        # Ten times as slow as all the rest: it is run on the first replicates only.
        if number < PPI_PYTHON_REPLICATES:
            tallies["ppi-python"].add(ppi_python(world, drawn), world.shares)
        tallies["domaines"].add(ours(world, drawn, cell.by_commune), world.shares)
    return tallies


HEADER = [
    "| setting | n | coverage, domaines (worst label) | width | ÷ annotated only | largest bias | annotated only "
    "| ppi-python | count |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
]


def line(cell: Cell, size: int, tallies: dict[str, Tally]) -> str:
    """Write a setting as a row: coverage in %, width in points."""

    def coverage(name: str) -> str:
        return f"{100 * np.mean(tallies[name].held):.1f}"

    def width(name: str) -> float:
        return 100 * float(np.mean(tallies[name].widths))

    mine = tallies["domaines"]
    worst, bias = 100 * np.mean(mine.held, axis=0).min(), 100 * np.abs(np.mean(mine.errors, axis=0)).max()
    others = " | ".join(f"{coverage(name)} ({width(name):.1f})" for name in ("annotated only", "ppi-python", "count"))
    return (
        f"| {cell.name} | {size} | {coverage('domaines')} ({worst:.1f}) | {width('domaines'):.2f} "
        f"| {width('domaines') / width('annotated only'):.2f} | {bias:.2f} | {others} |"
    )


def lines_of(pool: Pool, replicates: int, sizes: Sequence[int], only: str) -> Iterator[str]:
    for cell in CELLS:
        if only in cell.name:
            for size in sizes:
                yield line(cell, size, run(cell, size, pool, replicates, 2016))


def main() -> None:
    """Fill the table, saved row by row."""
    words = argparse.ArgumentParser()
    words.add_argument("--replicates", type=int, default=1000)
    words.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    words.add_argument("--only", default="", help="settings whose name holds these words; nothing is saved")
    asked = words.parse_args()
    warnings.simplefilter("ignore")
    pool = read_pool()
    lines = [
        f"{asked.replicates} replicates a row, nominal 95 %; coverage in %, mean over labels; width in points.",
        "",
    ]
    lines += HEADER
    for row in lines_of(pool, asked.replicates, asked.sizes, asked.only):
        lines.append(row)
        print(row, flush=True)
        if not asked.only:
            write_between("coverage", lines)


if __name__ == "__main__":
    main()
