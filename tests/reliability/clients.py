"""Two hundred people at once on the review page, on loopback, and a second start on the same store.

Each client is a connection of its own that decides on rows at random; all that was acknowledged must be in the store,
once, and as it was told.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROWS = 400


@dataclass
class Crowd:
    """What clients saw: decisions acknowledged by key, and the sentences of what went wrong."""

    acknowledged: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def crowd(place: Path, models: Path, clients: int, seconds: float) -> tuple[int, list[str]]:
    """Have ``clients`` clients decide for ``seconds``; half-way, the program is started again on the same store.

    Give how many decisions were acknowledged, and the sentences of what was lost or wrong.
    """
    from pipeline.review import SqliteJournal
    from tests.review_support import RunningReview

    place.mkdir()
    source, store = place / "e.csv", place / "annotations.db"
    lines = "".join(f"R{n},wifi {n}\n" for n in range(1, ROWS + 1))
    source.write_text("id,description\n" + lines, encoding="utf-8")
    words = (source, "--store", store, "--model", "small")
    seen = Crowd()
    with RunningReview(*words, models=models) as first:
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=_decide, args=(first.link, n, until, seen)) for n in range(clients)]
        for thread in threads:
            thread.start()
        with RunningReview(*words, models=models) as second:
            _decide(second.link, clients, time.monotonic() + seconds / 4, seen)
        for thread in threads:
            thread.join(timeout=seconds + 120)
        seen.failures += [f"client {n} hangs" for n, thread in enumerate(threads) if thread.is_alive()]
    journal = SqliteJournal(str(store))
    written = journal.since(0)[1]
    journal.close()
    kept = {each.key: (each.annotator, each.row, each.after) for each in written}
    twice = [key for key, times in Counter(each.key for each in written).items() if times > 1]
    lost = seen.acknowledged.keys() - kept.keys()
    changed = [key for key, told in seen.acknowledged.items() if key in kept and kept[key] != told]
    wrong = [
        f"{len(found)} {what}" for found, what in ((lost, "lost"), (twice, "twice"), (changed, "changed")) if found
    ]
    return len(seen.acknowledged), [*seen.failures[:5], *wrong]


def _decide(link: str, number: int, until: float, seen: Crowd) -> None:
    from pipeline.domains import LABELS
    from tests.review_support import PageClient

    name, chance = f"A{number}", random.Random(number)
    try:
        client = PageClient(link, name)
        while time.monotonic() < until:
            key, row, label = uuid.uuid4().hex, chance.randrange(1, ROWS + 1), chance.choice(LABELS)
            status, _ = client.decide(row, label, key)
            if status != 200:
                seen.failures.append(f"{name}: status {status}")
                return
            seen.acknowledged[key] = (name, row, label)
        client.connection.close()
    except Exception as error:
        seen.failures.append(f"{name}: {type(error).__name__} {error}")
