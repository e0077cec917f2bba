"""Whether a covariate moves any domain: the score test whose scores, one a commune, have their signs flipped.

Wald's test of several slopes rejects too often when a few large communes carry much of the information, and too seldom
with corrected labels, whose few audited rows weigh a lot: the F supposes a covariance well estimated (Cameron & Miller
2015). Here the model is fitted without the covariate, and what each commune adds to the covariate's score is as likely
to have one sign as the other when the covariate has no effect (Hemerik, Goeman & Finos, « Robust testing in generalized
linear models by sign flipping score contributions », JRSS B 2020; the score bootstrap of Kline & Santos, 2012). The
road not taken, Hotelling's T² with degrees from the design (Pustejovsky & Tipton 2018): see BENCHMARKS.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipeline.territory.mixes import coefficients_of, information_of, shares_at

Numbers = NDArray[np.float64]

FLIPS, SEED = 9_999, 20161219
# Above this number of communes the law of the flips is the chi-square to the digits written; their signs take 120 MB.
FLIPPED_UP_TO = 3_000


def flipped_p(scores: Numbers, flips: int = FLIPS) -> float:
    """Give the p-value that scores (G × q) have no mean, from sums whose signs are drawn at random.

    The statistic is Sᵀ(Σ s sᵀ)⁻¹S, which flipped signs leave without its sum only. Four like scores of 2⁴ signs: all
    alike in 2 of the 16 draws.

    >>> round(flipped_p(np.ones((4, 1))), 2)
    0.13
    """
    spread = np.linalg.pinv(scores.T @ scores, hermitian=True)
    total = scores.sum(axis=0)
    statistic = float(total @ spread @ total)
    if len(scores) > FLIPPED_UP_TO:
        return float(special.chdtrc(scores.shape[1], statistic))
    signs = np.random.default_rng(SEED).integers(0, 2, (flips, len(scores)), dtype=np.int8)
    sums = total - 2.0 * (signs.astype(np.float32) @ scores.astype(np.float32))
    drawn = np.einsum("ij,jk,ik->i", sums, spread, sums)
    return float((1 + (drawn >= statistic * (1 - 1e-5)).sum()) / (flips + 1))


def effective_scores(totals: Numbers, design: Numbers, weights: Numbers, column: int) -> Numbers:
    """Give what each commune adds to a covariate's score (G × K−1), the model being fitted without it.

    What it adds to the other coefficients' scores is taken out, so that estimating them costs nothing to the first
    order: s₁ − A₁₀A₀₀⁻¹s₀. ``totals`` (G × K), ``design`` (G × p) with its constant, ``weights`` (G). Raise
    ``ObstacleError`` when the smaller model cannot be fitted.
    """
    others = np.delete(np.arange(design.shape[1]), column)
    smaller = np.zeros((design.shape[1], totals.shape[1] - 1))
    smaller[others] = coefficients_of(totals, design[:, others], weights)
    scale = np.maximum(np.abs(design).max(axis=0), 1e-12)
    standard, totals = design / scale, totals * weights[:, None]
    shares, sizes = shares_at(smaller, design), totals.sum(axis=1)
    residuals = (totals - sizes[:, None] * shares)[:, :-1]
    scores = (residuals[:, :, None] * standard[:, None, :]).reshape(len(design), -1)
    information = information_of(shares, sizes, standard)
    tested = np.arange(residuals.shape[1]) * design.shape[1] + column
    rest = np.setdiff1d(np.arange(scores.shape[1]), tested)
    taken = np.linalg.solve(information[np.ix_(rest, rest)], information[np.ix_(rest, tested)])
    found: Numbers = scores[:, tested] - scores[:, rest] @ taken
    return found
