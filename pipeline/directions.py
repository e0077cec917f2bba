"""Directions of the feature space whose squares separate the labels: what words mean together.

A linear score cannot say "a tablet is for schools, unless the agents carry it": what matters is two words
at once. All products of two features would be billions; most of what they teach holds in the products
of a few directions (a factorisation machine: Rendle 2010), found here in closed form, without descent:
principal components of the texts, a ridge regression on all their products, the strongest eigenvectors of
the quadratic form it finds for each label. A direction's value is a linear map of features: it is summed
from words as scores are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from sklearn.utils.extmath import randomized_svd

from pipeline.head import Array

# Components kept, and those of them whose products are looked at.
COMPONENTS, MULTIPLIED = 96, 48
# Components are found on so many texts, drawn: on 22,000, the score of unseen kinds differs by 0.001.
SAMPLE = 8000
# How much the ridge trusts products beside single components; the strength of its penalty.
PRODUCT_WEIGHT, PENALTY = 8.0, 1.0
# A feature of fewer texts than this says nothing of directions: its part in them is zero, and costs no room.
MINIMUM_TEXTS = 5
Single = NDArray[np.float32]


def squared_directions(
    matrix: sparse.csr_matrix, numbers: NDArray[np.int64], weights: Array, count: int, seed: int
) -> Array:
    """Give up to ``count`` directions (features × count) whose squares tell the labels apart, the strongest first.

    ``matrix`` (n × features) has one row per text, ``numbers`` (n) its label from 0,
    ``weights`` (n) what it counts for.

    >>> rows = sparse.csr_matrix(np.tile([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]], (5, 1)))
    >>> found = squared_directions(rows, np.tile([0, 1, 0, 1], 5), np.ones(20), count=1, seed=0)
    >>> np.abs(np.round(found.T / found[0], 3)).tolist()
    [[1.0, 1.0]]
    """
    columns = np.flatnonzero(matrix.getnnz(axis=0) >= MINIMUM_TEXTS)
    kept = min(COMPONENTS, len(columns), matrix.shape[0])
    if not kept or not count:
        return np.zeros((matrix.shape[1], 0))
    frequent = matrix[:, columns]
    drawn = np.sort(np.random.default_rng(seed).permutation(matrix.shape[0])[:SAMPLE])
    _, _, components = randomized_svd(frequent[drawn], kept, n_iter=2, random_state=seed)
    values = np.asarray(frequent @ components.T, dtype=np.float32)
    multiplied = min(MULTIPLIED, kept)
    forms = _quadratic_forms(values, multiplied, numbers, weights.astype(np.float32))
    vectors = _strongest(forms, count)
    directions = np.zeros((matrix.shape[1], vectors.shape[1]))
    directions[columns] = components.T[:, :multiplied] @ vectors
    return directions


def _quadratic_forms(values: Single, multiplied: int, numbers: NDArray[np.int64], weights: Single) -> Array:
    """Give the symmetric matrix (K × M × M) that a weighted ridge regression finds for each label."""
    first, second = np.triu_indices(multiplied)
    # A product off the diagonal stands for two cells of the matrix.
    doubled = np.where(first == second, 1.0, np.sqrt(2.0)).astype(np.float32)
    products = values[:, first] * values[:, second] * (doubled * np.float32(np.sqrt(PRODUCT_WEIGHT)))
    design = np.hstack([values, products, np.ones((len(values), 1), np.float32)])
    scales = np.sqrt(weights)[:, None]
    classes = int(numbers.max()) + 1
    targets = np.full((len(values), classes), -1.0 / max(classes - 1, 1), np.float32)
    targets[np.arange(len(values)), numbers] = 1.0
    design *= scales
    normal = design.T @ design
    normal[np.diag_indices(len(normal))] += PENALTY
    found = cho_solve(cho_factor(normal, overwrite_a=True), design.T @ (targets * scales))
    halves = found[values.shape[1] : -1] / doubled[:, None]
    forms = np.zeros((classes, multiplied, multiplied))
    forms[:, first, second] = forms[:, second, first] = halves.T
    return forms


def _strongest(forms: Array, count: int) -> Array:
    """Give the eigenvectors (M × count) of the largest eigenvalues, in size, of all the forms."""
    values, vectors = np.linalg.eigh(forms)
    order = np.argsort(-np.abs(values).ravel(), kind="stable")[:count]
    labels, places = np.unravel_index(order, values.shape)
    return np.asarray(vectors[labels, :, places].T)
