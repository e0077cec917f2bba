"""The review page killed at random moments, its start included, while a client decides: the store keeps what it said.

One store lives through all the kills, as a store does.
"""

from __future__ import annotations

import faulthandler
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from tests.reliability.kills import SIGNALS, Tally, run_forked

ROWS, STORE = 50, "annotations.db"
WORDS = ("review", "in.csv", "--store", STORE, "--model", "small", "--annotator", "Zoé")
#: Where a page slow to stop says what it was doing.
STACKS = "stacks.txt"
#: How long it may take to stop, in seconds.
STOPPING = 20.0
#: When it says what it was doing: before the ten seconds after which the page ends by force.
SLOW = 6.0
#: Once the page is there, how long it is let work at most, in seconds.
WORKING = 0.25

Told = dict[str, tuple[int, str]]


def kill_review(times: int, place: Path, models: Path, seed: int) -> Tally:
    """Kill the program ``times`` times; then, and each time it starts again, all it acknowledged must be there."""
    from pipeline.review import SqliteJournal

    place.mkdir()
    lines = "".join(f"R{n},wifi {n}\n" for n in range(1, ROWS + 1))
    (place / "in.csv").write_text("id,description\n" + lines, encoding="utf-8")
    chance, told, tally = random.Random(seed), Told(), Tally()
    started = _run(place, models, 60.0, signal.SIGINT, chance, told, most=1) or 0.0
    for number in range(times):
        ready = _run(place, models, chance.uniform(0, started + WORKING), SIGNALS[number % 3], chance, told)
        tally.injected += 1
        tally.landed += 1
        if ready is None:
            tally.lost.append(f"review, kill {number}: still there {STOPPING:.0f} s after {SIGNALS[number % 3].name}")
    journal = SqliteJournal(str(place / STORE))
    written = journal.since(0)[1]
    whole = journal._all("PRAGMA integrity_check")[0][0]
    journal.close()
    kept = {each.key: (each.row, each.after) for each in written}
    twice = [key for key, found in Counter(each.key for each in written).items() if found > 1]
    tally.lost += [f"review: {key} acknowledged, {kept.get(key)} kept" for key in told if kept.get(key) != told[key]]
    tally.lost += [f"review: {key} twice" for key in twice]
    tally.lost += [] if whole == "ok" else [f"review: the store is damaged: {whole}"]
    print(f"review: {len(told)} decisions acknowledged, {len(written)} in the store", flush=True)
    return tally


def _run(
    place: Path, models: Path, until: float, sign: signal.Signals, chance: random.Random, told: Told, most: int = 1_000
) -> float | None:
    """Start the page, decide until it is killed (or ``most`` times); give the seconds it took to be there (0: it was
    not), or ``None`` when it did not stop."""
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = run_forked(WORDS, place, models, first=_telling_where, output=writing)
    os.close(writing)
    killer = threading.Timer(until, os.kill, (child, sign))
    killer.start()
    with os.fdopen(reading, encoding="utf-8") as stdout:
        link = stdout.readline().strip()
        ready = time.perf_counter() - began if link else 0.0
        if link:
            _decide(link, chance, told, most)
    if most == 1:
        killer.cancel()
        os.kill(child, sign)
    killer.join()
    return ready if _stopped(child, place) else None


def _telling_where() -> None:
    """Have this process write where its threads are when it gets SIGUSR1."""
    # A descriptor, which stays open as long as the process.
    faulthandler.register(signal.SIGUSR1, file=os.open(STACKS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))


def _stopped(child: int, place: Path) -> bool:
    """Wait for a child that was told to stop; a slow one says where it is, and one that does not stop is killed."""
    if _ended(child, SLOW):
        return True
    os.kill(child, signal.SIGUSR1)
    ended = _ended(child, STOPPING - SLOW)
    print((place / STACKS).read_text(encoding="utf-8"), flush=True)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return ended


def _ended(child: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.005)
    return False


def _decide(link: str, chance: random.Random, told: Told, most: int) -> None:
    import http.client

    from pipeline.domains import LABELS
    from tests.review_support import PageClient

    try:
        client = PageClient(link)
        for _ in range(most):
            key, row, label = uuid.uuid4().hex, chance.randrange(1, ROWS + 1), chance.choice(LABELS)
            status, _answer = client.decide(row, label, key)
            if status == 200:
                told[key] = (row, label)
    # Killed while it answered: what was not acknowledged is not promised.
    except (OSError, http.client.HTTPException, ValueError, TypeError):
        return
