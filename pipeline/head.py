"""The small head on top of summed word rows: bias, calibration, softmax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Above each of these, a score may count more or less than below: the margins of the labels' machines are at −1 and 1,
# and their scores say less and less beyond.
KNOTS = (-1.0, -0.5, 0.0, 0.5)


@dataclass(frozen=True)
class Head:
    """Turns a text's summed, normalised row of K scores and R directions into K probabilities.

    ``bias`` (K), ``temperature`` (above 0, divides the scores), ``shift`` (K, added after) and ``corrections``, when
    there are some, come from training; the last three are the calibration, fitted on held-out folds (Guo et al. 2017).
    ``corrections`` (1 + H × K × K) are what each label's score adds to each label, then what it adds above each of
    the H ``KNOTS``: a text is less likely of a domain when another one's score is high too.
    ``squares`` (R × K), when there is one, weighs the square of each direction: what two words mean
    together and neither means alone (see :mod:`pipeline.directions`).
    """

    bias: Array
    temperature: float
    shift: Array
    squares: Array | None = None
    corrections: Array | None = None

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

    def calibrated(self, logits: Array) -> Array:
        """Give calibrated scores (n × K) of uncalibrated ones: their softmax is the probabilities."""
        scores = logits / self.temperature + self.shift
        if self.corrections is not None:
            for part, weights in zip(hinges(logits), self.corrections, strict=True):
                for column, added in zip(part.T, weights, strict=True):
                    scores += column[:, None] * added
        return np.asarray(scores)

    def slopes(self, logits: Array) -> Array:
        """Give what one more point of each uncalibrated score (K) adds, where it is, to each calibrated one (K × K)."""
        slopes = np.eye(len(logits)) / self.temperature
        if self.corrections is not None:
            above = np.vstack([np.ones(len(logits)), logits > np.array(KNOTS)[:, None]])
            slopes = slopes + (above[:, :, None] * self.corrections).sum(axis=0)
        return np.asarray(slopes)

    def probabilities(self, rows: Array) -> Array:
        """Give calibrated probabilities (n × K); each line sums to 1."""
        return softmax(self.calibrated(self.logits(rows)))


def hinges(logits: Array) -> Array:
    """Give scores (n × K), then how far each is above each knot, 0 under it: (1 + H × n × K).

    >>> hinges(np.array([[-0.75, 2.0]])).tolist()
    [[[-0.75, 2.0]], [[0.25, 3.0]], [[0.0, 2.5]], [[0.0, 2.0]], [[0.0, 1.5]]]
    """
    return np.stack([logits, *(np.maximum(logits - knot, 0.0) for knot in KNOTS)])


def softmax(scores: Array) -> Array:
    """Give exp(s) / Σ exp(s) along the last axis, without overflow.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
