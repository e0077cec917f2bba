"""Runs a command as a process of its own: wall seconds, CPU seconds, peak memory.

Between the bench and the command stands a small process, this file run as a program: Linux counts to a command the
memory of the process that started it, and a bench that has made its texts holds more than what it measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """Wall and CPU seconds, start-up included, and the peak of resident memory in MiB (the largest process's)."""

    wall: float
    cpu: float
    peak: float


def timed(arguments: list[str]) -> Timing:
    """Run a command, and stop the bench when it fails."""
    done = subprocess.run([sys.executable, __file__, *arguments], stderr=subprocess.PIPE, text=True)
    lines = done.stderr.splitlines() or [""]
    if done.returncode:
        raise SystemExit("\n".join([f"{arguments} ended with {done.returncode}", *lines]))
    for line in lines[:-1]:
        print(line, file=sys.stderr)
    return Timing(**json.loads(lines[-1]))


def measured(arguments: list[str]) -> tuple[Timing, int]:
    """Run a command from here, and give its exit status."""
    began = time.perf_counter()
    process = subprocess.Popen(arguments)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = status
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), status


def labelling(source: Path, output: Path, jobs: int) -> list[str]:
    """Give the command line that labels a file."""
    return [sys.executable, "-m", "pipeline.cli", "label", str(source), "-o", str(output), "--jobs", str(jobs), "-q"]


if __name__ == "__main__":
    found, status = measured(sys.argv[1:])
    print(json.dumps(asdict(found)), file=sys.stderr)
    sys.exit(status != 0)
