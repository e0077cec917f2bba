"""Rival tests that a covariate moves no domain, for ``bench/territory.py --only joint``: why signs are flipped.

Each takes the slopes of a fitted model: Wald's statistic with the jackknife's covariance (CR3) as an F with G − p or
G − 1 degrees of freedom (Cameron & Miller 2015), as Hotelling's T² with degrees from the design (Pustejovsky & Tipton
2018, eq. 15, the working model's variances standing for the true ones), and the score's chi-square (Boos 1992).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from pipeline.territory.mixes import commune_weights, information_of, shares_at
from pipeline.territory.models import MixEffect
from pipeline.territory.sign_flips import flipped_p

NAMES = ("Wald, F(q, G − p)", "Wald, F(q, G − 1)", "Wald, Hotelling's T²", "score, chi-square", "score, signs flipped")


def p_values(found: MixEffect) -> tuple[float, ...]:
    """Give the p-value of each test, in the order of ``NAMES``."""
    fit = found.fit
    groups, p = fit.design.shape
    q = fit.domains - 1
    tested = np.arange(q) * p + 1
    slopes = fit.coefficients[1]
    wald = float(slopes @ np.linalg.solve(fit.covariance[np.ix_(tested, tested)], slopes))
    degrees = hotelling_degrees(found)
    hotelling = special.fdtrc(q, degrees - q + 1, (degrees - q + 1) / (degrees * q) * wald)
    total = found.scores.sum(axis=0)
    score = float(total @ np.linalg.solve(found.scores.T @ found.scores, total))
    return (
        float(special.fdtrc(q, groups - p, wald / q)),
        float(special.fdtrc(q, groups - 1, wald / q)),
        float(hotelling),
        float(special.chdtrc(q, score)),
        flipped_p(found.scores),
    )


def hotelling_degrees(found: MixEffect) -> float:
    """Give the degrees of Hotelling's T²: q(q+1)/Σ((tr Ψ)² + tr Ψ²), Ψ being a commune's part of the variance.

    With G like communes Ψ = I/G and the degrees are G.
    """
    fit = found.fit
    groups, p = fit.design.shape
    q = fit.domains - 1
    tested = np.arange(q) * p + 1
    scale = np.abs(fit.design).max(axis=0)
    design, sizes = fit.design / scale, fit.sizes * commune_weights(fit.sizes)
    shares = shares_at(fit.coefficients, fit.design)
    inverse = np.linalg.inv(information_of(shares, sizes, design))[tested]
    parts = np.stack(
        [
            inverse @ information_of(shares[at : at + 1], sizes[at : at + 1], design[at : at + 1]) @ inverse.T
            for at in range(groups)
        ]
    )
    root = np.linalg.inv(np.linalg.cholesky(parts.sum(axis=0)))
    parts = root @ parts @ root.T
    traces = np.trace(parts, axis1=1, axis2=2)
    return float(q * (q + 1) / (traces**2 + (parts**2).sum(axis=(1, 2))).sum())
