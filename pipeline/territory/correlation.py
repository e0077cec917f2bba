"""Spearman's rank correlation with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipeline.territory.obstacles import ObstacleError

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Correlation:
    """A rank correlation: Fisher's z and its standard error, from which intervals and tests come."""

    rho: float
    z: float
    error: float
    n: int

    def interval(self, level: float) -> tuple[float, float]:
        """Give the interval at a level."""
        half = special.ndtri(0.5 + level / 2) * self.error
        return float(np.tanh(self.z - half)), float(np.tanh(self.z + half))

    def above(self, threshold: float) -> float:
        """Give the one-sided p-value of ρ ≤ ``threshold``; small when ρ is shown to be above."""
        return float(special.ndtr(-(self.z - np.arctanh(threshold)) / self.error))


def ranks(values: Numbers) -> Numbers:
    """Rank from 1, equal values sharing the mean of their ranks.

    >>> ranks(np.array([10.0, 30.0, 10.0])).tolist()
    [1.5, 3.0, 1.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Numbers = (last - (counts - 1) / 2)[place]
    return shared


def spearman(x: Numbers, y: Numbers) -> Correlation:
    """Correlate ranks; the error of z is Bonett and Wright's (2000), √((1 + ρ²/2)/(n − 3)).

    Worked by hand: ranks (1 2 3 4 5) against (2 1 4 3 5) differ by Σd² = 4, so that ρ = 1 − 6·4/(5·24) = 0.8.

    >>> found = spearman(np.array([1.0, 2, 3, 4, 5]), np.array([20.0, 10, 40, 30, 50]))
    >>> round(found.rho, 6), round(found.error, 4)
    (0.8, 0.8124)
    """
    n = len(x)
    if n < 5:
        raise ObstacleError("too_few", n=n, least=5)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ObstacleError("no_variation")
    rho = float(np.corrcoef(ranks(x), ranks(y))[0, 1])
    # A perfect correlation has no interval by Fisher's z; it is taken as one rank short of perfect.
    bounded = float(np.clip(rho, -1 + 6 / (n * (n * n - 1)), 1 - 6 / (n * (n * n - 1))))
    return Correlation(rho, float(np.arctanh(bounded)), float(np.sqrt((1 + bounded**2 / 2) / (n - 3))), n)
