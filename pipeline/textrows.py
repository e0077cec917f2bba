"""Rows of texts from the rows of their words and pairs; word vectors told in fewer columns while learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.features import FeatureSpace, squared_lengths
from pipeline.occurrences import Occurrences, Words

Reals = NDArray[np.float64]

# How many principal axes of words' vectors are learnt from: with 64 of 300 a fit is of half the numbers, and the
# macro-F1 on unseen kinds is the same (0.8619 on 105,317 texts, terms and sides; 0.8620 with 100).
AXES = 64


@dataclass(frozen=True)
class TextRows:
    """Rows of texts as a product: scaled counts of types (texts × types) by the rows of types (types × features).

    A type is in many texts: to map the rows of types, then to sum them by text, costs a tenth of mapping texts.
    """

    counts: sparse.csr_matrix
    types: sparse.csr_matrix

    def __matmul__(self, projection: Reals) -> Reals:
        """Map the rows of texts: (texts × columns of ``projection``)."""
        return np.asarray(self.counts @ (self.types @ projection))

    def matrix(self) -> sparse.csr_matrix:
        """Make the rows of texts (texts × features)."""
        return sparse.csr_matrix(self.counts @ self.types)


@dataclass(frozen=True)
class Axes:
    """The principal axes (dimensions × axes) of what follows the first ``named`` columns of rows."""

    named: int
    directions: Reals

    @classmethod
    def of(cls, rows: TextRows, named: int, count: int = AXES) -> Axes:
        """Find the axes of the columns from ``named`` on, a type counting for what it weighs in texts.

        >>> words = sparse.csr_matrix(np.array([[1.0, 3.0, 4.0], [0.0, 6.0, 8.0]]))
        >>> axes = Axes.of(TextRows(sparse.csr_matrix(np.eye(2)), words), named=1, count=1)
        >>> np.round(np.abs(axes.directions.T), 3).tolist()
        [[0.6, 0.8]]
        """
        held, vectors = dense_part(rows, named)
        weights = np.asarray(rows.counts.multiply(rows.counts).sum(axis=0)).ravel()[held]
        squared = vectors.T @ (vectors * weights[:, None])
        return cls(named, np.ascontiguousarray(np.linalg.eigh(squared)[1][:, ::-1][:, :count]))

    def shortened(self, rows: TextRows) -> TextRows:
        """Tell what follows the named columns by its coordinates along the axes: lengths beyond them are left out."""
        held, vectors = dense_part(rows, self.named)
        along = vectors @ self.directions
        starts = np.concatenate([[0], np.cumsum(np.isin(np.arange(rows.types.shape[0]), held) * along.shape[1])])
        columns = np.tile(np.arange(along.shape[1]), len(held))
        block = sparse.csr_matrix((along.ravel(), columns, starts), shape=(rows.types.shape[0], along.shape[1]))
        return TextRows(rows.counts, sparse.csr_matrix(sparse.hstack([rows.types[:, : self.named], block])))

    def widened(self, columns: Reals) -> Reals:
        """Give what maps whole rows as ``columns`` ((named + axes) × K) map shortened ones."""
        return np.vstack([columns[: self.named], self.directions @ columns[self.named :]])


def dense_part(rows: TextRows, named: int) -> tuple[NDArray[np.intp], Reals]:
    """Give which types have anything after the named columns, and it: dense, for nearly nothing of it is zero."""
    block = rows.types[:, named:]
    held = np.flatnonzero(np.diff(block.indptr))
    return held, block[held].toarray()


def text_rows(found: Occurrences, space: FeatureSpace) -> TextRows:
    """Give one normalised row per counted text. A text without a known feature is all zeros."""
    rows = sparse.csr_matrix(sparse.vstack([space.word_rows(found.types), space.pair_rows(found.pair_types)]))
    counts = sparse.csr_matrix(sparse.hstack([found.words, found.pairs]))
    squared = counts @ squared_lengths(rows)
    scale = np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0)
    # The counts are scaled, of which there are few, and not the rows of texts, each with hundreds of features.
    counts.data *= np.repeat(scale, np.diff(counts.indptr))
    return TextRows(counts, rows)


def text_matrix(texts: Sequence[Words], space: FeatureSpace) -> sparse.csr_matrix:
    """Give one normalised row per text: (texts × features)."""
    return text_rows(space.occurrences(texts), space).matrix()
