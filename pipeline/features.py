"""From word types and adjacent pairs to sparse feature rows: a feature belongs to a type, not to an occurrence.

A text's vector is the sum of the rows of its words and pairs, divided by the square root of the sum
of their squared lengths. Both sums are additive over occurrences, so that a linear map of the rows
(weights, a projection) can be applied once per distinct word instead of once per text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.grams import GramIndex, ngrams
from pipeline.names import CHARACTERS, FORM, LEMMA, PAIR, FeatureNames
from pipeline.occurrences import Occurrences, Pair, Words
from pipeline.vectors import WIDTH, word_vectors
from pipeline.words import fold

if TYPE_CHECKING:
    # A quarter of a second to import: training needs it, labelling and explaining do not.
    from scipy import sparse

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]

# Separates the two words of a pair in a feature's name; no word holds it.
PAIR_JOINER = " "


@dataclass(frozen=True)
class Families:
    """Which families of features a word's row holds, and the weight of each.

    A weight of zero leaves the family out. ``shortest`` and ``longest`` bound the character
    n-grams, taken inside ``<word>``. A word's vector weighs ``vector`` times its inverse document frequency.
    A pair must be found in ``minimum_pair_texts`` texts, any other feature in ``minimum_texts``.
    """

    form: float = 1.0
    lemma: float = 1.0
    characters: float = 1.0
    pair: float = 1.0
    shortest: int = 3
    longest: int = 5
    minimum_texts: int = 2
    vector: float = 0.0
    minimum_pair_texts: int = 1


@dataclass
class FeatureSpace:
    """The columns of the feature rows, with the inverse document frequency of each.

    ``lemma_of`` gives the lemma of the word types seen in training. A word never seen has its
    character n-grams and its vector alone: running spaCy over every new word of a file would cost
    more than reading the file, and lemmas of all words, known or not, do not score better
    (`make bench-ablation`, "lemmas of word types instead of words").
    """

    families: Families
    lemma_of: dict[str, str]
    columns: FeatureNames = field(default_factory=lambda: FeatureNames(b""))
    frequencies: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def fit(cls, texts: Sequence[Words], lemma_of: dict[str, str], families: Families) -> FeatureSpace:
        """Keep the features found in as many texts as ``families`` asks for, each with its IDF."""
        space = cls(families, lemma_of)
        space.learn(space.occurrences(texts))
        return space

    def learn(self, found: Occurrences, documents: NDArray[np.bool_] | None = None) -> Occurrences:
        """Keep the features of counted texts, as :meth:`fit` does; frequencies are those among the ``documents`` (all).

        Give what was counted, less the pairs that are no feature, as most are. A term of a lexicon is no document: it
        has none of the words that texts have in common, which would look rare.
        """
        from scipy import sparse

        names, holds = _incidence([self._names(word) for word in found.types])
        # A cell for each feature of each text: a column's cells are the texts that hold it.
        cells = sparse.csr_matrix(sparse.hstack([found.words @ holds, found.pairs]))
        among = cells if documents is None else cells[documents]
        least = (self.families.minimum_texts, self.families.minimum_pair_texts)
        kept = np.flatnonzero(cells.getnnz(axis=0) >= np.repeat(least, (holds.shape[1], found.pairs.shape[1])))
        own, pairs = kept[kept < len(names)].tolist(), kept[kept >= len(names)] - len(names)
        kept_pairs = [found.pair_types[pair] for pair in pairs.tolist()]
        named = [(names[place], place) for place in own]
        named += [
            (self._pair_name(pair), len(names) + place) for pair, place in zip(kept_pairs, pairs.tolist(), strict=True)
        ]
        named.sort()
        order = [place for _, place in named]
        self.columns = FeatureNames.of([name for name, _ in named])
        self.frequencies = np.log((1 + among.shape[0]) / (1 + among.getnnz(axis=0)[order])) + 1
        return replace(found, pair_types=kept_pairs, pairs=found.pairs[:, pairs])

    def occurrences(self, texts: Sequence[Words]) -> Occurrences:
        """Count the words of texts, and their adjacent pairs as :meth:`pairs` does."""
        return Occurrences.of(texts, self.base if self.families.pair else None)

    def pairs(self, text: Words) -> list[Pair]:
        """Give the adjacent pairs of a text as feature pairs of folded lemmas."""
        if not self.families.pair:
            return []
        bases = [self.base(word) for word in text]
        return list(pairwise(bases))

    def base(self, word: str) -> str:
        """Give what stands for a word inside a pair: its folded lemma, or folded form when unseen."""
        return fold(self.lemma_of.get(word, word))

    def word_rows(self, types: Sequence[str]) -> sparse.csr_matrix:
        """Give the named part of a row per word type: its form, lemma and character n-grams, weighted."""
        from scipy import sparse

        rows, columns, values = self._entries(types)
        return sparse.csr_matrix((values, (rows, columns)), shape=(len(types), len(self.columns)))

    def vectors(self, types: Sequence[str]) -> Reals:
        """Give the other part of a row per word type: its vector, weighted (n × 300; n × 0 where none is asked for)."""
        if not self.families.vector:
            return np.zeros((len(types), 0))
        return np.asarray(word_vectors(types) * self._vector_weights(types)[:, None])

    def word_scores(self, types: Sequence[str], projection: Reals) -> tuple[Reals, Reals]:
        """Give what ``projection`` maps rows of word types to (n × K), and their squared lengths; no row is made."""
        rows, columns, values = _summed(*self._entries(types))
        masses = _by_row(rows, values * values, len(types))
        named, others = projection[: len(self.columns)], projection[len(self.columns) :]
        scores = np.column_stack([_by_row(rows, values * label[columns], len(types)) for label in named.T])
        if not self.families.vector:
            return scores, masses
        vectors, weights = word_vectors(types), self._vector_weights(types)
        # Column by column, and not by a product of matrices, whose last bits depend on how many words come together.
        likeness = np.column_stack([np.einsum("ij,j->i", vectors, label) for label in np.ascontiguousarray(others.T)])
        # A vector's length is 1, or 0 where there is none.
        return scores + likeness * weights[:, None], masses + weights * weights * vectors.any(axis=1)

    def _vector_weights(self, types: Sequence[str]) -> Reals:
        """Give what the vector of each word type weighs."""
        known = np.array([self.columns.get(f"{FORM}{fold(word)}", -1) for word in types], dtype=np.int64)
        rarest = self.frequencies.max(initial=1.0)
        weights = np.full(len(types), rarest)
        weights[known >= 0] = self.frequencies[known[known >= 0]]
        return self.families.vector * weights

    def prepare(self) -> None:
        """Make what scoring the first new word would wait for: another thread may, while a file is opened."""
        self.word_scores(["é"], np.zeros((self.width, 1)))

    @property
    def width(self) -> int:
        """How many columns a row has: the named features, then the dimensions of the vectors."""
        return len(self.columns) + (WIDTH if self.families.vector else 0)

    def pair_weights(self, types: Sequence[Pair]) -> tuple[Integers, Reals]:
        """Give the column of each pair type and its weight: 0, in any column, for a pair never seen in training."""
        columns = np.array([self.columns.get(self._pair_name(pair), -1) for pair in types], dtype=np.int64)
        known = columns >= 0
        weights = np.zeros(len(types))
        weights[known] = self.frequencies[columns[known]] * self.families.pair
        return np.where(known, columns, 0), weights

    def pair_rows(self, types: Sequence[Pair]) -> sparse.csr_matrix:
        """Give one row per pair type, of named features; a pair never seen in training has an empty row."""
        from scipy import sparse

        columns, weights = self.pair_weights(types)
        rows = np.flatnonzero(weights)
        return sparse.csr_matrix((weights[rows], (rows, columns[rows])), shape=(len(types), len(self.columns)))

    def _pair_name(self, pair: Pair) -> str:
        return f"{PAIR}{pair[0]}{PAIR_JOINER}{pair[1]}"

    def _names(self, word: str) -> Sequence[str]:
        """Give the distinct names of a word's features: its own first, then its character n-grams."""
        own = [name for name, _ in self._own(word)]
        if not self.families.characters:
            return own
        return (*own, *_gram_names(word, self.families.shortest, self.families.longest))

    def _own(self, word: str) -> list[tuple[str, float]]:
        own = []
        if self.families.form:
            own.append((f"{FORM}{fold(word)}", self.families.form))
        if self.families.lemma and word in self.lemma_of:
            own.append((f"{LEMMA}{fold(self.lemma_of[word])}", self.families.lemma))
        return own

    def _entries(self, types: Sequence[str]) -> tuple[Integers, Integers, Reals]:
        """Give row, column and value of the named features, a whole column at a time; an n-gram may come twice."""
        rows, columns, weights = self._own_entries(types)
        gram_rows, gram_columns = self._gram_columns(types)
        counts = np.bincount(gram_rows, minlength=len(types))
        frequencies = self.frequencies[gram_columns]
        # The n-grams of a word weigh together as much as one feature of mean IDF, whatever its length.
        total = np.bincount(gram_rows, frequencies, len(types))
        squared = np.bincount(gram_rows, frequencies * frequencies, len(types))
        with np.errstate(invalid="ignore"):
            scale = self.families.characters * total / counts / np.sqrt(squared)
        values = [self.frequencies[columns] * weights, frequencies * scale[gram_rows]]
        return np.concatenate([rows, gram_rows]), np.concatenate([columns, gram_columns]), np.concatenate(values)

    def _own_entries(self, types: Sequence[str]) -> tuple[Integers, Integers, NDArray[np.float64]]:
        """Give rows, columns and weights of the words' own features."""
        known = self.columns
        found = [
            (row, known[name], weight)
            for row, word in enumerate(types)
            for name, weight in self._own(word)
            if name in known
        ]
        rows, columns, weights = zip(*found, strict=True) if found else ((), (), ())
        return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64), np.array(weights, dtype=np.float64)

    def _gram_columns(self, types: Sequence[str]) -> tuple[Integers, Integers]:
        """Give the row of a word and the column of one of its n-grams, as often as it holds it."""
        if not self.families.characters:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        index, first = self._grams_known
        rows, grams = index.find(types)
        return rows, grams + first

    @cached_property
    def _grams_known(self) -> tuple[GramIndex, int]:
        known, first = self.columns.family(CHARACTERS)
        return GramIndex(known, self.families.shortest, self.families.longest), first


# Folds have most of their words in common: to name their n-grams anew takes half a second a fit.
@lru_cache(maxsize=1 << 17)
def _gram_names(word: str, shortest: int, longest: int) -> Sequence[str]:
    """Give the distinct names of a word's character n-grams, in their order."""
    return tuple(sorted({f"{CHARACTERS}{gram}" for gram in ngrams(word, shortest, longest)}))


def _summed(rows: Integers, columns: Integers, values: Reals) -> tuple[Integers, Integers, Reals]:
    """Sum the entries of one row and column: lengths are those of the sum."""
    width = int(columns.max(initial=0)) + 1
    places, inverse = np.unique(rows * width + columns, return_inverse=True)
    return places // width, places % width, _by_row(inverse, values, len(places))


def _by_row(rows: Integers, values: Reals, count: int) -> Reals:
    """Sum values by row; ``bincount`` of nothing gives integers."""
    return np.bincount(rows, values, count).astype(np.float64, copy=False)


def squared_lengths(rows: sparse.csr_matrix) -> NDArray[np.float64]:
    """Give the squared Euclidean length of each row.

    >>> from scipy import sparse
    >>> squared_lengths(sparse.csr_matrix(np.array([[3.0, 4.0], [0.0, 0.0]])))
    array([25.,  0.])
    """
    return np.asarray(rows.multiply(rows).sum(axis=1)).ravel()


def _incidence(names: Sequence[Sequence[str]]) -> tuple[list[str], sparse.csr_matrix]:
    """Number names in the order they come, and say which each row has (rows × names, ones)."""
    from scipy import sparse

    number: dict[str, int] = {}
    columns = [number.setdefault(name, len(number)) for found in names for name in found]
    starts = np.cumsum([0, *map(len, names)])
    shape = (len(names), len(number))
    return list(number), sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=shape)
