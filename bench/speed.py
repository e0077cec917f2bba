"""`make bench`: how long labelling takes, file to file, beside what people would use instead.

One run, one machine, the same texts, each program a process of its own that reads a CSV file and
writes it back with a label; medians of alternating runs, ratios round by round. The texts are the
72,130 real ones, each time with another number in front, so that no two files of the million are
the same; they stay outside the project. Peers are trained on the project's corpora.

    python bench/speed.py [ROWS] [RUNS]
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from marks import write_between

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real" / "reserve_parlementaire.csv"
PEERS = Path(__file__).with_name("peers.py")


def write_texts(path: Path, rows: int) -> None:
    """Write the benchmark's texts: the real ones, repeated with another number in front each time."""
    real = (
        pl.read_csv(REAL, infer_schema=False)
        .select("id", "code_commune", "description")
        .with_columns(pl.col("description").fill_null(""))
    )
    parts = [real] + [
        real.with_columns(pl.lit(f"{turn} ").add(pl.col("description")).alias("description"))
        for turn in range(2, rows // real.height + 2)
    ]
    pl.concat(parts).head(rows).write_csv(path)


def command(name: str, source: Path, output: Path, folder: Path) -> list[str]:
    """Give the command line of one competitor."""
    if name.startswith("domaines"):
        jobs = name.split(" ")[1]
        return [
            str(Path(sys.executable).with_name("domaines")),
            "label",
            str(source),
            "-o",
            str(output),
            "--jobs",
            jobs,
            "-q",
        ]
    return [sys.executable, str(PEERS), name, str(source), str(output), str(folder)]


def timed(arguments: list[str]) -> tuple[float, float, float]:
    """Run a command; give wall seconds, CPU seconds, peak memory in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(arguments)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = status
    if status:
        raise SystemExit(f"{arguments} ended with {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Time every competitor in turn, and write the table into BENCHMARKS.md."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    # The slow peers read a part of the rows, and their time is scaled: their cost grows in proportion.
    parts = {"floor": 1.0, "domaines 1": 1.0, "domaines 2": 1.0, "sklearn-words": 0.2, "sklearn-chars": 0.03}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(PEERS), "train", "-", "-", str(folder)], check=True)
        times: dict[str, list[tuple[float, float, float]]] = {competitor: [] for competitor in parts}
        for competitor, part in parts.items():
            write_texts(folder / f"{competitor}.csv", int(rows * part))
        for _ in range(runs):
            for competitor in parts:
                source, output = folder / f"{competitor}.csv", folder / "out.csv"
                times[competitor].append(timed(command(competitor, source, output, folder)))
    report(rows, runs, parts, times)


def report(rows: int, runs: int, parts: dict[str, float], times: dict[str, list[tuple[float, float, float]]]) -> None:
    """Print the table and put it between the marks of BENCHMARKS.md."""
    lines = [
        f"{rows} rows, medians of {runs} alternating runs, {os.cpu_count()} processors, Python "
        f"{platform.python_version()}, whole processes, start-up included.",
        "",
        "| program | rows timed | texts/s | time for all rows ÷ the floor's | CPU s per million | peak MiB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, part in parts.items():
        count = int(rows * part)
        walls, cpus, peaks = zip(*times[name], strict=True)
        ratios = [wall / part / floor[0] for wall, floor in zip(walls, times["floor"], strict=True)]
        lines.append(
            f"| {name} | {count} | {count / statistics.median(walls):,.0f} | {statistics.median(ratios):.1f} | "
            f"{statistics.median(cpus) / count * 1e6:.1f} | {statistics.median(peaks):.0f} |"
        )
    one, two = ([run[0] for run in times[f"domaines {jobs}"]] for jobs in (1, 2))
    gain = statistics.median(a / b for a, b in zip(one, two, strict=True))
    lines += ["", f"Two jobs are {gain:.2f} × as fast as one."]
    print("\n".join(lines))
    write_between("speed", lines)


if __name__ == "__main__":
    main()
