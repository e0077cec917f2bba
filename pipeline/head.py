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
    Where ``has_standing``, a row has one more column: how far a part of a text stands as a service of its own (see
    :mod:`pipeline.standing`).
    """

    bias: Array
    calibration: Calibration
    squares: Array | None = None
    has_standing: bool = False

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self.bias) + (0 if self.squares is None else len(self.squares)) + self.has_standing

    def logits(self, rows: Array) -> Array:
        """Give the uncalibrated scores (n × K) of rows (n × width)."""
        classes = len(self.bias)
        # Column after column in memory: a direction's values stand side by side, and take a third of the time.
        columns = np.ascontiguousarray(rows.T)
        scores = columns[:classes] + self.bias[:, None]
        if self.squares is not None:
            # Direction by direction, and not by a product of matrices, whose last bits depend on the batch.
            for direction, weights in zip(columns[classes : classes + len(self.squares)], self.squares, strict=True):
                scores += weights[:, None] * (direction * direction)
        return np.ascontiguousarray(scores.T)

    def lines(self, rows: Array) -> Array:
        """Give the uncalibrated scores of rows of parts, then their standing, 0 where there is none (n × K + 1)."""
        return np.column_stack([self.logits(rows), self._standing(rows)])

    def contributions(self, parts: Array) -> Array:
        """Give what each part (m × width) of a summed row adds to its line (m × K + 1): they sum to it, less the bias.

        A square of a sum is the sum of each part times the whole.
        """
        classes = len(self.bias)
        added = np.column_stack([parts[:, :classes], self._standing(parts)])
        if self.squares is not None:
            directions = parts[:, classes : classes + len(self.squares)]
            added[:, :classes] += (directions * directions.sum(axis=0)) @ self.squares
        return added

    def _standing(self, rows: Array) -> Array:
        return rows[:, -1] if self.has_standing else np.zeros(len(rows))
