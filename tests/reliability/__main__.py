"""``python -m tests.reliability`` (``make reliability``): put in faults and bad inputs by hundreds, print one table.

``--few`` does a little of each, for the suite; ``--full`` kills every form of a command 200 times, and takes longer
(``make reliability-full``). The exit code is 1 when something was lost or wrong in silence.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.reliability import kills, load
from tests.reliability.commands import COMMANDS, TRAIN, Command
from tests.reliability.review_kills import kill_review

KILLS = 200
# In less than ten minutes: the formats of ``label`` (a tenth each) and its --resume (a half) share its 200 kills; a
# report is one file written at the end. ``--full`` shares nothing.
SHARED = {f"label {suffix}": 10 for suffix in (".csv", ".xlsx", ".ods", ".jsonl", ".parquet")}
SHARED |= {"label --resume": 2, "report": 10}
# Training is killed by parts of so many kills: the two lanes then end together.
PART = 25
BEGAN = time.monotonic()
MODEL = """
import sys
from pathlib import Path
from pipeline.classifier import DomainClassifier
from pipeline.domains import LABELS
from pipeline.registry import save_model
from pipeline.scoring import reordered
from tests.conftest import SMALL_CORPUS
texts, labels = zip(*SMALL_CORPUS, strict=True)
scoring = reordered(DomainClassifier(minimum_texts=1).fit(list(texts), list(labels)).scoring_, LABELS)
config = {"name": "small", "version": "1", "review_threshold": 0.5}
save_model(Path(sys.argv[1], "small"), scoring, config, {"scores": {}, "date": "2026-01-01"}, "# small\\n")
"""


@dataclass(frozen=True)
class Task:
    """What a lane does, and the line of the table it is counted in."""

    name: str
    function: Callable[..., kills.Tally]
    arguments: tuple[object, ...]


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    name: str
    faults: int = 0
    lost: int = 0
    inputs: int = 0
    wrong: int = 0


def main() -> int:
    """Do all of it, print what was lost, then the table."""
    few, full = "--few" in sys.argv, "--full" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        models = _models(place)
        kills.preload(training=not few)
        lines = [*_killed(place, models, list(_plan(few, full)), few)]
        if not few:
            lines += [*_disks(place, models), *_in_other_processes(place, models), _crowd(place, models)]
    _print(lines)
    return int(any(line.lost or line.wrong for line in lines))


def _models(place: Path) -> Path:
    """Give the folder of a small model: the one named after ``--models``, or one made here."""
    if "--models" in sys.argv:
        return Path(sys.argv[sys.argv.index("--models") + 1])
    # The parent of forked children must have used neither Polars nor scikit-learn.
    subprocess.run([sys.executable, "-c", MODEL, str(place / "models")], check=True)
    return place / "models"


def _killed(place: Path, models: Path, plan: list[tuple[Command, int]], few: bool) -> list[Line]:
    """Kill commands in two lanes, forked before anything is used, the longest tasks first."""
    tallies: dict[str, kills.Tally] = {}
    with multiprocessing.get_context("fork").Pool(2) as lanes:
        for name, tally in lanes.imap_unordered(_done, list(_tasks(place, models, plan, few))):
            tallies.setdefault(name, kills.Tally()).add(tally)
            _say(name, tally)
    return [_line(name, tally) for name, tally in sorted(tallies.items())]


def _tasks(place: Path, models: Path, plan: list[tuple[Command, int]], few: bool) -> Iterator[Task]:
    yield Task("review: killed at random", kill_review, (3 if few else KILLS, place / "review", models, len(plan)))
    for number, (command, times) in enumerate(plan):
        # Training is long, its writing short.
        late, part = command == TRAIN, PART if command == TRAIN else times
        for first in range(0, times, part):
            where, seed = place / f"kill{number}-{first}", number + 1000 * first
            arguments = (command, min(part, times - first), where, models, seed, late)
            yield Task(f"{command.name}: killed at random", kills.kill_many, arguments)
    for number, command in enumerate(COMMANDS[:1] if few else COMMANDS):
        steps = ("replace",) if few else kills.STEPS
        arguments = (command, place / f"fault{number}", models, steps)
        yield Task(f"{command.name}: killed or disk full at each step", kills.fail_everywhere, arguments)


def _done(task: Task) -> tuple[str, kills.Tally]:
    return task.name, task.function(*task.arguments)


def _plan(few: bool, full: bool) -> Iterator[tuple[Command, int]]:
    if few:
        yield next(command for command in COMMANDS if command.name == "label --resume"), 4
        return
    yield TRAIN, KILLS
    for command in COMMANDS:
        yield command, KILLS if full else KILLS // SHARED.get(command.name, 1)


def _say(name: str, tally: kills.Tally) -> None:
    for sentence in tally.lost:
        print(f"LOST {sentence}", flush=True)
    said = f"{name}: {tally.injected} faults, {tally.landed} before the end, {len(tally.lost)} lost"
    print(f"{said} ({time.monotonic() - BEGAN:.0f} s since the beginning)", flush=True)


def _line(name: str, tally: kills.Tally) -> Line:
    return Line(name, faults=tally.injected, lost=len(tally.lost))


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[bool]:
    """Mount a small disk; gives ``False`` where that is not possible (it takes root)."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = os.name != "nt" and os.geteuid() == 0 and not subprocess.run(mount, capture_output=True).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _disks(place: Path, models: Path) -> Iterator[Line]:
    """Have every command write on a disk that fills up, then on one that is read-only."""
    for kind in ("full", "read-only"):
        tally = kills.Tally()
        for number, command in enumerate((*COMMANDS, TRAIN)):
            with small_disk(place / f"{kind}{number}", "size=1m") as mounted:
                if mounted:
                    _on_disk(command, place / f"{kind}{number}", models, kind == "read-only", tally)
        if tally.injected:
            _say(f"all commands: disk {kind}", tally)
            yield _line(f"all commands: disk {kind}", tally)
        else:
            print(f"all commands: disk {kind}: not tried, mounting takes root")


def _on_disk(command: Command, disk: Path, models: Path, read_only: bool, tally: kills.Tally) -> None:
    work = disk / "work"
    kills.prepare(command, work)
    before = kills.snapshot(work)
    if read_only:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    else:
        # Filled to the last page: the smallest draft has no room.
        with suppress(OSError), open(disk / "filler", "wb") as filler:
            while True:
                filler.write(b"x" * 4096)
                filler.flush()
    code = kills.finished(kills.run_forked(command.words, work, models))
    changed = sorted(name for name, _ in kills.snapshot(work).items() ^ before.items())
    tally.injected += 1
    tally.landed += code != 0
    if code != 3 or changed:
        tally.lost.append(f"{command.name}: exit {code}, changed: {changed}")


def _in_other_processes(place: Path, models: Path) -> list[Line]:
    """Do two at a time what runs in processes of its own, now that nothing is forked any more."""
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(_load, place, models), pool.submit(_messy), pool.submit(_damaged, place)]
        return [each.result() for each in waiting]


def _messy() -> Line:
    found = _output("-m", "tests.messy")
    total = found.splitlines()[-1].split()
    print(f"polluted tables: {total[1]} read, {total[-1]} wrong in silence")
    return Line("polluted tables", inputs=int(total[1]), wrong=int(total[-1]))


def _damaged(place: Path) -> Line:
    found = _output("-m", "tests.reliability.mutations", "0", "6").splitlines()
    print(*found, sep="\n")
    return Line("damaged files: no crash, no hang", inputs=int(found[0].split()[0]), wrong=len(found) - 1)


def _crowd(place: Path, models: Path) -> Line:
    from tests.reliability.clients import crowd

    decisions, wrong = crowd(place / "crowd", models, 200, 60)
    print(f"200 clients for 60 s, and a second start on the same store: {decisions} decisions", *wrong, sep="\n")
    return Line("review: 200 clients, second start", faults=200, lost=len(wrong), inputs=decisions)


def _load(place: Path, models: Path) -> Line:
    batches, growth = load.measured(place, models, 500)
    print(f"{batches} batches in one process: {growth}")
    return Line("500 batches: memory, open files", faults=batches, lost=len(growth.problems))


def _output(*words: str) -> str:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False).stdout


def _print(lines: list[Line]) -> None:
    fields: list[tuple[str, Callable[[Line], int]]] = [
        ("faults injected", lambda line: line.faults),
        ("survived", lambda line: line.faults - line.lost),
        ("lost", lambda line: line.lost),
        ("inputs tried", lambda line: line.inputs),
        ("wrong in silence", lambda line: line.wrong),
    ]
    width = max(len(line.name) for line in lines)
    print(" " * width + "".join(f"{name:>18}" for name, _ in fields))
    for line in lines:
        print(f"{line.name:<{width}}" + "".join(f"{value(line) or '':>18}" for _, value in fields))
    print(f"{'all':<{width}}" + "".join(f"{sum(map(value, lines)):>18}" for _, value in fields))


if __name__ == "__main__":
    sys.exit(main())
