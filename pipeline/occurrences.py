"""Which word types and adjacent pairs texts hold, and how often: counted once, to learn features and to make rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    # A quarter of a second to import: training needs it, labelling and explaining do not.
    from scipy import sparse

Words = Sequence[str]
Pair = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Occurrences:
    """The sorted word types and pairs of n texts, with the counts (n × types) of each."""

    types: list[str]
    words: sparse.csr_matrix
    pair_types: list[Pair]
    pairs: sparse.csr_matrix

    @classmethod
    def of(cls, texts: Sequence[Words], base: Callable[[str], str] | None) -> Occurrences:
        """Count texts; ``base`` gives what stands for a word inside a pair, ``None`` asks for no pairs.

        >>> found = Occurrences.of([["wifi", "du", "port"], ["du", "wifi"]], str.upper)
        >>> found.types, found.pair_types
        (['du', 'port', 'wifi'], [('DU', 'PORT'), ('DU', 'WIFI'), ('WIFI', 'DU')])
        >>> found.words.toarray().tolist(), found.pairs.toarray().tolist()
        ([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]], [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
        """
        types = sorted({word for text in texts for word in text})
        # Each type is looked up once, however often texts hold it.
        base_of = {} if base is None else {word: base(word) for word in types}
        couples = [list(pairwise(map(base_of.__getitem__, text))) if base_of else [] for text in texts]
        pair_types = sorted({pair for found in couples for pair in found})
        return cls(types, _counts(texts, types), pair_types, _counts(couples, pair_types))


def _counts(texts: Sequence[Sequence[T]], types: Sequence[T]) -> sparse.csr_matrix:
    from scipy import sparse

    number = {item: index for index, item in enumerate(types)}
    starts = np.cumsum([0] + [len(text) for text in texts])
    columns = np.fromiter((number[item] for text in texts for item in text), dtype=np.int32, count=starts[-1])
    values = np.ones(starts[-1])
    matrix = sparse.csr_matrix((values, columns, starts), shape=(len(texts), len(types)))
    matrix.sum_duplicates()
    return matrix
