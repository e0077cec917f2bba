"""The small head on top of summed word rows: bias, calibration, softmax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """Turns a text's summed, normalised row of K scores into K probabilities.

    ``bias`` (K), ``temperature`` (above 0, divides the scores) and ``shift`` (K, added after) come
    from training; the last two are the calibration, fitted on held-out folds (Guo et al. 2017).
    """

    bias: Array
    temperature: float
    shift: Array

    def logits(self, rows: Array) -> Array:
        """Give the uncalibrated scores of rows (n × K)."""
        return np.asarray(rows + self.bias)

    def probabilities(self, rows: Array) -> Array:
        """Give calibrated probabilities (n × K); each line sums to 1."""
        return softmax(self.logits(rows) / self.temperature + self.shift)


def softmax(scores: Array) -> Array:
    """Give exp(s) / Σ exp(s) along the last axis, without overflow.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
