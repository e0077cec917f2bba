"""The mix as a composition: centred log-ratios (Aitchison 1986), for communes with enough services."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.territory.covariance import JACKKNIFE_UP_TO, covariance_of, sandwich
from pipeline.territory.obstacles import ObstacleError

Numbers = NDArray[np.float64]

LEAST_SERVICES = 10


@dataclass(frozen=True)
class RatioSlopes:
    """By how much each centred log-ratio (K) moves between two values of a covariate, its error, and communes (n)."""

    change: Numbers
    errors: Numbers
    n: int


def centred_log_ratios(totals: Numbers) -> Numbers:
    """Give the centred log-ratios (G × K) of totals (G × K), half a service being added to each against zeros.

    >>> centred_log_ratios(np.array([[0.5, 0.5, 7.5]])).round(4).tolist()
    [[-0.6931, -0.6931, 1.3863]]
    """
    logs = np.log(np.maximum(totals, 0.0) + 0.5)
    ratios: Numbers = logs - logs.mean(axis=1, keepdims=True)
    return ratios


def ratio_slopes(totals: Numbers, design: Numbers, column: int, low: float, high: float) -> RatioSlopes:
    """Regress log-ratios on a design (G × p) by least squares, each commune counting for one, errors by jackknife."""
    # Pseudo-labels and weights sum to whole numbers up to rounding.
    enough = totals.sum(axis=1) >= LEAST_SERVICES - 1e-6
    design = design[enough]
    if len(design) < 3 * design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise ObstacleError("too_few_services", n=len(design), least=LEAST_SERVICES)
    ratios = centred_log_ratios(totals[enough])
    information = design.T @ design
    coefficients = np.linalg.solve(information, design.T @ ratios)
    residuals = ratios - design @ coefficients
    each = design[:, :, None] * design[:, None, :]
    errors = []
    for column_residuals in residuals.T:
        scores = design * column_residuals[:, None]
        large = len(design) > JACKKNIFE_UP_TO
        covariance = sandwich(information, scores) if large else covariance_of(information, each, scores)
        errors.append(float(np.sqrt(max(covariance[column, column], 0.0))))
    return RatioSlopes((high - low) * coefficients[column], abs(high - low) * np.array(errors), len(design))
