"""Covariance of estimates whose units are communes: the sandwich, or the jackknife where communes are few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# Above this number of communes the jackknife changes nothing that is printed, and its arrays grow large.
JACKKNIFE_UP_TO = 5_000


def sandwich(information: Numbers, scores: Numbers) -> Numbers:
    """Give A⁻¹ (Σ s sᵀ) A⁻¹ × G/(G−1): ``information`` (P × P), ``scores`` one row per commune (G × P).

    Liang & Zeger (1986). With one coefficient and A = G it is the variance of a mean:

    >>> scores = np.array([[1.0], [-1.0], [2.0], [-2.0]])
    >>> sandwich(np.array([[4.0]]), scores).round(6).tolist() == [[round(float(np.var(scores, ddof=1) / 4), 6)]]
    True
    """
    influence = np.linalg.solve(information, scores.T).T
    groups = len(scores)
    covariance: Numbers = influence.T @ influence * groups / (groups - 1)
    return covariance


def jackknife(information: Numbers, informations: Numbers, scores: Numbers) -> Numbers:
    """Give the one-step jackknife over communes: each leaves with its information (G × P × P) and score (G × P).

    Bell & McCaffrey (2002) call it CR3 for a linear model. The sandwich is too narrow when a few large communes
    carry much of the information, which is the rule in a survey of towns; the jackknife is slightly too wide.
    Raise ``numpy.linalg.LinAlgError`` when without some commune the model is no longer identified.
    """
    changes = np.linalg.solve(information[None] - informations, scores[:, :, None])[:, :, 0]
    changes = changes - changes.mean(axis=0)
    groups = len(scores)
    covariance: Numbers = changes.T @ changes * (groups - 1) / groups
    return covariance


def covariance_of(information: Numbers, informations: Numbers, scores: Numbers) -> Numbers:
    """Give the jackknife's covariance, or the sandwich's when a commune alone identifies a coefficient."""
    try:
        found = jackknife(information, informations, scores)
    except np.linalg.LinAlgError:
        return sandwich(information, scores)
    return found if np.isfinite(found).all() else sandwich(information, scores)
