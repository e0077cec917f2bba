"""Rows of texts from the rows of their words and pairs; word vectors told in fewer columns while learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.features import FeatureSpace, squared_lengths
from pipeline.occurrences import Occurrences

Reals = NDArray[np.float64]

# How many principal axes of words' vectors are learnt from: with 64 of 300 a fit is of half the numbers, and the
# macro-F1 on unseen kinds is the same (0.8619 on 105,317 texts, terms and sides; 0.8620 with 100).
AXES = 64


@dataclass(frozen=True)
class TextRows:
    """Rows of texts as a product: scaled counts of types (texts × types) by the rows of types (types × columns).

    A type is in many texts: to map the rows of types, then to sum them by text, costs a tenth of mapping texts. A
    type's row is its ``named`` features (types × features), of which it has few, then its vector: ``vectors`` (words ×
    dimensions) are those of the first types, words; the others are pairs, which have none.
    """

    counts: sparse.csr_matrix
    named: sparse.csr_matrix
    vectors: Reals

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return int(self.named.shape[1] + self.vectors.shape[1])

    def __matmul__(self, projection: Reals) -> Reals:
        """Map the rows of texts: (texts × columns of ``projection``)."""
        types = self.named @ projection[: self.named.shape[1]]
        types[: len(self.vectors)] += self.vectors @ projection[self.named.shape[1] :]
        return np.asarray(self.counts @ types)

    def __getitem__(self, texts: Sequence[int] | NDArray[np.int64]) -> TextRows:
        """Give the rows of some texts."""
        return replace(self, counts=self.counts[texts])

    def matrix(self) -> sparse.csr_matrix:
        """Make the rows of texts (texts × columns)."""
        first = self.counts[:, : len(self.vectors)]
        return sparse.csr_matrix(sparse.hstack([self.counts @ self.named, sparse.csr_matrix(first @ self.vectors)]))


@dataclass(frozen=True)
class Axes:
    """The principal axes (dimensions × axes) of the vectors that follow the first ``named`` columns of rows."""

    named: int
    directions: Reals

    @classmethod
    def of(cls, rows: TextRows, count: int = AXES) -> Axes:
        """Find the axes of vectors, a word counting for what it weighs in texts.

        >>> counts, named = sparse.csr_matrix(np.eye(2)), sparse.csr_matrix((2, 1))
        >>> axes = Axes.of(TextRows(counts, named, np.array([[3.0, 4.0], [6.0, 8.0]])), count=1)
        >>> np.round(np.abs(axes.directions.T), 3).tolist()
        [[0.6, 0.8]]
        """
        words = rows.counts[:, : len(rows.vectors)]
        weights = np.asarray(words.multiply(words).sum(axis=0)).ravel()
        squared = rows.vectors.T @ (rows.vectors * weights[:, None])
        return cls(rows.named.shape[1], np.ascontiguousarray(np.linalg.eigh(squared)[1][:, ::-1][:, :count]))

    def shortened(self, rows: TextRows) -> TextRows:
        """Tell vectors by their coordinates along the axes: lengths beyond them are left out."""
        return replace(rows, vectors=rows.vectors @ self.directions)

    def widened(self, columns: Reals) -> Reals:
        """Give what maps whole rows as ``columns`` ((named + axes) × K) map shortened ones."""
        return np.vstack([columns[: self.named], self.directions @ columns[self.named :]])


def text_rows(found: Occurrences, space: FeatureSpace) -> TextRows:
    """Give one normalised row per counted text. A text without a known feature is all zeros."""
    vectors = space.vectors(found.types)
    named = sparse.csr_matrix(sparse.vstack([space.word_rows(found.types), space.pair_rows(found.pair_types)]))
    counts = sparse.csr_matrix(sparse.hstack([found.words, found.pairs]))
    lengths = squared_lengths(named)
    lengths[: len(vectors)] += np.einsum("ij,ij->i", vectors, vectors)
    squared = counts @ lengths
    scale = np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0)
    # The counts are scaled, of which there are few, and not the rows of texts, each with hundreds of features.
    counts.data *= np.repeat(scale, np.diff(counts.indptr))
    return TextRows(counts, named, vectors)
