"""What shares are computed from: the labelled rows, and those of them that people read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """The labelled rows of a file: ``probabilities`` (N × K, each row sums to 1), survey ``weights`` (N, above 0).

    ``communes`` (N) numbers the rows' communes from 0; ``None`` where they are not known: every row then
    stands for itself.

    >>> rows = Population(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([1.0, 3.0]))
    >>> rows.mean.round(2).tolist()
    [0.45, 0.55]
    """

    probabilities: Array
    weights: Array
    communes: Integers | None = None

    @cached_property
    def size(self) -> int:
        """The number of rows, N."""
        return len(self.weights)

    @cached_property
    def mass(self) -> Array:
        """Each row's part of the total weight (N): sums to 1."""
        return np.asarray(self.weights / self.weights.sum())

    @cached_property
    def mean(self) -> Array:
        """The weighted mean of the probabilities (K)."""
        return np.asarray(self.mass @ self.probabilities)

    @cached_property
    def spread(self) -> float:
        """The variance of the probabilities (N − 1 in the denominator), summed over the K labels."""
        squares = np.einsum("nk,nk->k", self.probabilities, self.probabilities)
        means = self.probabilities.mean(axis=0)
        return float((squares - self.size * means**2).sum() / max(self.size - 1, 1))

    def taken(self, kept: NDArray[np.bool_]) -> Population:
        """Give the rows where ``kept`` (N) is true."""
        communes = None if self.communes is None else self.communes[kept]
        return Population(self.probabilities[kept], self.weights[kept], communes)


@dataclass(frozen=True)
class Sample:
    """The audited rows among a population, ready to be summed.

    ``rows`` (n) are positions in the population, ``truth`` (n × K) has a 1 at people's label, ``guess``
    (n × K) holds the probabilities, ``expansion`` (n, sums to 1) is survey weight over inclusion
    probability, ``remaining`` (n) is 1 − inclusion, ``strata`` (n) counts from 0, none holding one row only.
    """

    rows: Integers
    truth: Array
    guess: Array
    expansion: Array
    remaining: Array
    strata: Integers

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def hits(self) -> Integers:
        """How many audited rows have each label (K)."""
        return np.asarray(self.truth.sum(axis=0).round(), dtype=np.int64)

    def centred(self, values: Array) -> Array:
        """Take from each row of ``values`` (n × K) the weighted mean of its stratum."""
        totals = np.bincount(self.strata, self.expansion)
        means = np.stack(
            [np.bincount(self.strata, self.expansion * values[:, k]) / totals for k in range(values.shape[1])], axis=1
        )
        return np.asarray(values - means[self.strata])


def sample_of(population: Population, rows: Integers, labels: Integers, inclusion: Array, strata: Integers) -> Sample:
    """Join audited rows (all arrays of n) to their population.

    Rows drawn and never read are taken as missing at random within the draw: Σ 1/inclusion then falls
    short of N, and the inclusion probabilities are lowered by as much before they serve as the finite
    population correction.
    """
    expansion = population.weights[rows] / inclusion
    returned = min(1.0, float((1.0 / inclusion).sum()) / population.size)
    return Sample(
        rows,
        np.eye(population.probabilities.shape[1])[labels],
        population.probabilities[rows],
        expansion / expansion.sum(),
        np.clip(1.0 - inclusion * returned, 0.0, 1.0),
        _without_singletons(strata),
    )


def _without_singletons(strata: Integers) -> Integers:
    """Join strata of one row, which have no variance, to one another, or to the smallest other one (Cochran 1977)."""
    _, numbers, counts = np.unique(strata, return_inverse=True, return_counts=True)
    alone = np.flatnonzero(counts == 1)
    if len(alone) and len(counts) > 1:
        others = np.flatnonzero(counts > 1)
        into = alone[0] if len(alone) > 1 else others[np.argmin(counts[others])]
        numbers = np.where(np.isin(numbers, alone), into, numbers)
        numbers = np.unique(numbers, return_inverse=True)[1]
    return np.asarray(numbers, dtype=np.int64)
