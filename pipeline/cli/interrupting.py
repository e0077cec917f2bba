"""Ctrl-C and SIGTERM both end the program as an exception, and are remembered should that exception be lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_asked = threading.Event()


def interrupted() -> bool:
    """Tell whether the program was asked to end.

    Python loses an exception raised inside a finaliser or a callback from C: a server that then goes on to serve
    would not end. Once in some 400 kills of ``make reliability`` a page was found that still served; why was not seen.
    """
    return _asked.is_set()


@contextmanager
def interruptible() -> Iterator[None]:
    """Have both signals raise ``KeyboardInterrupt``, so that drafts are removed, where the main thread is ours."""
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
