"""Mix of domains: multinomial logit on communes' covariates, errors clustered by commune.

The score Σ x (y − p) is linear in the labels, so that a corrected pseudo-label (``correction.py``) takes the place of
a 0/1 label with no other change, and services of one commune, which share their covariates, add up to one row.

Services of one commune resemble one another, so that a hundred of them tell less than a hundred times what one does.
They are weighted by 1/(1 + ρ(n − 1)), the working weights of Williams (1982) with ρ fixed: any ρ gives a right answer
with errors clustered by commune, as in generalised estimating equations. With ρ = 0, the plain logit, Paris alone
carries so much that a test at 5 % rejected a true « no influence » in 22 % of 400 simulated surveys. On 2,880 others,
ρ = 0.02, 0.05, 0.1 and 1 rejected it for one domain in 4.7, 4.3, 4.3 and 4.4 %, for all domains together in 7.2, 5.8,
5.0 and 4.4 %, their estimates varying by 1.15, 1.15, 1.17 and 1.39 points: 0.05 is level and loses nothing. Degrees of
freedom from the effective number of communes, (Σa)²/Σa² of their shares a of the variance (about 50 of 400), were tried
on ρ = 0.02: 4.2 and 5.8 %, so that the weights do as much alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.territory.covariance import JACKKNIFE_UP_TO, covariance_of, sandwich
from pipeline.territory.obstacles import ObstacleError

Numbers = NDArray[np.float64]

# A standardised slope beyond this means a domain that some value of the covariate foretells perfectly.
SEPARATED = 10.0

# The likeness ρ of two services of one commune that weights suppose.
LIKENESS = 0.05


@dataclass(frozen=True)
class MixFit:
    """A fitted model: coefficients (p × K−1, the last domain being the reference), covariance (domain by domain)."""

    coefficients: Numbers
    covariance: Numbers
    design: Numbers
    sizes: Numbers
    domains: int


@dataclass(frozen=True)
class Shift:
    """Differences of shares (K), in points, between two values of a covariate, and their covariance (K × K)."""

    points: Numbers
    covariance: Numbers
    degrees: int

    @property
    def errors(self) -> Numbers:
        """Standard errors (K), in points."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def shares_at(coefficients: Numbers, design: Numbers) -> Numbers:
    """Give the shares (G × K) of each domain for a design (G × p).

    >>> shares_at(np.array([[np.log(3.0)]]), np.ones((1, 1))).round(2).tolist()
    [[0.75, 0.25]]
    """
    scores = np.column_stack([design @ coefficients, np.zeros(len(design))])
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = scores / scores.sum(axis=1, keepdims=True)
    return shares


def commune_weights(sizes: Numbers, likeness: float = LIKENESS) -> Numbers:
    """Give the weight (G) of a service in a commune of so many services (G).

    >>> commune_weights(np.array([1.0, 21.0])).tolist()
    [1.0, 0.5]
    """
    weights: Numbers = 1 / (1 + likeness * (np.maximum(sizes, 1.0) - 1))
    return weights


def fit_mix(totals: Numbers, design: Numbers, weights: Numbers | None = None) -> MixFit:
    """Fit the logit to totals of (pseudo-)labels by commune (G × K) on a design (G × p, with its constant).

    ``weights`` (G) weigh a commune's services, all alike without. Raise ``ObstacleError`` when the design is not of
    full rank, or a domain is perfectly foretold.
    """
    standard, back = _standardised(design)
    weighted = totals if weights is None else totals * weights[:, None]
    beta = _fitted(weighted, standard)
    every = np.kron(np.eye(totals.shape[1] - 1), back)
    covariance = every @ _covariance(weighted, standard, beta) @ every.T
    return MixFit(back @ beta, covariance, design, totals.sum(axis=1), totals.shape[1])


def coefficients_of(totals: Numbers, design: Numbers, weights: Numbers) -> Numbers:
    """Fit the same logit, and give its coefficients alone (p × K−1): their covariance takes most of the time."""
    standard, back = _standardised(design)
    return np.asarray(back @ _fitted(totals * weights[:, None], standard))


def _standardised(design: Numbers) -> tuple[Numbers, Numbers]:
    """Give the design with its columns centred and reduced, and what turns its coefficients into the design's."""
    if np.linalg.matrix_rank(design) < design.shape[1] or len(design) <= design.shape[1] + 1:
        raise ObstacleError("no_variation")
    constant = design.std(axis=0) < 1e-12
    scale = np.where(constant, 1.0, design.std(axis=0))
    shift = np.where(constant, 0.0, design.mean(axis=0))
    back = np.diag(1 / scale)
    back[0, 1:] = -(shift / scale)[1:]
    back[0, 0] = 1.0
    return (design - shift) / scale, back


def _fitted(totals: Numbers, design: Numbers) -> Numbers:
    if (totals.sum(axis=0) <= 0).any():
        raise ObstacleError("empty_domain")
    beta = _newton(totals, design)
    if not (np.abs(beta[1:]) < SEPARATED).all():
        raise ObstacleError("separation")
    return beta


def _newton(totals: Numbers, design: Numbers) -> Numbers:
    sizes, p, k = totals.sum(axis=1), design.shape[1], totals.shape[1] - 1
    overall = totals.sum(axis=0) / totals.sum()
    beta = np.zeros((p, k))
    beta[0] = np.log(overall[:-1] / overall[-1])
    value = _objective(totals, design, beta)
    for _ in range(60):
        shares = shares_at(beta, design)
        slope = design.T @ (totals - sizes[:, None] * shares)[:, :k]
        try:
            step = np.linalg.solve(information_of(shares, sizes, design), slope.T.ravel()).reshape(k, p).T
        except np.linalg.LinAlgError as error:
            raise ObstacleError("separation") from error
        size = 1.0
        while size > 1e-6 and not _objective(totals, design, beta + size * step) >= value - 1e-9 * abs(value):
            size /= 2
        beta = beta + size * step
        value = _objective(totals, design, beta)
        if np.abs(step).max() < 1e-9:
            return beta
        if np.abs(beta[1:]).max(initial=0.0) > 3 * SEPARATED:
            break
    raise ObstacleError("separation")


def _objective(totals: Numbers, design: Numbers, beta: Numbers) -> float:
    scores = np.column_stack([design @ beta, np.zeros(len(design))])
    top = scores.max(axis=1)
    logs = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return float((totals * scores).sum() - totals.sum(axis=1) @ logs)


def _weights(shares: Numbers, sizes: Numbers) -> Numbers:
    free = shares[:, :-1]
    diagonal = free[:, :, None] * np.eye(free.shape[1])
    weights: Numbers = sizes[:, None, None] * (diagonal - free[:, :, None] * free[:, None, :])
    return weights


def information_of(shares: Numbers, sizes: Numbers, design: Numbers) -> Numbers:
    """Give the information on the coefficients (domain by domain) of shares (G × K), sizes (G), a design (G × p)."""
    weights = _weights(shares, sizes)
    k, p = weights.shape[1], design.shape[1]
    crossed = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    total = weights.reshape(len(design), -1).T @ crossed
    return total.reshape(k, k, p, p).transpose(0, 2, 1, 3).reshape(k * p, k * p)


def _covariance(totals: Numbers, design: Numbers, beta: Numbers) -> Numbers:
    sizes, shares = totals.sum(axis=1), shares_at(beta, design)
    residuals = (totals - sizes[:, None] * shares)[:, :-1]
    groups, k, p = len(design), residuals.shape[1], design.shape[1]
    scores = (residuals[:, :, None] * design[:, None, :]).reshape(groups, k * p)
    information = information_of(shares, sizes, design)
    if groups > JACKKNIFE_UP_TO:
        return sandwich(information, scores)
    weights = _weights(shares, sizes)
    each = np.einsum("gjk,gp,gq->gjpkq", weights, design, design, optimize=True).reshape(groups, k * p, k * p)
    return covariance_of(information, each, scores)


def shift_of(fit: MixFit, column: int, low: float, high: float) -> Shift:
    """Give what the shares gain, in points, when a covariate goes from ``low`` to ``high``, all else as it is.

    Averaged over the services; the interval is the delta method's. The gains of all domains sum to 0.
    """
    weights = fit.sizes / fit.sizes.sum()
    points, slopes = _average(fit, column, high, weights)
    before, slopes_before = _average(fit, column, low, weights)
    gradient = 100 * (slopes - slopes_before)
    covariance = gradient @ fit.covariance @ gradient.T
    return Shift(100 * (points - before), covariance, len(fit.design) - fit.design.shape[1])


def _average(fit: MixFit, column: int, value: float, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Give the average shares (K) with a covariate set to ``value``, and their slopes in the coefficients."""
    design = fit.design.copy()
    design[:, column] = value
    shares = shares_at(fit.coefficients, design)
    free = shares[:, :-1]
    identity = np.eye(fit.domains)[:, :-1]
    jacobian = shares[:, :, None] * (identity[None] - free[:, None, :])
    slopes = np.einsum("g,gkj,gp->kjp", weights, jacobian, design, optimize=True)
    return weights @ shares, slopes.reshape(fit.domains, -1)
