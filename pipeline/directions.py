"""Directions of the feature space whose squares separate the labels: what words mean together.

A linear score cannot say "a tablet is for schools, unless the agents carry it": what matters is two words
at once. All products of two features would be billions; most of what they teach holds in the products
of a few directions (a factorisation machine: Rendle 2010), found here without gradient descent:
principal components, a ridge regression on all their products, the strongest eigenvectors of
the quadratic form it finds for each label. A direction's value is a linear map of features: it is summed
from words as scores are. Components are those of what texts are about where that is known (the mean text of
each kind of service, as in Fisher's discriminants), else those of the texts themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from pipeline.calibration import Array
from pipeline.conjugate_gradients import Single, conjugate_gradients
from pipeline.textrows import TextRows

# Components kept, and those of them whose products are looked at.
COMPONENTS, MULTIPLIED = 224, 160
# Without kinds, components are found on so many texts, drawn: on 22,000, the score of unseen kinds differs by 0.001.
SAMPLE = 8000
# Found among the very texts they are then fitted on, directions fit them too well: they are so much shorter than among
# kinds, and their squares weigh half.
AMONG_TEXTS = 0.7
# How much the ridge trusts products beside single components; the strength of its penalty.
PRODUCT_WEIGHT, PENALTY = 8.0, 1.0
# Steps of conjugate gradients: macro-F1 on unseen kinds is 0.8858 with 14, 0.8856 with 20 and 192 components (222,144
# rows).
STEPS = 14
# A feature that fewer words of texts have says nothing of directions: its part in them is zero, and costs no room.
MINIMUM_TEXTS = 10
# Rows multiplied at once.
BLOCK = 1024
Integers = NDArray[np.int64]


def squared_directions(
    rows: TextRows, numbers: Integers, weights: Array, count: int, seed: int, kinds: Integers | None = None
) -> Array:
    """Give up to ``count`` directions (columns × count) whose squares tell the labels apart, the strongest first.

    ``rows`` has one row per text (n), ``numbers`` (n) its label from 0, ``weights`` (n) what it counts for, ``kinds``
    (n) what it is about, −1 where that is unknown.

    >>> vectors = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]] * 5)
    >>> rows = TextRows(sparse.eye(20, format="csr"), sparse.csr_matrix((20, 0)), vectors)
    >>> found = squared_directions(rows, np.tile([0, 1, 0, 1], 5), np.ones(20), count=1, seed=0)
    >>> np.abs(np.round(found.T / found[0], 3)).tolist()
    [[1.0, 1.0]]
    """
    texts, columns = rows.counts.shape[0], _common_columns(rows)
    kept = min(COMPONENTS, len(columns), texts)
    if not kept or not count:
        return np.zeros((rows.width, 0))
    means = _mean_texts(rows, kinds) if kinds is not None else None
    if means is None or means.counts.shape[0] < 2 * kept:
        source, length = rows[np.sort(np.random.default_rng(seed).permutation(texts)[:SAMPLE])], AMONG_TEXTS
    else:
        source, length = means, 1.0
    components = _components(source.matrix()[:, columns], kept, seed)
    multiplied = min(MULTIPLIED, kept)
    # Zeros for the other columns cost less than a copy of the texts without these.
    loadings = np.zeros((rows.width, kept))
    loadings[columns] = components.T
    values = (rows @ loadings).astype(np.float32)
    vectors = _strongest(_quadratic_forms(values, multiplied, numbers, weights.astype(np.float32)), count)
    return np.asarray(loadings[:, :multiplied] @ vectors * length)


def _common_columns(rows: TextRows) -> NDArray[np.intp]:
    """Give the columns that ``MINIMUM_TEXTS`` words and pairs of texts have, at least; vectors are in all."""
    texts = rows.counts.getnnz(axis=0)
    held = sparse.csr_matrix((np.ones(rows.named.nnz), rows.named.indices, rows.named.indptr), shape=rows.named.shape)
    named = np.flatnonzero(held.T @ texts >= MINIMUM_TEXTS)
    return np.concatenate([named, np.arange(rows.named.shape[1], rows.width)])


def _components(rows: sparse.csr_matrix, kept: int, seed: int) -> Array:
    """Give principal components (kept × features)."""
    return np.asarray(randomized_svd(rows.astype(np.float32), kept, n_iter=1, random_state=seed)[2])


def _mean_texts(rows: TextRows, kinds: Integers) -> TextRows:
    """Give a row for each kind: the mean of its texts, times the square root of their number, for what it counts."""
    texts = np.flatnonzero(kinds >= 0)
    _, places, counts = np.unique(kinds[texts], return_inverse=True, return_counts=True)
    shares = 1.0 / np.sqrt(counts[places])
    means = sparse.csr_matrix((shares, (places, texts)), shape=(len(counts), len(kinds)))
    return replace(rows, counts=sparse.csr_matrix(means @ rows.counts))


@dataclass(frozen=True)
class _Design:
    """A ridge's columns (n × U), never made: the products of the first components, all components, a constant.

    Unknowns (U × K) are a label's M × M matrix, row after row, then what its components and constant weigh.
    """

    first: Single
    single: Single
    weights: Single

    @staticmethod
    def of(values: Single, multiplied: int, weights: Single) -> _Design:
        single = np.hstack([values, np.ones((len(values), 1), np.float32)])
        return _Design(np.ascontiguousarray(values[:, :multiplied]), single, weights)

    def fitted(self, unknowns: Single) -> Single:
        """Give what the unknowns predict (n × K)."""
        classes, multiplied = unknowns.shape[1], self.first.shape[1]
        found = self.single @ unknowns[multiplied**2 :]
        # The forms of all labels side by side (M × KM): one product for a block of rows.
        forms = np.hstack(list(unknowns[: multiplied**2].T.reshape(classes, multiplied, multiplied)))
        for rows in self._blocks():
            mapped = (self.first[rows] @ forms).reshape(-1, classes, multiplied)
            found[rows] += np.einsum("ikj,ij->ik", mapped, self.first[rows])
        return np.asarray(found, dtype=np.float32)

    def summed(self, residuals: Single) -> Single:
        """Give the weighted sums of residuals (n × K) over each column (U × K)."""
        weighted = residuals * self.weights[:, None]
        classes, multiplied = weighted.shape[1], self.first.shape[1]
        forms = np.zeros((multiplied, classes * multiplied), np.float32)
        for rows in self._blocks():
            first = self.first[rows]
            forms += first.T @ (weighted[rows, :, None] * first[:, None, :]).reshape(len(first), -1)
        products = forms.reshape(multiplied, classes, multiplied).transpose(0, 2, 1).reshape(-1, classes)
        return np.vstack([products, self.single.T @ weighted])

    def _blocks(self) -> Iterator[slice]:
        """Cut the rows in blocks that a processor's cache holds: it waits for memory otherwise."""
        return (slice(start, start + BLOCK) for start in range(0, len(self.first), BLOCK))

    def lengths(self) -> Single:
        """Give each column's weighted squared length (U × 1)."""
        squares = self.first**2
        products = squares.T @ (squares * self.weights[:, None])
        return np.concatenate([products.ravel(), self.weights @ self.single**2])[:, None]

    def penalties(self) -> Single:
        """Give what each column's unknown is penalised by (U × 1)."""
        products = np.full(self.first.shape[1] ** 2, PENALTY / PRODUCT_WEIGHT, np.float32)
        return np.concatenate([products, np.full(self.single.shape[1], PENALTY, np.float32)])[:, None]


def _quadratic_forms(values: Single, multiplied: int, numbers: Integers, weights: Single) -> Array:
    """Give the symmetric matrix (K × M × M) that a weighted ridge regression finds for each label."""
    classes = int(numbers.max()) + 1
    targets = np.full((len(values), classes), -1.0 / max(classes - 1, 1), np.float32)
    targets[np.arange(len(values)), numbers] = 1.0
    design = _Design.of(values, multiplied, weights)
    penalties = design.penalties()
    # A row's targets sum to nothing, so that the labels' forms do: the last is what the others leave.
    unknowns = conjugate_gradients(
        lambda direction: design.summed(design.fitted(direction)) + penalties * direction,
        design.summed(targets[:, :-1]),
        STEPS,
        design.lengths() + penalties,
    )
    forms = unknowns[: multiplied**2].T.reshape(classes - 1, multiplied, multiplied).astype(np.float64)
    return np.concatenate([forms, -forms.sum(axis=0, keepdims=True)])


def _strongest(forms: Array, count: int) -> Array:
    """Give the eigenvectors (M × count) of the largest eigenvalues, in size, of all the forms."""
    values, vectors = np.linalg.eigh(forms)
    order = np.argsort(-np.abs(values).ravel(), kind="stable")[:count]
    labels, places = np.unravel_index(order, values.shape)
    return np.asarray(vectors[labels, :, places].T)
