"""Mere counts of predicted labels, with no interval.

At 83 % accuracy a binomial interval around a count covers the truth 36 % of the time (simulation in the
design), so none is given.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.results import Share, Shares
from pipeline.shares.population import Array


def counted_shares(numbers: NDArray[np.int64], domains: Sequence[str], weights: Array | None = None) -> Shares:
    """Count predicted labels: ``numbers`` (n) index ``domains``, −1 where a row has no label.

    With survey ``weights`` (n, above 0) the shares are weighted, the counts stay those of rows.

    >>> counted = counted_shares(np.array([0, 0, 1, -1]), ["a", "b"])
    >>> [(s.domain, s.count, round(s.share, 1)) for s in counted.shares], counted.without_text
    ([('a', 2, 66.7), ('b', 1, 33.3)], 1)
    """
    kept = numbers >= 0
    labelled = numbers[kept]
    counts = np.bincount(labelled, minlength=len(domains))
    masses = counts if weights is None else np.bincount(labelled, weights[kept], len(domains))
    total = masses.sum()
    shares = tuple(
        Share(domain, int(count), 100.0 * float(mass) / float(total) if total else None)
        for domain, count, mass in zip(domains, counts, masses, strict=True)
    )
    missing = len(numbers) - len(labelled)
    return Shares(len(labelled), missing, 0, "counted", None, shares, weighted=weights is not None)
