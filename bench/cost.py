"""`make bench-cost`: what a text costs as files grow, how many words are distinct, and how much memory it takes.

    python bench/cost.py [--quick]

On the synthetic corpus (``bench/texts.py``), 10⁴ to 10⁷ texts (10⁶ with ``--quick``), CSV; at 10⁶ and 10⁷, Parquet
besides. Writes its table into BENCHMARKS.md and the figure ``docs/cost.svg``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import polars as pl
from marks import write_between
from texts import ROOT, distinct_words, write_zipf
from timing import Timing, labelling, timed

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ALSO_PARQUET = 1_000_000


def main() -> None:
    """Measure every size, write the table and the figure."""
    quick = "--quick" in sys.argv[1:]
    sizes = SIZES[:-1] if quick else SIZES
    found: dict[int, tuple[int, Timing, Timing | None]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in sizes:
            found[rows] = measure(folder, rows)
            print(rows, *found[rows], flush=True)
    write_between("cost", table(found))
    draw(found)


def measure(folder: Path, rows: int) -> tuple[int, Timing, Timing | None]:
    """Give the distinct words of a file of so many texts, and what labelling it takes, as CSV and as Parquet."""
    source, output = folder / "in.csv", folder / "out.csv"
    write_zipf(source, rows)
    jobs = len(os.sched_getaffinity(0))
    as_csv = timed(labelling(source, output, jobs))
    words = distinct_words(source)
    output.unlink()
    as_parquet = None
    if rows >= ALSO_PARQUET:
        parquet = source.with_suffix(".parquet")
        pl.scan_csv(source, infer_schema=False).sink_parquet(parquet)
        as_parquet = timed(labelling(parquet, output.with_suffix(".parquet"), jobs))
        parquet.unlink()
        output.with_suffix(".parquet").unlink()
    source.unlink()
    return words, as_csv, as_parquet


def table(found: dict[int, tuple[int, Timing, Timing | None]]) -> list[str]:
    """Give the table of all sizes."""
    lines = [
        "| texts | distinct words | CPU µs per text | wall µs per text | peak MiB (CSV) | peak MiB (Parquet) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rows, (words, csv, parquet) in found.items():
        peak = f"{parquet.peak:.0f}" if parquet else ""
        lines.append(
            f"| {rows:,} | {words:,} | {csv.cpu / rows * 1e6:.1f} | {csv.wall / rows * 1e6:.1f} | "
            f"{csv.peak:.0f} | {peak} |"
        )
    return lines


def draw(found: dict[int, tuple[int, Timing, Timing | None]]) -> None:
    """Draw cost per text and distinct words per text against the number of texts."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "domaines"
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    rows = list(found)
    left.loglog(rows, [csv.cpu / count * 1e6 for count, (_, csv, _) in found.items()], "o-", color="#1f6f8b")
    left.set(xlabel="texts", ylabel="CPU µs per text, start-up included", title="Cost per text")
    right.loglog(rows, [words for words, _, _ in found.values()], "o-", color="#b5533c")
    right.set(xlabel="texts", ylabel="distinct words", title="Distinct words")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(ROOT / "docs" / "cost.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
