"""Shares corrected without an audit: valid only if the way people write has not changed since training.

Neither has an interval: in simulation their bootstraps cover the truth 18 to 55 % of the time (design).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.results import CorrectedShares
from pipeline.shares.population import Array, Integers, Population

ROUNDS = 1000
SETTLED = 1e-7


def expectation_maximisation_shares(population: Population, trained: Array, domains: Sequence[str]) -> CorrectedShares:
    """Give the shares (in percent) under which calibrated probabilities agree with themselves (EMQ).

    ``trained`` (K) is the mix of labels the probabilities were calibrated on. Each round weighs the
    probabilities by the shares found so far over ``trained`` and takes their mean (Saerens, Latinne &
    Decaestecker 2002).

    >>> rows = Population(np.array([[0.8, 0.2]] * 3 + [[0.2, 0.8]]), np.ones(4))
    >>> expectation_maximisation_shares(rows, np.array([0.5, 0.5]), ["a", "b"]).shares[0] > 75
    True
    """
    kept = trained > 0
    shares = np.where(kept, population.mean, 0.0)
    shares = shares / shares.sum()
    ratio = np.divide(population.probabilities, trained, out=np.zeros_like(population.probabilities), where=kept)
    for _ in range(ROUNDS):
        joint = ratio @ shares
        weight = np.divide(population.mass, joint, out=np.zeros_like(joint), where=joint > 0)
        new = shares * (weight @ ratio)
        new = new / new.sum()
        settled = np.abs(new - shares).max() < SETTLED
        shares = new
        if settled:
            break
    return CorrectedShares("emq", tuple(domains), tuple((100.0 * shares).tolist()))


def calibration_matrix_shares(
    predicted: Array, truth: Integers, guess: Integers, domains: Sequence[str]
) -> CorrectedShares:
    """Give the shares (in percent) that the predicted ones mean, by the held-out predictions' own errors.

    ``predicted`` (K) are the shares of predicted labels; ``truth`` and ``guess`` (m) index ``domains`` in held-out
    predictions. A row predicted j is of label k as often as it was there (Kloos, Meertens, Scholtus & Karch
    2020, the calibration estimator); a label never predicted there is taken at its word.

    >>> calibration_matrix_shares(
    ...     np.array([0.5, 0.5]), np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), ["a", "b"]
    ... ).shares[0].__round__(1)
    33.3
    """
    classes = len(domains)
    counts = np.bincount(guess * classes + truth, minlength=classes**2).reshape(classes, classes).astype(np.float64)
    rows = counts.sum(axis=1, keepdims=True)
    chances = np.divide(counts, rows, out=np.eye(classes), where=rows > 0)
    return CorrectedShares("calibration_matrix", tuple(domains), tuple((100.0 * (predicted @ chances)).tolist()))
