"""What a claim of no influence would have needed to be shown: a wider margin, or more communes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipeline.results.territory import Needed
from pipeline.territory.detectable import POWER
from pipeline.territory.equivalence import holm

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Equivalence:
    """One part of a claim of no influence: effects and errors (K), the margin they are held against, on one scale.

    ``unit`` is points, or ratio for differences of logarithms.
    """

    unit: str
    effects: Numbers
    errors: Numbers
    margin: float
    degrees: float


def p_to_reach(p_values: Sequence[float | None], place: int, alpha: float) -> float:
    """Give the largest p-value with which the test at ``place`` would be under ``alpha`` once Holm has passed.

    Alone it is α itself; beside one that shows nothing, α/2:

    >>> p_to_reach([0.4], 0, 0.05) < 0.05, round(p_to_reach([0.4, 0.9], 0, 0.05), 4)
    (True, 0.025)
    """
    tests = sum(p is not None for p in p_values)
    for divisor in range(1, tests + 1):
        reached = alpha / divisor * (1 - 1e-9)
        adjusted = holm([reached if at == place else p for at, p in enumerate(p_values)])[place]
        if adjusted is not None and adjusted < alpha:
            return reached
    return alpha / max(tests, 1) * (1 - 1e-9)


def needed_for(parts: Sequence[Equivalence], n: int, p: float) -> Needed:
    """Give the margins that would have shown each part with these very estimates, and the communes these margins need.

    A margin already wide enough is left out. Communes are counted as if nothing moved in truth and errors shrank as
    the square root of n, so that the claim is shown with a chance of at least 0.8, whatever the links between effects.
    """
    wider = {part.unit: margin for part in parts if (margin := _margin(part, p)) > part.margin}
    sides = 2 * sum(len(part.effects) for part in parts)
    growth = max(
        float(part.errors.max() * (_quantile(part, p) + special.ndtri(1 - (1 - POWER) / sides)) / part.margin)
        for part in parts
    )
    ratio = wider.get("ratio")
    # Fewer communes than there are would do if nothing moved: then it is the estimates that stand in the way.
    communes = int(np.ceil(n * growth**2)) if growth > 1 else None
    return Needed(wider.get("points"), None if ratio is None else float(np.exp(ratio)), communes)


def _quantile(part: Equivalence, p: float) -> float:
    return float(-special.stdtrit(part.degrees, p))


def _margin(part: Equivalence, p: float) -> float:
    return float((np.abs(part.effects) + _quantile(part, p) * part.errors).max())
