"""Carrying label error: audited rows turn predicted labels into pseudo-labels that are right on average.

Egami, Hinck, Stewart, Wei, « Using imperfect surrogates for downstream inference: design-based supervised learning »
(NeurIPS 2023): ỹ = p + (r/π)(y − p), where p is the model's guess, r tells that a person read the row, which had the
known chance π of being drawn, and y is what the person chose. Its expectation over the draw is y, however bad p is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def pseudo_labels(
    guesses: Numbers, audited: NDArray[np.int64], verified: NDArray[np.int64], chances: Numbers
) -> Numbers:
    """Give pseudo-labels (n × K) from guesses (n × K), audited rows (m), their true domain (m) and chances (m).

    Chances are made to sum to the rows of the survey (Hájek): rows drawn 1 in 10 stand for 10 whatever luck drew.
    Every row sums to 1, as a label does; a pseudo-label may be negative or above 1.

    >>> guesses = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> pseudo_labels(guesses, np.array([0, 2]), np.array([1, 1]), np.array([0.5, 0.5])).tolist()
    [[-1.0, 2.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    truth = np.zeros((len(audited), guesses.shape[1]))
    truth[np.arange(len(audited)), verified] = 1.0
    weights = 1.0 / chances
    weights = weights * len(guesses) / weights.sum()
    corrected = guesses.copy()
    corrected[audited] += weights[:, None] * (truth - guesses[audited])
    return corrected


def one_hot(labels: NDArray[np.int64], domains: int) -> Numbers:
    """Give labels (n) as rows of 0 and 1 (n × K)."""
    rows: Numbers = np.eye(domains)[labels]
    return rows
