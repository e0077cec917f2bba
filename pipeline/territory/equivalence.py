"""Tests of influence and of no influence, and the correction for making several of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

Numbers = NDArray[np.float64]


def within_p(effect: float, error: float, margin: float, degrees: float) -> float:
    """Give the p-value of two one-sided tests (Schuirmann 1987): small when the effect is shown within ±margin.

    An effect of 0 with an error of 1 and a margin of 2 is 2 errors from each edge:

    >>> round(within_p(0.0, 1.0, 2.0, 1e9), 4)
    0.0228
    """
    if error <= 0:
        return 0.0 if abs(effect) < margin else 1.0
    return float(special.stdtr(degrees, -(margin - abs(effect)) / error))


def beyond_p(effect: float, error: float, margin: float, degrees: float) -> float:
    """Give the two-sided p-value that the effect is no larger than ±margin; small when shown beyond.

    >>> round(beyond_p(4.0, 1.0, 2.0, 1e9), 4)
    0.0455
    """
    if error <= 0:
        return 0.0 if abs(effect) > margin else 1.0
    return float(min(1.0, 2 * special.stdtr(degrees, -(abs(effect) - margin) / error)))


def differs_p(effect: float, error: float, degrees: float) -> float:
    """Give the two-sided p-value of no effect.

    >>> round(differs_p(-1.96, 1.0, 1e9), 3)
    0.05
    """
    return beyond_p(effect, error, 0.0, degrees)


def all_within_p(effects: Numbers, errors: Numbers, margin: float, degrees: float) -> float:
    """Give the p-value that some of the effects is out of ±margin: the largest of theirs (Berger 1982)."""
    return max(within_p(float(e), float(s), margin, degrees) for e, s in zip(effects, errors, strict=True))


def any_beyond_p(effects: Numbers, errors: Numbers, margin: float, degrees: float) -> float:
    """Give the p-value that none of the effects is beyond ±margin: the smallest of theirs, times their number."""
    smallest = min(beyond_p(float(e), float(s), margin, degrees) for e, s in zip(effects, errors, strict=True))
    return min(1.0, smallest * len(effects))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Give Holm's (1979) adjusted p-values; ``None`` stays ``None`` and counts for no test.

    >>> holm([0.01, 0.04, None, 0.03])
    [0.03, 0.06, None, 0.06]
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    reached = 0.0
    for rank, (p, place) in enumerate(known):
        reached = max(reached, min(1.0, p * (len(known) - rank)))
        adjusted[place] = reached
    return adjusted
