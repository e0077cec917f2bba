"""Numbers of services: negative binomial (NB2) models, zero-truncated or not, fitted by Newton's method.

The variance is μ + αμ², the mean exp(Xβ): Cameron & Trivedi, Regression Analysis of Count Data (2013), 3.3 and 4.3.
When only communes that answered are there, no zero can be seen and the likelihood is divided by 1 − P(0).
Written here rather than called from statsmodels because a benchmark fits thousands of them; the tests check
coefficients, α and likelihood against ``NegativeBinomial`` and ``TruncatedLFNegativeBinomialP``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipeline.territory.covariance import JACKKNIFE_UP_TO, covariance_of, sandwich
from pipeline.territory.obstacles import ObstacleError

Numbers = NDArray[np.float64]

# Bounds of α: under the first NB2 is Poisson, over the second it is the logarithmic series, where α has no meaning.
SMALLEST_ALPHA, LARGEST_ALPHA = 1e-6, 1e3
_STEP = 1e-4


@dataclass(frozen=True)
class CountFit:
    """A fitted model: coefficients (p), their covariance (p × p), α, and the test of α = 0 (Poisson)."""

    coefficients: Numbers
    covariance: Numbers
    alpha: float
    log_likelihood: float
    poisson_log_likelihood: float
    n: int
    truncated: bool

    @property
    def dispersion_p(self) -> float:
        """The likelihood ratio's p-value of Poisson against NB2; halved, α = 0 being on the edge."""
        ratio = max(0.0, 2 * (self.log_likelihood - self.poisson_log_likelihood))
        return float(special.chdtrc(1, ratio) / 2)


@dataclass(frozen=True)
class _Pieces:
    """Each commune's log-likelihood, its slopes in η = Xβ and τ = log α, and minus its curvature in η."""

    log_likelihood: Numbers
    eta: Numbers
    tau: Numbers
    curvature: Numbers


def _pieces(y: Numbers, eta: Numbers, tau: float, truncated: bool) -> _Pieces:
    r, mu = np.exp(-tau), np.exp(np.clip(eta, -30, 30))
    log_ratio = np.log1p(mu / r)
    shrunk = mu * r / (r + mu)
    log_likelihood = special.gammaln(y + r) - special.gammaln(r) - special.gammaln(y + 1) - r * log_ratio
    log_likelihood = log_likelihood + y * (np.log(mu) - np.log(r + mu))
    slope_eta = (y - mu) * r / (r + mu)
    curvature = mu * r * (r + y) / (r + mu) ** 2
    slope_r = special.digamma(y + r) - special.digamma(r) - log_ratio + 1 - (y + r) / (r + mu)
    if truncated:
        none = np.exp(-r * log_ratio)
        seen = -np.expm1(-r * log_ratio)
        odds = none / seen
        log_likelihood = log_likelihood - np.log(seen)
        slope_eta = slope_eta - odds * shrunk
        curvature = curvature - none * (shrunk / seen) ** 2 + odds * shrunk * r / (r + mu)
        slope_r = slope_r + odds * (mu / (r + mu) - log_ratio)
    return _Pieces(log_likelihood, slope_eta, -r * slope_r, curvature)


def _information(y: Numbers, design: Numbers, beta: Numbers, tau: float, truncated: bool) -> tuple[Numbers, ...]:
    """Give curvature in η (n), the cross slope of η and τ (n), and the curvature in τ (n)."""
    eta = design @ beta
    before, after = (_pieces(y, eta, tau + step, truncated) for step in (-_STEP, _STEP))
    here = _pieces(y, eta, tau, truncated)
    return here.curvature, -(after.eta - before.eta) / (2 * _STEP), -(after.tau - before.tau) / (2 * _STEP)


def fit_counts(y: Numbers, design: Numbers, truncated: bool) -> CountFit:
    """Fit NB2 to counts (n) on a design (n × p, with its constant); ``truncated`` when no zero can be seen.

    Errors are robust to the wrong variance: each commune is left out in turn. Raise ``ObstacleError`` when the design
    is not of full rank or no maximum is found.

    >>> fit = fit_counts(np.array([0.0, 1, 5, 2, 9, 3]), np.ones((6, 1)), truncated=False)
    >>> round(float(np.exp(fit.coefficients[0])), 4), fit.n
    (3.3333, 6)
    """
    if truncated and (y < 1).any():
        raise ValueError("a truncated count is at least 1")
    if truncated and (y <= 1).all():
        raise ObstacleError("one_service_each")
    if np.linalg.matrix_rank(design) < design.shape[1] or len(y) <= design.shape[1] + 1:
        raise ObstacleError("no_variation")
    centred, shift, scale = _standardised(design)
    start = np.asarray(np.linalg.lstsq(centred, np.log(y + 0.5), rcond=None)[0], dtype=np.float64)
    poisson = _newton(y, centred, start, np.log(SMALLEST_ALPHA), truncated, fixed=True)
    beta, tau, value = _newton(y, centred, poisson[0], np.log(0.5), truncated, fixed=False)
    if value < poisson[2]:
        beta, tau, value = poisson
    covariance = _covariance(y, centred, beta, tau, truncated)
    back = _back(shift, scale)
    return CountFit(back @ beta, back @ covariance @ back.T, float(np.exp(tau)), value, poisson[2], len(y), truncated)


def _standardised(design: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    scale = design.std(axis=0)
    constant = scale < 1e-12
    shift = np.where(constant, 0.0, design.mean(axis=0))
    scale = np.where(constant, 1.0, scale)
    return (design - shift) / scale, shift, scale


def _back(shift: Numbers, scale: Numbers) -> Numbers:
    """Give the matrix that turns coefficients of the standardised design into those of the design; constant first."""
    matrix = np.diag(1 / scale)
    matrix[0, :] -= shift / scale
    matrix[0, 0] = 1.0
    return matrix


def _newton(
    y: Numbers, design: Numbers, beta: Numbers, tau: float, truncated: bool, *, fixed: bool
) -> tuple[Numbers, float, float]:
    value = _pieces(y, design @ beta, tau, truncated).log_likelihood.sum()
    for _ in range(100):
        step, step_tau = _step(y, design, beta, tau, truncated, fixed)
        size, moved = 1.0, False
        while size > 1e-8:
            tried = beta + size * step
            tried_tau = float(np.clip(tau + size * step_tau, np.log(SMALLEST_ALPHA), np.log(LARGEST_ALPHA)))
            reached = _pieces(y, design @ tried, tried_tau, truncated).log_likelihood.sum()
            if np.isfinite(reached) and reached >= value:
                moved = reached - value > 1e-9
                beta, tau, value = tried, tried_tau, reached
                break
            size /= 2
        if not moved:
            return beta, tau, float(value)
    raise ObstacleError("no_convergence")


def _step(
    y: Numbers, design: Numbers, beta: Numbers, tau: float, truncated: bool, fixed: bool
) -> tuple[Numbers, float]:
    here = _pieces(y, design @ beta, tau, truncated)
    curvature, cross, curvature_tau = _information(y, design, beta, tau, truncated)
    block = design.T @ (np.maximum(curvature, 1e-9)[:, None] * design)
    slope, slope_tau = design.T @ here.eta, float(here.tau.sum())
    edge = (tau <= np.log(SMALLEST_ALPHA) and slope_tau < 0) or (tau >= np.log(LARGEST_ALPHA) and slope_tau > 0)
    if fixed or edge:
        return np.asarray(np.linalg.solve(block, slope), dtype=np.float64), 0.0
    column, corner = design.T @ cross, float(curvature_tau.sum())
    solved = np.linalg.solve(block, np.column_stack([slope, column]))
    schur = corner - column @ solved[:, 1]
    # Far from the maximum the likelihood may curve upwards in τ: then a bounded step uphill.
    step_tau = float((slope_tau - column @ solved[:, 0]) / schur) if schur > 1e-9 else float(np.sign(slope_tau))
    step_tau = float(np.clip(step_tau, -2.0, 2.0))
    step: Numbers = solved[:, 0] - solved[:, 1] * step_tau
    return step, step_tau


def _covariance(y: Numbers, design: Numbers, beta: Numbers, tau: float, truncated: bool) -> Numbers:
    here = _pieces(y, design @ beta, tau, truncated)
    curvature, cross, curvature_tau = _information(y, design, beta, tau, truncated)
    p = design.shape[1]
    total = np.zeros((p + 1, p + 1))
    total[:p, :p] = design.T @ (curvature[:, None] * design)
    total[:p, p] = total[p, :p] = design.T @ cross
    total[p, p] = curvature_tau.sum()
    scores = np.column_stack([design * here.eta[:, None], here.tau])
    kept = p + 1 if np.log(SMALLEST_ALPHA) < tau < np.log(LARGEST_ALPHA) and total[p, p] > 1e-8 else p
    total, scores = total[:kept, :kept], scores[:, :kept]
    if len(y) > JACKKNIFE_UP_TO:
        return sandwich(total, scores)[:p, :p]
    each = np.zeros((len(y), p + 1, p + 1))
    each[:, :p, :p] = curvature[:, None, None] * design[:, :, None] * design[:, None, :]
    each[:, :p, p] = each[:, p, :p] = design * cross[:, None]
    each[:, p, p] = curvature_tau
    return covariance_of(total, each[:, :kept, :kept], scores)[:p, :p]
