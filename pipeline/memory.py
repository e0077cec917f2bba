"""What the C library does with memory that arrays let go of."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Numbers of <malloc.h>: how much free memory is kept at the top, from which size on an array is mapped by itself, and
# how many arenas threads have.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8


@contextmanager
def without_collection() -> Iterator[None]:
    """Do not look for cycles of objects meanwhile: work that makes millions of objects and no cycles gains a tenth.

    >>> with without_collection():
    ...     gc.isenabled()
    False
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def keep_freed() -> None:
    """Keep the memory of a batch's arrays for those of the next, rather than give it back and ask again.

    Given back, each page is cleared by the system when it is asked for again (what that costs is in BENCHMARKS.md).
    Arenas are two, so that what one thread lets go of serves another. Only glibc has these settings (mallopt(3));
    elsewhere nothing is done.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        # 32 MiB is the largest size that glibc takes for the threshold.
        settings = {_MMAP_THRESHOLD: 32 << 20, _TRIM_THRESHOLD: 256 << 20, _TOP_PAD: 32 << 20, _ARENA_MAX: 2}
        for name, value in settings.items():
            library.mallopt(name, value)
