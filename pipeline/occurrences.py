"""Which word types and adjacent pairs texts hold, and how often: counted once, to learn features and to make rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    # A quarter of a second to import: training needs it, labelling and explaining do not.
    from scipy import sparse

Words = Sequence[str]
Pair = tuple[str, str]


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
        starts = np.cumsum([0, *map(len, texts)])
        number = {word: place for place, word in enumerate(types)}
        columns = np.fromiter((number[word] for text in texts for word in text), dtype=np.int64, count=starts[-1])
        words = _counts(starts, columns, len(types))
        pair_types, pairs = (
            ([], _counts(starts * 0, columns[:0], 0))
            if base is None
            else _pairs([base(word) for word in types], columns, starts)
        )
        return cls(types, words, pair_types, pairs)


def _pairs(
    bases: Sequence[str], columns: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[list[Pair], sparse.csr_matrix]:
    """Give the sorted pairs of adjacent words, told by their ``bases``, and how often each text holds them.

    ``columns`` has the type of each word of all texts, text n from ``starts[n]`` on. A pair is a number as long as it
    is looked for: the order of numbers is that of the pairs.
    """
    distinct = sorted(set(bases))
    number = {base: place for place, base in enumerate(distinct)}
    places = np.array([number[base] for base in bases], dtype=np.int64)[columns]
    within = np.ones(max(len(places) - 1, 0), dtype=bool)
    # The last word of a text and the first of the next are no pair.
    ends = starts[(starts > 0) & (starts < len(places))]
    within[ends - 1] = False
    pairs, inverse = np.unique(places[:-1][within] * len(distinct) + places[1:][within], return_inverse=True)
    named = [(distinct[pair // len(distinct)], distinct[pair % len(distinct)]) for pair in pairs.tolist()]
    pair_starts = np.cumsum([0, *np.maximum(np.diff(starts) - 1, 0).tolist()])
    return named, _counts(pair_starts, inverse, len(named))


def _counts(starts: NDArray[np.int64], columns: NDArray[np.int64], width: int) -> sparse.csr_matrix:
    """Count each column (0 to ``width`` − 1) met between two starts, a row for each."""
    from scipy import sparse

    values = np.ones(len(columns))
    matrix = sparse.csr_matrix((values, columns.astype(np.int32), starts), shape=(len(starts) - 1, width))
    matrix.sum_duplicates()
    return matrix
