"""Progress and messages on stderr: a bar with rate and remaining time, or plain lines when not a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.errors import printable

Advance = Callable[[int, int | None], None]

# Between two plain lines of progress, in seconds: a log is read, not watched.
EVERY = 10.0


class Progress:
    """Says things on stderr, or nothing when quiet."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet

    def say(self, sentence: str) -> None:
        """Write one line."""
        if not self._quiet:
            print(printable(sentence), file=sys.stderr, flush=True)

    @contextmanager
    def bar(self, title: str) -> Iterator[Advance]:
        """Give a function to call with (rows done, rows in all or None)."""
        if self._quiet:
            yield lambda done, total: None
        elif sys.stderr.isatty():
            with _rich_bar(title) as advance:
                yield advance
        else:
            yield self._plain(title)

    def _plain(self, title: str) -> Advance:
        began = last = time.monotonic()

        def advance(done: int, total: int | None) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= EVERY:
                last = now
                rate = done / max(now - began, 1e-9)
                left = f", encore {(total - done) / rate:.0f} s" if total and total > done else ""
                self.say(f"{title} : {done} lignes, {rate:.0f} par seconde{left}")

        return advance


@contextmanager
def _rich_bar(title: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(title), total=None, rate="")
        began = time.monotonic()

        def advance(done: int, total: int | None) -> None:
            rate = done / max(time.monotonic() - began, 1e-9)
            progress.update(task, completed=done, total=max(total, done) if total else None, rate=f"{rate:.0f}/s")

        yield advance
