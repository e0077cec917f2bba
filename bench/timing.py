"""Runs a command as a process of its own: wall seconds, CPU seconds, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """Wall and CPU seconds, start-up included, and the peak of resident memory in MiB (the largest process's)."""

    wall: float
    cpu: float
    peak: float


def timed(arguments: list[str]) -> Timing:
    """Run a command, and stop the bench when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(arguments)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = status
    if status:
        raise SystemExit(f"{arguments} ended with {status}")
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def labelling(source: Path, output: Path, jobs: int) -> list[str]:
    """Give the command line that labels a file."""
    return [sys.executable, "-m", "pipeline.cli", "label", str(source), "-o", str(output), "--jobs", str(jobs), "-q"]
