"""Domain percentages of labelled services: pure functions of arrays.

So far mere counts of predicted labels, with no interval: at 83 % accuracy a binomial interval
around a count covers the truth 36 % of the time (simulation in the design), so none is printed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.results import Share, Shares


def counted_shares(numbers: NDArray[np.int64], domains: Sequence[str]) -> Shares:
    """Count predicted labels: ``numbers`` (n) index ``domains``, −1 where a row has no label.

    >>> counted = counted_shares(np.array([0, 0, 1, -1]), ["a", "b"])
    >>> [(s.domain, s.count, round(s.share, 1)) for s in counted.shares], counted.without_text
    ([('a', 2, 66.7), ('b', 1, 33.3)], 1)
    """
    labelled = numbers[numbers >= 0]
    counts = np.bincount(labelled, minlength=len(domains))
    total = len(labelled)
    shares = tuple(
        Share(domain, int(count), 100.0 * int(count) / total if total else None)
        for domain, count in zip(domains, counts, strict=True)
    )
    return Shares(total, len(numbers) - total, 0, "counted", None, shares)
