"""What more annotations would buy: a power law fitted to the errors of models taught on growing parts of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from pipeline.results.audit_report import Proportion
from pipeline.results.forecasts import CurvePoint, Forecast

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

RESAMPLES = 400
# Exponents tried: from a curve that is nearly logarithmic to one steeper than 1/n.
EXPONENTS = np.linspace(0.05, 1.5, 59)


@dataclass(frozen=True)
class PowerLaw:
    """Error of a model taught on n texts: ``floor`` + ``scale`` × n^−``exponent``."""

    floor: float
    scale: float
    exponent: float

    def error(self, size: float) -> float:
        """Give the error expected with ``size`` texts.

        >>> PowerLaw(0.1, 2.0, 0.5).error(100)
        0.3
        """
        return round(float(self.floor + self.scale * size**-self.exponent), 12)


def fit_power_law(sizes: Sequence[int], errors: Array) -> PowerLaw:
    """Fit the law to errors (m) at ``sizes`` (m): least squares, floor and scale not negative.

    For a given exponent the law is linear, so a grid of exponents with non-negative least squares finds the best
    fit without a starting point. The form is that of Cortes et al. (NIPS 1993) and Hestness et al. (2017).

    >>> sizes = [100, 400, 900, 1600]
    >>> law = fit_power_law(sizes, np.array([0.1 + 2 * n**-0.5 for n in sizes]))
    >>> round(law.floor, 3), round(law.scale, 2), round(law.exponent, 2)
    (0.1, 2.0, 0.5)
    """
    best, least = PowerLaw(float(np.mean(errors)), 0.0, float(EXPONENTS[0])), np.inf
    for exponent in EXPONENTS:
        design = np.column_stack([np.ones(len(sizes)), np.asarray(sizes, dtype=np.float64) ** -exponent])
        # Columns of one size: the smallest powers are a millionth of the first column.
        scale = np.linalg.norm(design, axis=0)
        found, residual = nnls(design / scale, errors)
        if residual < least - 1e-12:
            best, least = PowerLaw(float(found[0] / scale[0]), float(found[1] / scale[1]), float(exponent)), residual
    return best


def forecast(sizes: Sequence[int], right: Booleans, more: int, seed: int = 2016) -> Forecast:
    """Say what ``more`` texts would bring: ``right`` (m × n) tells which rows models taught on ``sizes`` (m) get right.

    The rows are the same for all sizes; the interval comes from resampling them (percentile bootstrap), the curve
    being fitted anew each time. It holds for texts like those of the corpus.
    """
    rng = np.random.default_rng(seed)
    now, rows = int(sizes[-1]), right.shape[1]
    law = fit_power_law(sizes, 1.0 - right.mean(axis=1))
    laws = [fit_power_law(sizes, 1.0 - right[:, rng.integers(0, rows, rows)].mean(axis=1)) for _ in range(RESAMPLES)]
    present = np.array([1.0 - one.error(now) for one in laws])
    future = np.array([1.0 - one.error(now + more) for one in laws])
    return Forecast(
        now,
        more,
        rows,
        _interval(1.0 - law.error(now), present, rows),
        _interval(1.0 - law.error(now + more), future, rows),
        _interval(law.error(now) - law.error(now + more), future - present, rows),
        1.0 - law.floor,
        law.exponent,
        tuple(CurvePoint(int(size), float(score)) for size, score in zip(sizes, right.mean(axis=1), strict=True)),
    )


def _interval(value: float, resampled: Array, n: int) -> Proportion:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Proportion(value, float(low), float(high), n)
