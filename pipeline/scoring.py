"""What training leaves, and what it says of a word or a pair: the numbers that labelling and explaining share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.calibration import Array
from pipeline.features import FeatureSpace
from pipeline.head import Head
from pipeline.names import FORM
from pipeline.occurrences import Pair
from pipeline.words import fold

# New words scored at once: their vectors have 300 numbers each, and memory stays bounded.
BATCH = 4096
# Words of fewer training texts are seldom met again: their rows, a third of the model's folder, are made when they are.
COMMON = 8


@dataclass(frozen=True)
class KnownWords:
    """The rows of the common words, found once when the model is saved: number, rows, masses (m)."""

    number: Mapping[str, int]
    rows: Array
    masses: Array


@dataclass(frozen=True)
class Scoring:
    """What training leaves: the labels, the feature space, its projection to rows, the head.

    ``projection`` (features × width) maps a feature row to the columns that the head reads: K scores, the R directions
    whose squares it weighs, a part's standing if it has one; a word's row is its feature row times the projection.
    ``known`` holds the rows already made, if any.
    """

    labels: tuple[str, ...]
    space: FeatureSpace
    projection: Array
    head: Head
    known: KnownWords | None = None

    def word_scores(self, types: Sequence[str]) -> tuple[Array, Array]:
        """Give the rows (n × width) and squared lengths (n) of word types, made from features when not known."""
        rows, masses = np.zeros((len(types), self.projection.shape[1])), np.zeros(len(types))
        place = {} if self.known is None else self.known.number
        at = np.array([place.get(word, -1) for word in types], dtype=np.int64)
        if self.known is not None:
            rows[at >= 0], masses[at >= 0] = self.known.rows[at[at >= 0]], self.known.masses[at[at >= 0]]
        new = np.flatnonzero(at < 0)
        for start in range(0, len(new), BATCH):
            part = new[start : start + BATCH]
            words = [types[row] for row in part.tolist()]
            rows[part], masses[part] = self.space.word_scores(words, self.projection)
        return rows, masses

    def pair_scores(self, pairs: Sequence[Pair]) -> tuple[Array, Array]:
        """Give the rows (n × width) and squared lengths (n) of pairs of bases, zeros where training met none."""
        columns, weights = self.space.pair_weights(pairs)
        return self.projection[columns] * weights[:, None], weights * weights


def compiled(scoring: Scoring) -> Scoring:
    """Give the scoring with the rows of the words that as many training texts held as ``COMMON``."""
    known = _common(scoring.space)
    rows, masses = replace(scoring, known=None).word_scores(known)
    return replace(scoring, known=KnownWords({word: number for number, word in enumerate(known)}, rows, masses))


def _common(space: FeatureSpace) -> list[str]:
    words = sorted(space.lemma_of)
    places = np.array([space.columns.get(f"{FORM}{fold(word)}", -1) for word in words], dtype=np.int64)
    # A feature of no text (of a term alone) has the highest inverse document frequency; what is no feature, more.
    frequencies = np.append(space.frequencies, np.inf)[places]
    common = frequencies <= space.frequencies.max(initial=0.0) - np.log(1 + COMMON) + 1e-9
    return [words[row] for row in np.flatnonzero(common)]


def reordered(scoring: Scoring, labels: Sequence[str]) -> Scoring:
    """Give the same scoring with its labels in another order."""
    order = [scoring.labels.index(label) for label in labels]
    head = scoring.head
    squares = None if head.squares is None else head.squares[:, order]
    columns = [*order, *range(len(order), scoring.projection.shape[1])]
    head = replace(head, bias=head.bias[order], calibration=head.calibration.reordered(order), squares=squares)
    return Scoring(tuple(labels), scoring.space, scoring.projection[:, columns], head)
