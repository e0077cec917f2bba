"""The smallest effects that a survey would have shown: what « cannot tell » leaves open, from the standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.results.territory import Detectable

# The chance of being shown that the smallest effect is computed for, and the communes a claim of no influence needs.
POWER = 0.8


@dataclass(frozen=True)
class Detector:
    """A test that shows an effect beyond ``edge``: unit (points, ratio or correlation), standard error, degrees.

    Ratios are on the scale of logarithms, correlations on that of Fisher's z, where ``communes`` gives the error.
    ``parameters`` is the number of slopes tested at once, ``tests`` the number of tests that share the risk.
    """

    unit: str
    error: float
    degrees: float
    edge: float = 0.0
    parameters: int = 1
    tests: int = 1
    communes: int = 0


def smallest_effect(detector: Detector, p: float) -> float:
    """Give the smallest effect, on the detector's scale, shown under ``p`` with a chance of 0.8.

    It is (t at 1 − p/2 + t at 0.8) standard errors (Bloom, « Minimum detectable effects », Evaluation Review 1995),
    from the error alone: the power of the effect that was estimated would say no more than its p-value
    (Hoenig & Heisey 2001). With an error of 1 and many communes:

    >>> round(smallest_effect(Detector("points", 1.0, 1e9), 0.05), 4)
    2.8016
    """
    p = p / detector.tests
    if detector.parameters > 1:
        return detector.edge + detector.error * _distance(detector, p)
    if detector.unit == "correlation":
        return _correlation(detector, p)
    return detector.edge + detector.error * float(
        special.stdtrit(detector.degrees, 1 - p / 2) + special.stdtrit(detector.degrees, POWER)
    )


def _distance(detector: Detector, p: float) -> float:
    """Give how many errors one share must move for the joint test to see it, however the others move.

    A move of d errors in one share is at least d² away in Mahalanobis's sense, which is the F's noncentrality.
    """
    # Over some thousands of degrees the F is the chi-square to any digit written, and its inverse fails to converge.
    degrees = min(max(detector.degrees, 1.0), 5_000.0)
    critical = special.fdtri(detector.parameters, degrees, 1 - p)
    return float(np.sqrt(special.ncfdtrinc(detector.parameters, degrees, 1 - POWER, critical)))


def _correlation(detector: Detector, p: float) -> float:
    """Give Fisher's z of the smallest correlation; its error, Bonett and Wright's, grows with the correlation."""
    quantiles, z = float(special.ndtri(1 - p / 2) + special.ndtri(POWER)), detector.edge
    for _ in range(50):
        z = detector.edge + quantiles * float(np.sqrt((1 + np.tanh(z) ** 2 / 2) / (detector.communes - 3)))
    return z


def detectable(detectors: Sequence[Detector], p: float) -> Detectable:
    """Give the smallest effects of a finding's tests, each as it is written: points, ratio above 1, correlation."""
    effects = {detector.unit: smallest_effect(detector, p) for detector in detectors}
    ratio, z = effects.get("ratio"), effects.get("correlation")
    return Detectable(
        effects.get("points"),
        None if ratio is None else float(np.exp(ratio)),
        None if z is None else float(np.tanh(z)),
    )
