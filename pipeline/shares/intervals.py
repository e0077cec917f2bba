"""From an estimate to intervals within [0, 1]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.shares.estimation import Estimate
from pipeline.shares.population import Array

# Under this many audited rows with a label, or without it, the normal approximation is not trusted.
FEWEST_HITS = 10


def wilson(shares: Array, rows: float, quantile: float) -> tuple[Array, Array]:
    """Give Wilson's (1927) score interval of shares (K) found on ``rows`` rows, possibly an effective number.

    >>> low, high = wilson(np.array([0.0, 0.5]), 10, 1.96)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    if np.isinf(rows):
        return shares, shares
    squared = quantile**2
    centre = (shares + squared / (2 * rows)) / (1 + squared / rows)
    half = quantile / (1 + squared / rows) * np.sqrt(shares * (1 - shares) / rows + squared / (4 * rows**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def few_hits(found: Estimate) -> NDArray[np.bool_]:
    """Tell which labels (K) have too few audited rows, or too few of the others, for the normal approximation."""
    return np.asarray(np.minimum(found.hits, found.size - found.hits) < FEWEST_HITS)


def intervals(found: Estimate, level: float, *, simultaneous: bool = False) -> tuple[Array, Array]:
    """Give the lower and upper bounds (K) of the shares, within [0, 1], that hold each with probability ``level``.

    Student's t around the estimate; for a label of :func:`few_hits`, Wilson's interval of the audited rows alone at
    their effective number, stretched if need be to hold the estimate. With ``simultaneous`` all K hold
    together with that probability (Bonferroni: for five labels hardly wider than the maximum of correlated
    Student variables, and in need of no simulation).
    """
    from scipy.special import stdtrit

    miss = (1.0 - level) / (len(found.shares) if simultaneous else 1)
    quantile = float(stdtrit(found.freedom, 1.0 - miss / 2))
    half = quantile * np.sqrt(found.variance)
    low, high = found.shares - half, found.shares + half
    careful_low, careful_high = wilson(found.annotated, found.effective, quantile)
    few = few_hits(found) & np.isfinite(found.effective)
    low = np.where(few, np.minimum(careful_low, found.shares), low)
    high = np.where(few, np.maximum(careful_high, found.shares), high)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
