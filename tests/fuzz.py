"""``python -m tests.fuzz SECONDS`` (``make fuzz``): long random runs on the doors by which other people's bytes come.

Each target runs for so long, with seeds from 1,000 on (``--seed N``: from N on; ``--only NAME``: one target); what it
finds is printed with the seed that makes it again, and becomes a case in ``tests/messy``, ``tests/test_hostile.py`` or
``tests/test_review_routes.py``.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DomainesError

if TYPE_CHECKING:
    from tests.review_routes import Target

#: Characters that break readers of text: quotes, separators, marks, halves, letters that change length with case.
NASTY = "\"';,\t|\r\n\0\x1b\ufeff\u202e\u2028\x85ßİŒ'’“« »éÃ©â€™\ud7ff\U0001f4f6\u0301aZ09 \\/&<>@+=-_.:"


def fuzz_tables(seed: int, folder: Path) -> None:
    """Damage every small polluted file with this seed, and read it."""
    from tests.reliability.mutations import crashes

    _, found = crashes(seed, seed + 1, folder)
    if found:
        raise AssertionError("; ".join(found))


def fuzz_text(seed: int, folder: Path) -> None:
    """Clean, split, mask and quote random texts; cleaning and masking twice change no more."""
    import polars as pl

    from pipeline.errors import printable
    from pipeline.masking import mask
    from pipeline.text import clean
    from pipeline.words import words

    chance = random.Random(seed)
    for _ in range(300):
        text = "".join(chance.choices(NASTY, k=chance.randrange(80)))
        once = clean(text)
        words(once)
        assert not set(printable(text)) & {"\x1b", "\r", "\u202e"}
        masked = mask(pl.Series([text])).texts[0]
        assert mask(pl.Series([masked])).texts[0] == masked, repr(text)


def fuzz_models(seed: int, folder: Path) -> None:
    """Damage a file of a model, its manifest made to agree half of the time, and load it."""
    from pipeline.registry import load_model
    from tests.test_hostile import seal

    chance = random.Random(seed)
    copy = folder / "small"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder / "models" / "small", copy)
    path = chance.choice(sorted(path for path in copy.iterdir() if path.is_file()))
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 3, 30))):
        place = chance.randrange(max(1, len(content)))
        content[place : place + chance.choice((1, 4))] = chance.randbytes(chance.choice((0, 1, 4)))
    path.write_bytes(content)
    try:
        if chance.random() < 0.5 and path.name != "manifest.json":
            seal(copy)
        load_model(str(copy))
    except DomainesError as error:
        said = str(error)
    else:
        return
    assert "\n" not in said, said


@cache
def routes_target(folder: Path) -> Target:
    """Open the review page once, over a store in the folder."""
    from tests.review_routes import Opened, Target

    return Target(folder, Opened())


def fuzz_routes(number: int, folder: Path) -> None:
    """Ask the review page three hundred random things; what fails is shown as Hypothesis has shrunk it."""
    from hypothesis import HealthCheck, given, seed, settings

    from tests.review_routes import requests

    target = routes_target(folder)
    asking = settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    seed(number)(asking(given(requests)(target.check)))()


def fuzz_server(seed: int, folder: Path) -> None:
    """Send raw bytes to the real server, then ask as a browser would: it still answers."""
    from tests.review_routes import raw_requests, served

    with served(folder) as (port, link):
        raw_requests(random.Random(seed), port, link, 300)


TARGETS: dict[str, Callable[[int, Path], None]] = {
    "tables": fuzz_tables,
    "text": fuzz_text,
    "models": fuzz_models,
    "routes": fuzz_routes,
    "server": fuzz_server,
}


def main() -> int:
    """Run every target for the seconds asked, and say how many seeds were tried and what was found."""
    from tests.reliability.__main__ import MODEL

    seconds = float(sys.argv[1])
    first = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1_000
    found = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        subprocess.run([sys.executable, "-c", MODEL, str(folder / "models")], check=True)
        only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
        for name, target in TARGETS.items():
            if only not in ("", name):
                continue
            began, seed = time.monotonic(), first
            while time.monotonic() - began < seconds:
                try:
                    target(seed, folder)
                except Exception as error:
                    found += 1
                    print(f"FOUND {name} seed {seed}: {type(error).__name__}: {error}", flush=True)
                seed += 1
            print(
                f"{name}: {seed - first} seeds in {time.monotonic() - began:.0f} s, {found} findings in all", flush=True
            )
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
