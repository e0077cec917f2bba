"""Calibrations fitted on held-out scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from pipeline.calibration import PARTS, Array, Calibration, hinges, is_divided, leads_of, softmax
from pipeline.threads import side_by_side

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Folds = Sequence[tuple[Integers, Integers]]

# With 3, 200 texts are calibrated worse by corrections than without; with 10 as well, and 24,000 better by as much.
PENALTY = 10.0
# What a row apart counts for: with 0, macro-F1 on unseen kinds is the same, and lists in which the first service
# decides are right in 57 % instead of 66; with 1, 0.8945 instead of 0.8967.
APART = 0.25


def calibrate(scores: Array, truth: Integers, apart: Booleans | None = None) -> Calibration:
    """Fit a calibration by maximum likelihood on held-out scores (n × K or n × 5 × K + 1) and labels (n).

    Temperature and shift first (Guo et al. 2017); then corrections, which few texts can hardly move from zero: they are
    penalised by the same whatever n. Rows ``apart`` (n), whose labels come in other shares (contrast pairs), teach what
    parts and corrections say, and have shifts of their own, divided or not, which are forgotten.
    """
    apart = np.zeros(len(truth), dtype=bool) if apart is None else apart
    whole = scores if scores.ndim == 2 else scores[:, 0, :-1]
    temperature, shift = _tempered(whole[~apart], truth[~apart])
    columns = _columns(scores, apart)
    # On one thread, as a fit: the last bits, and so the model's digest, would depend on the number of processors.
    with threadpool_limits(1, user_api="blas"):
        found = _corrections(np.hstack(columns), whole / temperature + shift, truth, np.where(apart, APART, 1.0))
    square = (-1, whole.shape[1], whole.shape[1])
    corrections, shifted, *beside = np.split(found, np.cumsum([part.shape[1] for part in columns])[:-1])
    fitted = Calibration(temperature, shift + shifted[0], corrections.reshape(square))
    if scores.ndim == 2:
        return fitted
    parts, leads, led, division, _ = beside
    hinged = parts.reshape(PARTS, -1, *square[1:])
    return replace(fitted, parts=hinged, division=division[0], leads=leads, led=led.reshape(square))


def _columns(scores: Array, apart: Booleans) -> list[Array]:
    """Give what corrections weigh (n × U): hinges of the whole's scores, ones, what parts add, shifts of ``apart``."""
    ones, own = np.ones((len(scores), 1)), apart[:, None].astype(np.float64)
    if scores.ndim == 2:
        return [_hinged(scores), ones, own]
    divided = is_divided(scores)[:, None]
    parts = scores[:, 1:, :-1].transpose(1, 0, 2)
    leads = np.where(divided, leads_of(scores), 0.0)
    hinged = np.hstack([np.where(divided, _hinged(part), 0.0) for part in parts])
    led = np.hstack([np.where(divided, leads[:, [place // 2]] * part, 0.0) for place, part in enumerate(parts)])
    return [_hinged(scores[:, 0, :-1]), ones, hinged, leads, led, ones * divided, np.hstack([own, own * divided])]


def _hinged(scores: Array) -> Array:
    return hinges(scores).transpose(1, 0, 2).reshape(len(scores), -1)


def _corrections(columns: Array, start: Array, truth: Integers, weights: Array) -> Array:
    """Give what each column adds to each label (U × K): a penalised multinomial regression beside ``start`` (n × K)."""
    # Hinges of one score are nearly one another: told along the axes of their own products, a few steps are enough.
    products = columns.T @ (columns * weights[:, None]) / 4 + PENALTY * np.eye(columns.shape[1])
    root = np.linalg.cholesky(products)
    axes = solve_triangular(root, columns.T, lower=True).T
    inverse = solve_triangular(root, np.eye(len(root)), lower=True)
    shape = (columns.shape[1], start.shape[1])

    def loss(parameters: Array) -> tuple[float, Array]:
        told = parameters.reshape(shape)
        unknowns = inverse.T @ told
        missed, residuals = _log_loss(start + axes @ told, truth, weights)
        gradient = axes.T @ residuals + PENALTY * (inverse @ unknowns)
        return float(PENALTY * np.sum(unknowns**2) / 2 + missed) / len(truth), gradient.ravel() / len(truth)

    found = minimize(loss, np.zeros(shape[0] * shape[1]), method="L-BFGS-B", jac=True, options={"ftol": 1e-8}).x
    return np.asarray(inverse.T @ found.reshape(shape))


def _tempered(scores: Array, truth: Integers) -> tuple[float, Array]:
    """Fit temperature and shift alone."""

    def loss(parameters: Array) -> tuple[float, Array]:
        scaled = scores * np.exp(parameters[0])
        missed, residuals = _log_loss(scaled + np.append(parameters[1:], 0.0), truth, np.ones(len(truth)))
        gradient = np.append(np.sum(residuals * scaled), residuals[:, :-1].sum(axis=0)) / len(truth)
        # The small penalty keeps the fit finite when every held-out row is right.
        return float(1e-4 * parameters @ parameters + missed / len(truth)), gradient + 2e-4 * parameters

    found = minimize(loss, np.zeros(scores.shape[1]), method="L-BFGS-B", jac=True).x
    return float(np.exp(-found[0])), np.append(found[1:], 0.0)


def _log_loss(scores: Array, truth: Integers, weights: Array) -> tuple[float, Array]:
    """Give the weighted sum of −log of the true labels' probabilities (n), and its slope by each score (n × K)."""
    residuals, rows = softmax(scores), np.arange(len(truth))
    missed = -(weights * np.log(np.maximum(residuals[rows, truth], np.finfo(float).tiny))).sum()
    residuals[rows, truth] -= 1.0
    return float(missed), residuals * weights[:, None]


def cross_calibrated(scores: Array, truth: Integers, folds: Folds, apart: Booleans | None = None) -> Array:
    """Give held-out probabilities (n × K), each fold calibrated on the other folds: nothing is judged on itself."""
    others = [np.setdiff1d(np.arange(len(truth)), test) for _, test in folds]
    fitted = side_by_side(
        lambda rows: calibrate(scores[rows], truth[rows], None if apart is None else apart[rows]), others
    )
    probabilities = np.zeros((len(truth), scores.shape[-1] - (scores.ndim == 3)))
    for (_, test), calibration in zip(folds, fitted, strict=True):
        probabilities[test] = calibration.probabilities(scores[test])
    return probabilities
