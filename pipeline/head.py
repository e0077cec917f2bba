"""The small head on top of summed word rows: bias, squares of directions, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.calibration import Array, Calibration


@dataclass(frozen=True)
class Head:
    """Turns a text's summed, normalised row of K scores and R directions into K uncalibrated scores.

    ``bias`` (K) comes from training, ``calibration`` from held-out folds.
    ``squares`` (R × K), when there is one, weighs the square of each direction: what two words mean
    together and neither means alone (see :mod:`pipeline.directions`).
    """

    bias: Array
    calibration: Calibration
    squares: Array | None = None

    def logits(self, rows: Array) -> Array:
        """Give the uncalibrated scores (n × K) of rows (n × (K + R))."""
        classes = len(self.bias)
        # Column after column in memory: a direction's values stand side by side, and take a third of the time.
        columns = np.ascontiguousarray(rows.T)
        scores = columns[:classes] + self.bias[:, None]
        if self.squares is not None:
            # Direction by direction, and not by a product of matrices, whose last bits depend on the batch.
            for direction, weights in zip(columns[classes:], self.squares, strict=True):
                scores += weights[:, None] * (direction * direction)
        return np.ascontiguousarray(scores.T)

    def contributions(self, parts: Array) -> Array:
        """Give what each part (m × (K + R)) of a summed row adds to the K scores: the lines sum to them, less the bias.

        A square of a sum is the sum of each part times the whole.
        """
        classes = len(self.bias)
        if self.squares is None:
            return parts
        whole = parts[:, classes:].sum(axis=0)
        return np.asarray(parts[:, :classes] + (parts[:, classes:] * whole) @ self.squares)
