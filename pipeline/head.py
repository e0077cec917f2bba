"""The small head on top of summed word rows: bias, calibration, softmax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """Turns a text's summed, normalised row of K scores and R directions into K probabilities.

    ``bias`` (K), ``temperature`` (above 0, divides the scores) and ``shift`` (K, added after) come
    from training; the last two are the calibration, fitted on held-out folds (Guo et al. 2017).
    ``squares`` (R × K), when there is one, weighs the square of each direction: what two words mean
    together and neither means alone (see :mod:`pipeline.directions`).
    """

    bias: Array
    temperature: float
    shift: Array
    squares: Array | None = None

    def logits(self, rows: Array) -> Array:
        """Give the uncalibrated scores (n × K) of rows (n × (K + R))."""
        classes = len(self.bias)
        scores = rows[:, :classes] + self.bias
        if self.squares is not None:
            # Direction by direction, and not by a product of matrices, whose last bits depend on the batch.
            for direction, weights in zip(rows.T[classes:], self.squares, strict=True):
                scores += (direction * direction)[:, None] * weights
        return np.asarray(scores)

    def contributions(self, parts: Array) -> Array:
        """Give what each part (m × (K + R)) of a summed row adds to the K scores: the lines sum to them, less the bias.

        A square of a sum is the sum of each part times the whole.
        """
        classes = len(self.bias)
        if self.squares is None:
            return parts
        whole = parts[:, classes:].sum(axis=0)
        return np.asarray(parts[:, :classes] + (parts[:, classes:] * whole) @ self.squares)

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
