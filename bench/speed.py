"""`make bench`: how long labelling takes, file to file, beside what people would use instead.

    python bench/speed.py [--quick] [--alone]

One run, one machine, the same texts (``bench/texts.py``: the real ones, then the synthetic ones), each program a
process of its own that reads a CSV file and writes it back with a label; medians of alternating runs, ratios
round by round. ``--quick`` takes 100,000 rows and one run: to see that all works, not to be quoted. ``--alone`` times
the floor and this project, and prints the tables without writing them.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from marks import write_between
from peers import has_fasttext
from texts import write_real, write_zipf
from timing import Timing, labelling, timed

PEERS = Path(__file__).with_name("peers.py")
ROWS, RUNS = 1_000_000, 5
QUICK_ROWS, QUICK_RUNS = 100_000, 1

# Two programs that share nothing, each with one job and all the rows: what the second core can give at most.
TOGETHER = "domaines 1, two at once"
# The slow ones read a part of the rows, and their time is scaled: their cost grows in proportion.
PARTS = {
    "floor": 1.0,
    "domaines 1": 1.0,
    "domaines 2": 1.0,
    TOGETHER: 2.0,
    "fasttext-words": 0.3,
    "fasttext-subwords": 0.2,
    "sklearn-words": 0.2,
    "sklearn-words-lemmas": 0.005,
    "sklearn-chars": 0.03,
    "sklearn-chars-lemmas": 0.005,
    "spacy-textcat-1": 0.005,
    "spacy-textcat-2": 0.005,
}
# The synthetic corpus is for the engine's worst case: no text twice, many distinct words.
ZIPF = ("floor", "domaines 1", "domaines 2", TOGETHER, "fasttext-words", "fasttext-subwords", "sklearn-words")
ALONE = ("floor", "domaines 1", "domaines 2", TOGETHER)
TARGETS = {"fasttext-subwords": 8, "fasttext-words": 2, "sklearn-chars": 30, "spacy-textcat-1": 100}
Rounds = dict[str, list[Timing]]


def main() -> None:
    """Time every competitor in turn on both corpora, and write the tables into BENCHMARKS.md."""
    quick, alone = "--quick" in sys.argv[1:], "--alone" in sys.argv[1:]
    rows, runs = (QUICK_ROWS, QUICK_RUNS) if quick else (ROWS, RUNS)
    wanted = [name for name in PARTS if has_fasttext() or not name.startswith("fasttext")]
    parts = {name: PARTS[name] for name in (ALONE if alone else wanted)}
    lines = [
        f"{rows:,} rows, medians of {runs} alternating runs, {os.cpu_count()} processors, Python "
        f"{platform.python_version()}, whole processes, start-up included.",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not alone:
            timed([sys.executable, str(PEERS), "train", "-", "-", str(folder)])
        for title, write, names in (("Real texts", write_real, tuple(parts)), ("Synthetic texts", write_zipf, ZIPF)):
            chosen = {competitor: parts[competitor] for competitor in names if competitor in parts}
            times = rounds(folder, chosen, write, rows, runs)
            lines += ["", f"{title}:", "", *table(rows, chosen, times), "", *sentences(chosen, times)]
    print("\n".join(lines))
    if not alone:
        write_between("speed", lines)


def rounds(folder: Path, parts: dict[str, float], write: Callable[[Path, int], None], rows: int, runs: int) -> Rounds:
    """Run all competitors by turns, each on its part of the rows."""
    for part in sorted({min(part, 1.0) for part in parts.values()}):
        write(folder / f"{part}.csv", int(rows * part))
    times: Rounds = {name: [] for name in parts}
    for _ in range(runs):
        for name, part in parts.items():
            times[name].append(run(name, folder / f"{min(part, 1.0)}.csv", folder))
            print(name, times[name][-1], file=sys.stderr, flush=True)
    return times


def run(name: str, source: Path, folder: Path) -> Timing:
    """Time one competitor."""
    if name != TOGETHER:
        return timed(command(name, source, folder / "out.csv", folder))
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(timed, (labelling(source, folder / f"out{number}.csv", 1) for number in (1, 2)))
    return Timing(max(one.wall, other.wall), one.cpu + other.cpu, max(one.peak, other.peak))


def command(name: str, source: Path, output: Path, folder: Path) -> list[str]:
    """Give the command line of one competitor."""
    if name.startswith("domaines"):
        return labelling(source, output, int(name.split(" ")[1]))
    return [sys.executable, str(PEERS), name, str(source), str(output), str(folder)]


def table(rows: int, parts: dict[str, float], times: Rounds) -> list[str]:
    """Give one line for each competitor."""
    lines = [
        "| program | rows timed | texts/s | time for all rows ÷ the floor's | CPU s per million | peak MiB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, part in parts.items():
        count = int(rows * part)
        wall = statistics.median(run.wall for run in times[name])
        cpu = statistics.median(run.cpu for run in times[name]) / count * 1e6
        peak = statistics.median(run.peak for run in times[name])
        over = ratio(times, parts, name, "floor")
        lines.append(f"| {name} | {count:,} | {count / wall:,.0f} | {over:.1f} | {cpu:.1f} | {peak:.0f} |")
    return lines


def sentences(parts: dict[str, float], times: Rounds) -> list[str]:
    """Say the ratios asked for, with what was asked."""
    gain = ratio(times, parts, "domaines 1", "domaines 2")
    over = ratio(times, parts, "domaines 2", "floor")
    most = ratio(times, parts, "domaines 1", TOGETHER)
    lines = [
        f"Two jobs are {gain:.2f} × as fast as one (asked: 1.7), and take {over:.1f} × the floor's time (asked: 4). "
        f"Two programs that share nothing do {most:.2f} × the work of one: on this machine no sharing can do better."
    ]
    for name, asked in TARGETS.items():
        if name in parts:
            # One process of ours beside one of theirs, then both cores beside it.
            one, two = (ratio(times, parts, name, f"domaines {jobs}") for jobs in (1, 2))
            lines.append(f"{name} takes {one:.1f} × the time of one job, {two:.1f} × that of two (asked: {asked}).")
    return lines


def ratio(times: Rounds, parts: dict[str, float], name: str, other: str) -> float:
    """Give the median of the ratios of two competitors' times for all rows, round by round."""
    pairs = zip(times[name], times[other], strict=True)
    return statistics.median(a.wall / parts[name] / (b.wall / parts[other]) for a, b in pairs)


if __name__ == "__main__":
    main()
