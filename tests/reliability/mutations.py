"""Polluted files damaged at random: each is read or refused, without a crash, a hang or a panic of a library."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.messy.case import Case
from tests.messy.score import all_cases, judge, write_case

#: Seconds that a damaged file may take, and bytes of memory.
PATIENCE, MEMORY, CRASHED = 60, 6 << 30, 70


def damaged(case: Case, seed: int) -> Case:
    """Give the case with some bytes changed, removed, doubled, or its end cut; the same for the same seed."""
    chance = random.Random(f"{case.name} {seed}")
    content = bytearray(case.content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(len(content) + 1)
        size = chance.choice((1, 1, 1, 2, 8, 64))
        match chance.randrange(5):
            case 0:
                content[place : place + size] = chance.randbytes(size)
            case 1:
                del content[place : place + size]
            case 2:
                content[place:place] = content[place : place + size] * chance.choice((1, 2, 30))
            case 3:
                content[place:place] = chance.choice((b'"', b"\0", b"\r", b"\n", b";", b"\xff", b"\xef\xbb\xbf", b"''"))
            case _:
                content = content[:place] if chance.random() < 0.2 else content
    return Case(case.name, case.kind, case.suffix, bytes(content), rows=None)


def small_cases() -> list[Case]:
    """Give the cases worth damaging."""
    return [case for case in all_cases() if 0 < len(case.content) < 50_000]


def crashes(first: int, last: int, folder: Path) -> tuple[int, list[str]]:
    """Read every case damaged with each seed, in other processes; give how many were read, and what crashed."""
    start, total, found = 0, 1, []
    while start < total:
        command = [sys.executable, "-m", "tests.reliability.mutations", str(first), str(last), str(start), str(folder)]
        code = subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode
        if not code:
            return int((folder / "total").read_text()), found
        total, at = int((folder / "total").read_text()), int((folder / "at").read_text())
        said = (folder / "crash").read_text() if code == CRASHED else ""
        found.append(f"{(folder / 'name').read_text()}: exit {code} {said}".strip())
        start = at + 1
    return total, found


def read_all(first: int, last: int, start: int, folder: Path) -> int:
    """Read the damaged cases from number ``start`` on, leaving in the folder where it stands."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    todo = [(case, seed) for seed in range(first, last) for case in small_cases()]
    (folder / "total").write_text(str(len(todo)))
    for number, (case, seed) in enumerate(todo[start:], start):
        (folder / "at").write_text(str(number))
        (folder / "name").write_text(f"{case.name} seed {seed}")
        signal.alarm(PATIENCE)
        wrong = damaged(case, seed)
        path = write_case(wrong, folder)
        try:
            judge(wrong, path)
        except BaseException as error:
            (folder / "crash").write_text(f"{type(error).__name__}: {error}"[:300])
            return CRASHED
        path.unlink()
    return 0


def main() -> int:
    """``python -m tests.reliability.mutations FIRST LAST``: damage every case with these seeds."""
    first, last = map(int, sys.argv[1:3])
    if len(sys.argv) > 3:
        return read_all(first, last, int(sys.argv[3]), Path(sys.argv[4]))
    with tempfile.TemporaryDirectory() as folder:
        tried, found = crashes(first, last, Path(folder))
    print(f"{tried} damaged files read, {len(found)} crashes", *found, sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
