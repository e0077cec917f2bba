"""Killing a command at a random moment, hundreds of times, and looking at what is left.

Children are forked from a parent that has imported everything and used nothing: a moment is then a moment of the
command, not of Python's start.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.commands import BEFORE, TRAIN, Command, prepare, settled, snapshot

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@dataclass
class Tally:
    """How many faults were put in, and the sentences of what was lost."""

    injected: int = 0
    landed: int = 0
    lost: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count what another lane found."""
        self.injected += other.injected
        self.landed += other.landed
        self.lost += other.lost


def preload(training: bool) -> None:
    """Import what commands import, without using any of it: threads do not survive a fork."""
    if training:
        import spacy.lang.fr  # noqa: F401

        import pipeline.workflow.training
    import jinja2  # noqa: F401
    import uvicorn  # noqa: F401
    import xlsxwriter  # noqa: F401

    import pipeline.answers
    import pipeline.cli
    import pipeline.review.server
    import pipeline.workflow.drawing
    import pipeline.workflow.labelling
    import pipeline.workflow.reporting
    import pipeline.workflow.reviewing
    import pipeline.workflow.shares  # noqa: F401


def run_forked(
    words: Sequence[str], folder: Path, models: Path, first: Callable[[], None] | None = None, output: int | None = None
) -> int:
    """Run a command in a child and give its number; ``first`` is called there before, ``output`` is its stdout."""
    # A signal that comes while Python forks is lost there, in one of its callbacks: it waits until the child can tell.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return child
    try:
        os.chdir(folder)
        os.environ["DOMAINES_MODELS"] = str(models)
        os.environ["TMPDIR"] = str(folder.parent)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere if output is None else output, 1)
        os.dup2(nowhere, 2)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if first:
            first()
        from pipeline.cli import main

        code = main(list(words))
    except BaseException:
        code = 99
    os._exit(code)


def finished(child: int) -> int:
    """Wait for a child, and give its exit code, or minus its signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def undisturbed(command: Command, folder: Path, models: Path) -> tuple[dict[str, bytes], float]:
    """Give what a run that nobody disturbs leaves, and how many seconds it takes."""
    prepare(command, folder)
    began = time.perf_counter()
    code = finished(run_forked(command.words, folder, models))
    took = time.perf_counter() - began
    assert code == 0, f"{command.name}: {code}"
    return snapshot(folder), took


def moment(chance: random.Random, took: float, late: bool) -> float:
    """Draw a moment of a run; ``late``: half of them in its last fifth, where a long command writes."""
    return chance.uniform(0.8 * took if late and chance.random() < 0.5 else 0, took)


def kill_many(command: Command, times: int, place: Path, models: Path, seed: int, late: bool = False) -> Tally:
    """Kill a command ``times`` times at random moments; after one in four, run it again as users would, and compare."""
    chance = random.Random(seed)
    expected, took = undisturbed(command, place / "undisturbed", models)
    tally = Tally()
    for number in range(times):
        folder = place / f"run{number}"
        prepare(command, folder)
        child = run_forked(command.words, folder, models)
        time.sleep(moment(chance, took, late))
        os.kill(child, SIGNALS[number % len(SIGNALS)])
        code = finished(child)
        tally.injected += 1
        tally.landed += code != 0
        tally.lost += [f"{command.name}, kill {number}: {reason}" for reason in left_wrong(command, folder, expected)]
        if number % 4 == 0:
            again = finished(run_forked(command.again, folder, models))
            if again or settled(snapshot(folder), folder) != settled(expected, folder):
                different = sorted(snapshot(folder).keys() ^ expected.keys())
                tally.lost.append(f"{command.name}, kill {number}: run again gives {again}, {different}")
        shutil.rmtree(folder)
    return tally


def left_wrong(command: Command, folder: Path, expected: dict[str, bytes]) -> list[str]:
    """Say which outputs are neither what was there before nor what a whole run gives."""
    found = snapshot(folder)
    if command == TRAIN:
        there = {name: content for name, content in found.items() if name.startswith("model/")}
        whole = {name: content for name, content in expected.items() if name.startswith("model/")}
        return [] if not there or there.keys() == whole.keys() else [f"half a model: {sorted(there)}"]
    return [name for name in command.outputs if found.get(name) not in (BEFORE, expected[name])]


def fail_at(step: str, place: int, fault: Callable[[], None]) -> Callable[[], None]:
    """Give what puts a fault at the ``place``-th time a step of writing is reached, in the child."""

    def arm() -> None:
        from pipeline.tables import drafts

        left = place

        def reached(name: str) -> None:
            nonlocal left
            if name == step:
                left -= 1
                if left == 0:
                    fault()

        drafts.reached = reached

    return arm


def killed() -> None:
    """Die at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def full_disk() -> None:
    """Say what a full disk says."""
    raise OSError(28, "No space left on device")


STEPS = ("create", "write", "close", "sync", "replace")


def fail_everywhere(command: Command, place: Path, models: Path, steps: Sequence[str] = STEPS) -> Tally:
    """Put each fault at each step of writing, first and second time, and compare."""
    expected, _ = undisturbed(command, place / "undisturbed", models)
    tally = Tally()
    for step in steps:
        for fault in (killed, full_disk):
            for nth in (1, 2):
                folder = place / f"{step}-{fault.__name__}-{nth}"
                prepare(command, folder)
                finished(run_forked(command.words, folder, models, fail_at(step, nth, fault)))
                tally.injected += 1
                tally.landed += 1
                wrong = left_wrong(command, folder, expected)
                again = finished(run_forked(command.again, folder, models))
                if again or settled(snapshot(folder), folder) != settled(expected, folder):
                    wrong.append(f"run again gives {again}")
                tally.lost += [f"{command.name}, {step} {fault.__name__} {nth}: {reason}" for reason in wrong]
                shutil.rmtree(folder)
    return tally
