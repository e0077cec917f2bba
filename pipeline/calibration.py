"""What makes uncalibrated scores mean what they say: temperature, shift, corrections, and what parts of a text add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A text of several parts has four: before and after its first mark, before and after its last.
PARTS = 4
# A lead counts for no more than this: it is a difference of sums of words, which knows no bounds.
MOST = 3.0
# Above each of these, a score may count more or less than below: the margins of the labels' machines are at −1 and 1,
# and their scores say less and less beyond.
KNOTS = (-1.0, -0.5, 0.0, 0.5)


@dataclass(frozen=True)
class Calibration:
    """A map of uncalibrated scores to calibrated ones, fitted on held-out folds.

    ``temperature`` (above 0, divides the scores) and ``shift`` (K, added after) are those of Guo et al. (2017).
    ``corrections`` (1 + H × K × K) are what each label's score adds to each label, then what it adds above each of the
    H ``KNOTS``: a text is less likely of a domain when another one's score is high too. ``parts`` (4 × 1 + H × K × K)
    are the same of the scores of a text's parts, where it has several (see :mod:`pipeline.division`), and ``division``
    (K) what having several adds. How far the part before a mark stands as a service of its own, more than the part
    after (see :mod:`pipeline.standing`), is its lead: ``leads`` (2 × K) are what a point of the lead at the first mark,
    and at the last, adds, and ``led`` (4 × K × K) what a score of a part adds for each point of the lead at its mark.

    Scores are one line of K a text; or five lines of K + 1, of the text and of its parts, the last column how far each
    stands as a service. The lines of parts are NaN where a text has one part.
    """

    temperature: float
    shift: Array
    corrections: Array | None = None
    parts: Array | None = None
    division: Array | None = None
    leads: Array | None = None
    led: Array | None = None

    def calibrated(self, scores: Array) -> Array:
        """Give calibrated scores (n × K) of scores (n × K or n × 5 × K + 1): their softmax is the probabilities."""
        whole = scores if scores.ndim == 2 else scores[:, 0, :-1]
        result = np.asarray(whole / self.temperature + self.shift)
        if self.corrections is not None:
            result += _corrected(whole, self.corrections)
        if self.parts is None or self.division is None or scores.ndim == 2:
            return result
        divided = np.flatnonzero(is_divided(scores))
        lines = scores[divided]
        result[divided] += self.division
        for part, corrections in enumerate(self.parts, start=1):
            result[divided] += _corrected(lines[:, part, :-1], corrections)
        if self.leads is not None and self.led is not None:
            result[divided] += _led(lines, self.leads, self.led)
        return result

    def secants(self, scores: Array, start: Array) -> Array:
        """Give what a point of each score (S × K + 1) adds to each calibrated one (S × K + 1 × K) since ``start``.

        What scores gained since ``start`` (K + 1 or S × K + 1), times these, sums to what calibrated ones gained; where
        a score has not moved, its slope there. S is 1 or 5.
        """
        start = np.broadcast_to(start, scores.shape)
        secants = np.zeros((*scores.shape, len(self.shift)))
        secants[0, :-1] = np.eye(len(self.shift)) / self.temperature
        if self.corrections is not None:
            secants[0, :-1] += _secants(scores[0, :-1], start[0, :-1], self.corrections)
        if self.parts is None or len(scores) == 1 or not is_divided(scores[None])[0]:
            return secants
        for part, corrections in enumerate(self.parts, start=1):
            secants[part, :-1] = _secants(scores[part, :-1], start[part, :-1], corrections)
        if self.leads is not None and self.led is not None:
            secants[1:] += _led_secants(scores, start, self.leads, self.led)
        return secants

    def probabilities(self, scores: Array) -> Array:
        """Give calibrated probabilities (n × K) of scores (n × K or n × 5 × K + 1); each line sums to 1."""
        return softmax(self.calibrated(scores))

    def reordered(self, order: Sequence[int]) -> Calibration:
        """Give the same calibration with its labels in another order."""

        def columns(array: Array | None) -> Array | None:
            return None if array is None else array[..., order]

        def squares(array: Array | None) -> Array | None:
            return None if array is None else array[..., order, :][..., order]

        return Calibration(
            self.temperature,
            self.shift[order],
            squares(self.corrections),
            squares(self.parts),
            columns(self.division),
            columns(self.leads),
            squares(self.led),
        )


def in_parts(whole: Array, texts: NDArray[np.int64], parts: Array) -> Array:
    """Put the lines of the parts (4 × m × K + 1) of some ``texts`` (m) beside the scores of all (n × K).

    >>> in_parts(np.array([[1.0], [2.0]]), np.array([1]), np.arange(8.0).reshape(4, 1, 2))[:, :3].tolist()
    [[[1.0, 0.0], [nan, nan], [nan, nan]], [[2.0, 0.0], [0.0, 1.0], [2.0, 3.0]]]
    """
    scores = np.full((len(whole), 1 + PARTS, whole.shape[1] + 1), np.nan)
    scores[:, 0, :-1], scores[:, 0, -1] = whole, 0.0
    scores[texts, 1:] = parts.transpose(1, 0, 2)
    return scores


def is_divided(scores: Array) -> NDArray[np.bool_]:
    """Tell which texts (n) of scores (n × 5 × K + 1) have several parts."""
    return np.asarray(~np.isnan(scores[:, 1, 0]))


def leads_of(scores: Array) -> Array:
    """Give the lead at the first mark and at the last (n × 2) of scores (n × 5 × K + 1), of no more than ``MOST``.

    >>> leads_of(np.array([[[0.0, 0.0], [0.0, 1.0], [0.0, 0.5], [0.0, 9.0], [0.0, -9.0]]])).tolist()
    [[0.5, 3.0]]
    """
    return np.asarray(np.clip(scores[:, 1::2, -1] - scores[:, 2::2, -1], -MOST, MOST))


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


def _led(scores: Array, leads: Array, led: Array) -> Array:
    """Sum what leads add (n × K), column by column."""
    added = np.zeros((leads.shape[1], len(scores)))
    for mark, lead in enumerate(leads_of(scores).T):
        added += leads[mark][:, None] * lead
        for part in (2 * mark, 2 * mark + 1):
            for column, weight in zip(scores[:, 1 + part, :-1].T, led[part], strict=True):
                added += weight[:, None] * (lead * column)
    return added.T


def _led_secants(scores: Array, start: Array, leads: Array, led: Array) -> Array:
    """Give the secants of what leads add (4 × K + 1 × K): a product gains what one gained times the other's middle."""
    secants = np.zeros((PARTS, scores.shape[1], leads.shape[1]))
    now, before = leads_of(scores[None])[0], leads_of(start[None])[0]
    moved = (scores - start)[1::2, -1] - (scores - start)[2::2, -1]
    slopes = np.divide(now - before, moved, out=(np.abs(now) < MOST).astype(np.float64), where=moved != 0)
    middle = (scores + start)[1:, :-1] / 2
    secants[:, :-1] = led * np.repeat((now + before) / 2, 2)[:, None, None]
    added = leads + np.einsum("pk,pkl->pl", middle, led).reshape(2, 2, -1).sum(axis=1)
    secants[::2, -1] = slopes[:, None] * added
    secants[1::2, -1] = -secants[::2, -1]
    return secants


def _secants(scores: Array, start: Array, corrections: Array) -> Array:
    moved = scores - start
    gained = hinges(scores[None])[:, 0] - hinges(start[None])[:, 0]
    above = np.vstack([np.ones(len(scores)), scores > np.array(KNOTS)[:, None]])
    shares = np.divide(gained, moved, out=above, where=moved != 0)
    return np.asarray((shares[:, :, None] * corrections).sum(axis=0))
