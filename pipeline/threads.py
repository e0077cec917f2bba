"""Several fits at once, whose last bits do not depend on the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

# How many at once: NumPy and liblinear let go of Python's lock.
THREADS = 2


def side_by_side(fit: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Give what ``fit`` gives for each item, in order.

    Each on one thread of BLAS: with more, its sums, and so a model's digest, would depend on how many processors a
    machine has.

    >>> side_by_side(len, ["a", "bb", "ccc"])
    [1, 2, 3]
    """
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(fit, items))
