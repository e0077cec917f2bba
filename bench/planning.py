"""`make bench-plan`: do as many rows as `audit plan` says give the precision asked for? Table into BENCHMARKS.md.

Half of the annotated texts (drawn anew each time), with the probabilities the classifier gave them out of fold on kinds
it never saw, stand for what a model keeps of its errors; files of 10,000 services are drawn from the other half, in the
same wording or not.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from marks import write_between
from shares_coverage import ROWS, Pool, active_draw, ours, plain_file, read_pool, uniform_draw

from pipeline import planning
from pipeline.domains import LABELS
from pipeline.results import Plan

DRAWS = {"uniform": uniform_draw, "active": active_draw}


def halves(pool: Pool, rng: np.random.Generator) -> tuple[Pool, Pool]:
    """Part the texts at random into two pools."""
    order = rng.permutation(len(pool.truth))
    parts = (order[::2], order[1::2])
    known, other = (
        Pool(pool.truth[rows], pool.voice[rows], {name: found[rows] for name, found in pool.probabilities.items()})
        for rows in parts
    )
    return known, other


def planned(known: Pool, predicted: np.ndarray, within: float) -> Plan:
    """Plan from the known errors for a file whose predicted labels have these frequencies (K)."""
    errors = planning.like_the_file(known.truth, known.probabilities["kinds"], predicted)
    return planning.plan(LABELS, predicted, planning.error_variance(errors), ROWS, within)


def line(pool: Pool, wording: str, draw: str, within: float, replicates: int) -> str:
    """Measure one row of the table: the widest interval's half-width, and coverage, over files drawn anew."""
    rng = np.random.default_rng(2016)
    widths, held, sizes = [], [], []
    for _ in range(replicates):
        known, other = halves(pool, rng)
        world = plain_file(other, other.probabilities[wording], rng)
        guessed = world.population.probabilities.argmax(axis=1)
        made = planned(known, np.bincount(guessed, minlength=len(LABELS)) / len(guessed), within)
        size = getattr(made, draw)
        _, low, high = ours(world, DRAWS[draw](world.population, size, rng), False)
        widths.append(100 * (high - low) / 2)
        held.append((low <= world.shares) & (world.shares <= high))
        sizes.append(size)
    widest = np.mean(widths, axis=0).max()
    return f"| {wording} | {draw} | ± {within:g} | {np.mean(sizes):.0f} | ± {widest:.2f} | {100 * np.mean(held):.1f} |"


def lines_of(replicates: int) -> Iterator[str]:
    """Give the lines of the table."""
    yield f"{replicates} replicates a row; half-widths in points, those of the widest interval; coverage in %."
    yield ""
    yield "| wording of the file | draw | asked | rows planned | found | coverage |"
    yield "| --- | --- | --- | --- | --- | --- |"
    pool = read_pool()
    for wording in ("kinds", "same", "voices"):
        for draw in DRAWS:
            for within in (4.0, 3.0, 2.0):
                yield line(pool, wording, draw, within, replicates)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=300)
    lines = list(lines_of(parser.parse_args().replicates))
    print("\n".join(lines))
    write_between("planning", lines)


if __name__ == "__main__":
    main()
