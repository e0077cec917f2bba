"""Ctrl-C and SIGTERM both end the program as an exception, are remembered should that exception be lost, and the
review page ends even where its threads wait for ever.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_asked = threading.Event()


def interrupted() -> bool:
    """Tell whether the program was asked to end.

    Python loses an exception raised inside a finaliser or a callback from C: a server that then goes on to serve
    would not end.
    """
    return _asked.is_set()


@contextmanager
def interruptible() -> Iterator[None]:
    """Have both signals raise ``KeyboardInterrupt``, so that drafts are removed, where the main thread is ours."""
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ended_within(seconds: float, code: int) -> Iterator[None]:
    """Leave with ``code``, by force, when what is inside still runs so long after a signal.

    For a program whose work is saved as it goes. A thread is told of signals by Python's handler in C: the main
    thread may be held where it runs no handler of ours.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    ended = threading.Event()
    threading.Thread(target=_force, args=(reading, ended, seconds, code), daemon=True).start()
    before = signal.set_wakeup_fd(writing)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        ended.set()
        os.close(writing)


def _force(reading: int, ended: threading.Event, seconds: float, code: int) -> None:
    # Open to the end: a server raises again the signals it took, and Python complains of one it cannot tell.
    with os.fdopen(reading, "rb", buffering=0) as signals:
        if signals.read(1) and not ended.wait(seconds):
            os._exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
