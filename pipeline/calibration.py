"""What makes uncalibrated scores mean what they say: temperature, shift, corrections, and what parts of a text add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Above each of these, a score may count more or less than below: the margins of the labels' machines are at −1 and 1,
# and their scores say less and less beyond.
KNOTS = (-1.0, -0.5, 0.0, 0.5)


@dataclass(frozen=True)
class Calibration:
    """A map of uncalibrated scores to calibrated ones, fitted on held-out folds.

    ``temperature`` (above 0, divides the scores) and ``shift`` (K, added after) are those of Guo et al. (2017).
    ``corrections`` (1 + H × K × K) are what each label's score adds to each label, then what it adds above each of the
    H ``KNOTS``: a text is less likely of a domain when another one's score is high too. ``parts`` (2 × 1 + H × K × K)
    are the same of the scores of a text's first part and of the rest, where it has two (see
    :mod:`pipeline.division`), and ``division`` (K) what having two adds.

    Scores are one line of K a text, or three: of the text, of its first part, of the rest; the last two are NaN where
    a text has one part.
    """

    temperature: float
    shift: Array
    corrections: Array | None = None
    parts: Array | None = None
    division: Array | None = None

    def calibrated(self, scores: Array) -> Array:
        """Give calibrated scores (n × K) of scores (n × K or n × 3 × K): their softmax is the probabilities."""
        whole = scores if scores.ndim == 2 else scores[:, 0]
        result = np.asarray(whole / self.temperature + self.shift)
        if self.corrections is not None:
            result += _corrected(whole, self.corrections)
        if self.parts is None or self.division is None or scores.ndim == 2:
            return result
        divided = np.flatnonzero(is_divided(scores))
        added = self.division + np.zeros((len(divided), len(self.division)))
        for part, corrections in enumerate(self.parts, start=1):
            added += _corrected(scores[divided, part], corrections)
        result[divided] += added
        return result

    def secants(self, scores: Array, start: Array) -> Array:
        """Give what a point of each score (S × K) adds to each calibrated one (S × K × K), on its way from ``start``.

        What scores gained since ``start`` (K or S × K), times these, sums to what calibrated ones gained; where a
        score has not moved, its slope there.
        """
        start = np.broadcast_to(start, scores.shape)
        secants = np.zeros((*scores.shape, scores.shape[-1]))
        secants[0] = np.eye(scores.shape[-1]) / self.temperature
        if self.corrections is not None:
            secants[0] += _secants(scores[0], start[0], self.corrections)
        if self.parts is not None and len(scores) > 1 and is_divided(scores[None])[0]:
            for part, corrections in enumerate(self.parts, start=1):
                secants[part] = _secants(scores[part], start[part], corrections)
        return secants

    def probabilities(self, scores: Array) -> Array:
        """Give calibrated probabilities (n × K) of scores (n × K or n × 3 × K); each line sums to 1."""
        return softmax(self.calibrated(scores))

    def reordered(self, order: Sequence[int]) -> Calibration:
        """Give the same calibration with its labels in another order."""
        return Calibration(
            self.temperature,
            self.shift[order],
            None if self.corrections is None else self.corrections[..., order, :][..., order],
            None if self.parts is None else self.parts[..., order, :][..., order],
            None if self.division is None else self.division[order],
        )


def in_parts(whole: Array, texts: NDArray[np.int64], first: Array, rest: Array) -> Array:
    """Put the scores (m × K) of the two parts of some ``texts`` (m) beside those of all (n × K): (n × 3 × K).

    >>> in_parts(np.array([[1.0], [2.0]]), np.array([1]), np.array([[3.0]]), np.array([[4.0]])).squeeze().tolist()
    [[1.0, nan, nan], [2.0, 3.0, 4.0]]
    """
    scores = np.full((len(whole), 3, whole.shape[1]), np.nan)
    scores[:, 0] = whole
    scores[texts, 1], scores[texts, 2] = first, rest
    return scores


def is_divided(scores: Array) -> NDArray[np.bool_]:
    """Tell which texts (n) of scores (n × 3 × K) have two parts."""
    return np.asarray(~np.isnan(scores[:, 1, 0]))


def hinges(scores: Array) -> Array:
    """Give scores (n × K), then how far each is above each knot, 0 under it: (1 + H × n × K).

    >>> hinges(np.array([[-0.75, 2.0]])).tolist()
    [[[-0.75, 2.0]], [[0.25, 3.0]], [[0.0, 2.5]], [[0.0, 2.0]], [[0.0, 1.5]]]
    """
    return np.stack([scores, *(np.maximum(scores - knot, 0.0) for knot in KNOTS)])


def softmax(scores: Array) -> Array:
    """Give exp(s) / Σ exp(s) along the last axis, without overflow.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _corrected(scores: Array, corrections: Array) -> Array:
    """Sum what hinges of scores add (n × K), column by column: the last bits must not depend on the batch."""
    added = np.zeros(scores.shape[::-1])
    for part, weights in zip(hinges(scores.T), corrections, strict=True):
        for column, weight in zip(part, weights, strict=True):
            added += weight[:, None] * column
    return added.T


def _secants(scores: Array, start: Array, corrections: Array) -> Array:
    moved = scores - start
    gained = hinges(scores[None])[:, 0] - hinges(start[None])[:, 0]
    above = np.vstack([np.ones(len(scores)), scores > np.array(KNOTS)[:, None]])
    shares = np.divide(gained, moved, out=above, where=moved != 0)
    return np.asarray((shares[:, :, None] * corrections).sum(axis=0))
