"""Months of batches in one process: what grows is a leak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: Between the first fifth, when caches fill, and the last batch: what the allocator may keep, in MiB.
ALLOWED_MIB = 40

LOOP = """
import json, os, resource, sys
from pipeline.cli import main
from tests.reliability.load import memory_mib
folder, batches = sys.argv[1], int(sys.argv[2])
seen = []
for number in range(batches):
    with open(f"{folder}/in.csv", "w") as batch:
        batch.write("id,description\\n")
        batch.writelines(f"{n},wifi gratuit {(n + number) % 500} place {n % 97}\\n" for n in range(300))
    code = main(["label", f"{folder}/in.csv", "-o", f"{folder}/out.csv", "--model", "small", "--quiet", "--jobs", "1"])
    assert code == 0, code
    seen.append((memory_mib(), len(os.listdir("/proc/self/fd")), len(os.listdir(folder))))
print(json.dumps(seen))
"""


@dataclass(frozen=True)
class Growth:
    """Memory (MiB), open files and files in the folder, after a fifth of the batches and at the end."""

    early: tuple[float, int, int]
    late: tuple[float, int, int]

    @property
    def problems(self) -> list[str]:
        """What grew."""
        names = ("memory", "open files", "files left")
        allowed = (ALLOWED_MIB, 0, 0)
        return [
            f"{name} {early} → {late}"
            for name, early, late, more in zip(names, self.early, self.late, allowed, strict=True)
            if late > early + more
        ]

    def __str__(self) -> str:
        (early, *_), (late, files, left) = self.early, self.late
        return f"{early:.0f} MiB after a fifth, {late:.0f} at the end, {files} open files, {left} files in the folder"


def memory_mib() -> float:
    """Give the memory the process holds now."""
    with open("/proc/self/statm", encoding="ascii") as status:
        return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def measured(place: Path, models: Path, batches: int) -> tuple[int, Growth]:
    """Label ``batches`` batches one after the other in one process, each with the model loaded anew."""
    folder = place / "load"
    folder.mkdir()
    environment = {**os.environ, "DOMAINES_MODELS": str(models)}
    command = [sys.executable, "-c", LOOP, str(folder), str(batches)]
    seen = json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    return len(seen), Growth(tuple(seen[batches // 5]), tuple(seen[-1]))
