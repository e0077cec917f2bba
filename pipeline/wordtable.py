"""The fast path: a batch of texts is split, looked up, summed; nothing costly happens per text.

Blank-separated pieces of text are interned to integers by Polars; a piece's words, a word's row and
a pair's row are found once per distinct piece, word and pair, and kept for the run. What remains
per text is integer look-ups and one sparse product, in whole columns.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from pipeline.features import FeatureSpace, squared_lengths
from pipeline.head import Array, Head
from pipeline.text import NOT_PLAIN_PATTERN, PLAIN_PATTERN, clean
from pipeline.words import words

# Past this many distinct pieces the run's cache starts anew, so that memory stays bounded.
MAX_PIECES = 2_000_000

Integers = NDArray[np.int64]
_names = itertools.count()


@dataclass(frozen=True)
class KnownWords:
    """The rows of the words that training met, found once when the model is saved: number, rows (m × K), masses (m)."""

    number: Mapping[str, int]
    rows: Array
    masses: Array


@dataclass(frozen=True)
class Scoring:
    """What training leaves: the labels, the feature space, its projection to rows, the head.

    ``projection`` (features × K) maps a feature row to scores; a word's row is its feature row times
    the projection. ``known`` holds the rows already made, if any.
    """

    labels: tuple[str, ...]
    space: FeatureSpace
    projection: Array
    head: Head
    known: KnownWords | None = None

    def word_scores(self, types: Sequence[str]) -> tuple[Array, Array]:
        """Give the rows (n × K) and squared lengths (n) of word types, made from their features when not known."""
        rows, masses = np.zeros((len(types), len(self.labels))), np.zeros(len(types))
        place = {} if self.known is None else self.known.number
        at = np.array([place.get(word, -1) for word in types], dtype=np.int64)
        if self.known is not None:
            rows[at >= 0], masses[at >= 0] = self.known.rows[at[at >= 0]], self.known.masses[at[at >= 0]]
        new = np.flatnonzero(at < 0)
        if len(new):
            features = self.space.word_rows([types[row] for row in new.tolist()])
            rows[new], masses[new] = features @ self.projection, squared_lengths(features)
        return rows, masses


def compiled(scoring: Scoring) -> Scoring:
    """Give the scoring with the rows of every word type that training met."""
    known = sorted(scoring.space.lemma_of)
    rows, masses = replace(scoring, known=None).word_scores(known)
    return replace(scoring, known=KnownWords({word: number for number, word in enumerate(known)}, rows, masses))


def reordered(scoring: Scoring, labels: Sequence[str]) -> Scoring:
    """Give the same scoring with its labels in another order."""
    order = [scoring.labels.index(label) for label in labels]
    head = Head(scoring.head.bias[order], scoring.head.temperature, scoring.head.shift[order])
    return Scoring(tuple(labels), scoring.space, scoring.projection[:, order], head)


Cell = TypeVar("Cell", bound=np.generic)


class _Growing(Generic[Cell]):
    """An array of rows that grows by doubling; readers keep the view they took."""

    def __init__(self, empty: NDArray[Cell]) -> None:
        self._data = empty
        self.size = 0

    def append(self, rows: NDArray[Cell]) -> None:
        needed = self.size + len(rows)
        if needed > len(self._data):
            shape = (max(needed, 2 * len(self._data), 1024), *self._data.shape[1:])
            grown: NDArray[Cell] = np.zeros(shape, dtype=self._data.dtype)
            grown[: self.size] = self._data[: self.size]
            self._data = grown
        self._data[self.size : needed] = rows
        self.size = needed

    @property
    def view(self) -> NDArray[Cell]:
        return self._data[: self.size]


@dataclass(frozen=True)
class _Snapshot:
    """The arrays one batch works on: consistent, whatever other threads learn meanwhile."""

    starts: Integers
    lengths: Integers
    piece_words: Integers
    rows: Array
    masses: Array
    bases: Integers


class _Vocabulary:
    """Pieces, their words, and the words' rows, learnt as they come. Thread-safe."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._lock = threading.Lock()
        self.categories = pl.Categories(name=f"pieces-{next(_names)}", namespace="domaines")
        # Polars forgets a mapping when the last series that uses it goes: this one keeps it.
        self._anchor = pl.Series([""], dtype=pl.Categorical(self.categories))
        self._number: dict[str, int] = {}
        self._base_number = _base_numbers(scoring.space)
        self._starts = np.full(1024, -1, dtype=np.int64)
        self._lengths = np.zeros(1024, dtype=np.int64)
        self._piece_words = _Growing(np.zeros(0, dtype=np.int64))
        self._rows = _Growing(np.zeros((0, len(scoring.labels)), dtype=np.float64))
        self._masses = _Growing(np.zeros(0, dtype=np.float64))
        self._bases = _Growing(np.zeros(0, dtype=np.int64))
        self.size = 0

    def snapshot(self, pieces: pl.Series, codes: Integers) -> _Snapshot:
        """Learn the pieces not met yet, then give the arrays."""
        with self._lock:
            top = int(codes.max(initial=-1)) + 1
            self._reserve(top)
            unknown = self._starts[codes] < 0
            if unknown.any():
                self._learn(pieces.filter(pl.Series(unknown)), codes[unknown])
            return _Snapshot(
                self._starts,
                self._lengths,
                self._piece_words.view,
                self._rows.view,
                self._masses.view,
                self._bases.view,
            )

    def _reserve(self, top: int) -> None:
        if top > len(self._starts):
            extra = max(top, 2 * len(self._starts)) - len(self._starts)
            self._starts = np.concatenate([self._starts, np.full(extra, -1, dtype=np.int64)])
            self._lengths = np.concatenate([self._lengths, np.zeros(extra, dtype=np.int64)])

    def _learn(self, pieces: pl.Series, codes: Integers) -> None:
        distinct, first = np.unique(codes, return_index=True)
        split = [words(clean(piece)) for piece in pieces.gather(first.tolist()).cast(pl.String).to_list()]
        self._learn_words([word for piece in split for word in piece])
        numbers = [self._number[word] for piece in split for word in piece]
        lengths = np.array([len(piece) for piece in split], dtype=np.int64)
        starts = self._piece_words.size + np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        self._piece_words.append(np.array(numbers, dtype=np.int64))
        self._lengths[distinct] = lengths
        self._starts[distinct] = starts
        self.size += len(distinct)

    def _learn_words(self, found: Sequence[str]) -> None:
        new = [word for word in dict.fromkeys(found) if word not in self._number]
        if not new:
            return
        space = self._scoring.space
        rows, masses = self._scoring.word_scores(new)
        self._rows.append(rows)
        self._masses.append(masses)
        self._bases.append(np.array([self._base_number.get(space.base(word), -1) for word in new], dtype=np.int64))
        for word in new:
            self._number[word] = len(self._number)


def _base_numbers(space: FeatureSpace) -> dict[str, int]:
    bases = sorted({base for pair in space.known_pairs() for base in pair})
    return {base: number for number, base in enumerate(bases)}


class PairIndex:
    """Finds the numbers of known pairs among many keys, a whole column at a time.

    A hash table with linear probing, walked by all keys at once: binary search, the road not taken,
    costs three times as much on batches of a million keys.

    >>> PairIndex(np.array([7, 40, 7 + 2**40])).find(np.array([40, 8, 7])).tolist()
    [1, -1, 0]
    """

    def __init__(self, keys: Integers) -> None:
        # At most a quarter full, so that a key seldom takes a second step.
        self._mask = (1 << max(int(4 * len(keys)).bit_length(), 4)) - 1
        self._numbers = np.full(self._mask + 1, -1, dtype=np.int64)
        self._keys = np.full(self._mask + 1, -1, dtype=np.int64)
        waiting, places = np.arange(len(keys)), self._places(keys)
        while len(waiting):
            free = self._numbers[places] < 0
            self._numbers[places[free]] = waiting[free]
            self._keys[places[free]] = keys[waiting[free]]
            # Of several that took one free place, the last stays; the others step on with the rest.
            lost = self._numbers[places] != waiting
            waiting, places = waiting[lost], (places[lost] + 1) & self._mask

    def find(self, keys: Integers) -> Integers:
        """Give the number of each key, −1 where it is not known."""
        places = self._places(keys)
        found = np.where(self._keys[places] == keys, self._numbers[places], -1)
        open_rows = np.flatnonzero((found < 0) & (self._numbers[places] >= 0))
        while len(open_rows):
            places[open_rows] = (places[open_rows] + 1) & self._mask
            at = places[open_rows]
            same = self._keys[at] == keys[open_rows]
            found[open_rows[same]] = self._numbers[at[same]]
            open_rows = open_rows[~same & (self._numbers[at] >= 0)]
        return np.asarray(found)

    def _places(self, keys: Integers) -> Integers:
        mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return np.asarray((mixed >> np.uint64(40)).astype(np.int64) & self._mask)


class WordTable:
    """Labels batches of texts with a trained model; the same numbers as the scikit-learn path.

    Thread-safe: several batches may be scored at once, and what one learns serves the others.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self._vocabulary = _Vocabulary(scoring)
        space = scoring.space
        known = space.known_pairs()
        number = _base_numbers(space)
        self._bases = max(len(number), 1)
        keys = np.array([number[a] * self._bases + number[b] for a, b in known], dtype=np.int64)
        self._pair_index = PairIndex(keys)
        features = space.pair_rows(known)
        self._pair_rows: Array = np.asarray(features @ scoring.projection)
        self._pair_masses = squared_lengths(features)

    def probabilities(self, texts: pl.Series) -> Array:
        """Give calibrated probabilities (n × K); a text without a word has a line of NaN."""
        totals, counts = self.sums(texts)
        result = self.scoring.head.probabilities(totals)
        result[counts == 0] = np.nan
        return result

    def sums(self, texts: pl.Series) -> tuple[Array, Integers]:
        """Give each text's normalised summed row (n × K) and its number of words (n)."""
        if self._vocabulary.size > MAX_PIECES:
            self._vocabulary = _Vocabulary(self.scoring)
        vocabulary = self._vocabulary
        pieces, ends = _split(clean_column(texts))
        interned = pieces.cast(pl.Categorical(vocabulary.categories))
        codes = interned.to_physical().to_numpy().astype(np.int64)
        tables = vocabulary.snapshot(interned, codes)
        word_numbers, text_ends = _expand(codes, ends, tables)
        return self._sum(word_numbers, text_ends, tables), np.diff(text_ends)

    def _sum(self, word_numbers: Integers, ends: Integers, tables: _Snapshot) -> Array:
        totals, squared = _grouped(word_numbers, ends, tables.rows, tables.masses)
        pair_numbers, pair_ends = self._pairs(tables.bases[word_numbers], ends)
        if len(pair_numbers):
            pair_totals, pair_squared = _grouped(pair_numbers, pair_ends, self._pair_rows, self._pair_masses)
            totals += pair_totals
            squared += pair_squared
        scale = np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0)
        return np.asarray(totals * scale[:, None])

    def _pairs(self, bases: Integers, ends: Integers) -> tuple[Integers, Integers]:
        if len(bases) < 2 or not len(self._pair_masses):
            return np.zeros(0, dtype=np.int64), np.zeros_like(ends)
        keys = bases[:-1] * self._bases + bases[1:]
        within = np.ones(len(bases), dtype=bool)
        within[ends[1:-1][ends[1:-1] < len(bases)]] = False
        candidates = np.flatnonzero((bases[:-1] >= 0) & (bases[1:] >= 0) & within[1:])
        positions = self._pair_index.find(keys[candidates])
        found = positions >= 0
        # A pair belongs to the text of its first word: count those before each text's end.
        return positions[found], np.searchsorted(candidates[found], ends)


def clean_column(texts: pl.Series) -> pl.Series:
    """Clean a column: rows that a cheap test finds plain are left to be cleaned piece by piece."""
    texts = texts.fill_null("")
    plain = texts.str.contains(PLAIN_PATTERN) & ~texts.str.contains(NOT_PLAIN_PATTERN)
    if plain.all():
        return texts
    rows = (~plain).arg_true()
    return texts.scatter(rows, [clean(text) for text in texts.gather(rows).to_list()])


def _split(texts: pl.Series) -> tuple[pl.Series, Integers]:
    lists = texts.str.to_lowercase().str.split(" ")
    ends = np.concatenate([[0], np.cumsum(lists.list.len().to_numpy())]).astype(np.int64)
    return lists.explode(), ends


def _expand(codes: Integers, ends: Integers, tables: _Snapshot) -> tuple[Integers, Integers]:
    """From piece codes to word numbers: pieces hold no word, one, or a few ("l'école,")."""
    lengths = tables.lengths[codes]
    word_ends = np.concatenate([[0], np.cumsum(lengths)])
    offsets = np.repeat(tables.starts[codes] - word_ends[:-1], lengths)
    return tables.piece_words[offsets + np.arange(word_ends[-1])], word_ends[ends]


def _grouped(numbers: Integers, ends: Integers, rows: Array, masses: Array) -> tuple[Array, Array]:
    """Sum the rows and the masses of each text, in the order of its words."""
    ones = np.ones(len(numbers))
    counts = sparse.csr_matrix((ones, numbers, ends), shape=(len(ends) - 1, len(rows)), copy=False)
    return np.asarray(counts @ rows), np.asarray(counts @ masses)
