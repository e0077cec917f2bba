"""The fast path: a batch of texts is split, looked up, summed; nothing costly happens per text.

A piece (what stands between two blanks: "l'école,") keeps one summed row, found once per distinct
piece and kept for the run: those of its words and of the pairs inside it. What remains per text is
integer look-ups, the pairs across blanks, and sparse products of whole columns. A row has any number
of columns; the sum of squared lengths is one more.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.features import PAIR_JOINER, FeatureSpace
from pipeline.head import Array
from pipeline.pieces import (
    BEGINS_A_LINE,
    ENDS_WITH_HYPHEN,
    NOT_PLAIN,
    Integers,
    PairIndex,
    ends_of,
    grouped,
    split,
    suspect_rows,
)
from pipeline.scoring import Scoring
from pipeline.text import clean, clean_plain, is_plain
from pipeline.words import MAX_WORD, words

# Past this many bytes of rows the run's cache starts anew, so that memory stays bounded.
MAX_CACHE_BYTES = 256 << 20
# What a piece and its words take besides their rows: strings, dictionaries, numbers.
PIECE_BYTES = 400


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
    def row_bytes(self) -> int:
        return self._data.itemsize * int(np.prod(self._data.shape[1:]))

    @property
    def view(self) -> NDArray[Cell]:
        return self._data[: self.size]


def piece_words(piece: str) -> tuple[list[str], int]:
    """Give the words of a piece and its flags; those of a piece that is not plain serve texts already cleaned.

    >>> piece_words("L’École,"), piece_words("<b>wifi")
    ((["l'", 'école'], 0), (['b', 'wifi'], 1))
    """
    if not is_plain(piece):
        return words(piece), NOT_PLAIN
    if piece.isalpha() and "â" not in piece:
        # Most pieces: no fix touches letters alone (but "â", the sign of a wrong encoding).
        return [piece.lower()[:MAX_WORD]], 0
    flags = ENDS_WITH_HYPHEN * piece.endswith("-") + BEGINS_A_LINE * piece.startswith("\n")
    return words(clean_plain(piece)), flags


class _PairTable:
    """The rows of known pairs, found by the numbers of their two bases."""

    def __init__(self, scoring: Scoring) -> None:
        bases, first, second, columns = _paired_bases(scoring.space)
        self.base_number = {base: number for number, base in enumerate(bases)}
        self._bases = max(len(bases), 1)
        self._index = PairIndex(first * self._bases + second)
        # A pair has one feature: its row is that feature's, weighted.
        weights = scoring.space.frequencies[columns] * scoring.space.families.pair
        self.rows: Array = np.column_stack([scoring.projection[columns] * weights[:, None], weights * weights])

    def between(self, first: Integers, second: Integers) -> Integers:
        """Give the number of the pair of each two bases, −1 where there is none."""
        if not len(self.rows):
            return np.full(len(first), -1, dtype=np.int64)
        # No base is -1: no known key is below 0, and a first base of -1 makes it so.
        keys = np.where(second >= 0, first * self._bases + second, -1)
        return self._index.find(keys)


@dataclass(frozen=True)
class _Snapshot:
    """The arrays one batch works on: consistent, whatever other threads learn meanwhile.

    ``numbers`` are those of the batch's distinct pieces; the other arrays have one row per piece known.
    """

    numbers: Integers
    rows: Array
    worded: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    first: Integers
    last: Integers


class _Vocabulary:
    """Words and pieces with their rows, learnt as they come. Thread-safe."""

    def __init__(self, scoring: Scoring, pairs: _PairTable) -> None:
        self._scoring = scoring
        self._pairs = pairs
        self._lock = threading.Lock()
        self._number: dict[str, int] = {}
        self._base_number = pairs.base_number
        self._rows = _Growing(np.zeros((0, scoring.projection.shape[1]), dtype=np.float64))
        self._masses = _Growing(np.zeros(0, dtype=np.float64))
        self._bases = _Growing(np.zeros(0, dtype=np.int64))
        self._piece_number: dict[str, int] = {}
        self._piece_rows = _Growing(np.zeros((0, scoring.projection.shape[1] + 1), dtype=np.float64))
        self._worded = _Growing(np.zeros(0, dtype=np.bool_))
        self._flags = _Growing(np.zeros(0, dtype=np.uint8))
        self._first = _Growing(np.zeros(0, dtype=np.int64))
        self._last = _Growing(np.zeros(0, dtype=np.int64))

    @property
    def is_full(self) -> bool:
        """Whether the cache has taken all the memory it may."""
        row = self._rows.row_bytes + self._piece_rows.row_bytes + PIECE_BYTES
        return len(self._piece_number) * row > MAX_CACHE_BYTES

    def snapshot(self, pieces: Sequence[str]) -> _Snapshot:
        """Learn the pieces not met yet, then give the arrays."""
        with self._lock:
            known = self._piece_number
            new = [piece for piece in pieces if piece not in known]
            if new:
                self._learn(new)
            return _Snapshot(
                np.fromiter((known[piece] for piece in pieces), dtype=np.int64, count=len(pieces)),
                self._piece_rows.view,
                self._worded.view,
                self._flags.view,
                self._first.view,
                self._last.view,
            )

    def _learn(self, pieces: Sequence[str]) -> None:
        split_pieces, flags = zip(*map(piece_words, pieces), strict=True)
        found = [word for piece in split_pieces for word in piece]
        self._learn_words(found)
        numbers = np.fromiter((self._number[word] for word in found), dtype=np.int64, count=len(found))
        ends = ends_of(np.array([len(piece) for piece in split_pieces]))
        worded = np.diff(ends) > 0
        bases = np.append(self._bases.view[numbers], -1)
        self._piece_rows.append(self._summed(numbers, ends, bases))
        self._worded.append(worded)
        self._flags.append(np.array(flags, dtype=np.uint8))
        self._first.append(np.where(worded, bases[ends[:-1]], -1))
        self._last.append(np.where(worded, bases[ends[1:] - 1], -1))
        for piece in pieces:
            self._piece_number[piece] = len(self._piece_number)

    def _summed(self, numbers: Integers, ends: Integers, bases: Integers) -> Array:
        """Sum the rows and masses of each piece's words, and of the pairs inside it."""
        rows = np.column_stack([self._rows.view[numbers], self._masses.view[numbers]])
        within = np.ones(len(numbers), dtype=bool)
        within[ends[1:][ends[1:] > 0] - 1] = False
        places = np.flatnonzero(within)
        pairs = self._pairs.between(bases[places], bases[places + 1])
        kept = pairs >= 0
        pair_ends = np.searchsorted(places[kept], ends)
        total = grouped(np.arange(len(numbers)), ends, rows)
        return total + grouped(pairs[kept], pair_ends, self._pairs.rows) if kept.any() else total

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


def _paired_bases(space: FeatureSpace) -> tuple[list[str], Integers, Integers, Integers]:
    """Give the bases met in known pairs, sorted; of each pair, the numbers of its two bases and its column."""
    found = {name[2:]: column for name, column in space.columns.items() if name.startswith("p:")}
    columns = np.fromiter(found.values(), dtype=np.int64, count=len(found))
    halves = pl.Series(list(found), dtype=pl.String).str.split_exact(PAIR_JOINER, 1).struct.unnest()
    bases = pl.concat([halves["field_0"], halves["field_1"]]).unique().sort()
    first, second = (
        halves[name].cast(pl.Enum(bases)).to_physical().to_numpy().astype(np.int64) for name in halves.columns
    )
    return bases.to_list(), first, second, columns


class WordTable:
    """Labels batches of texts with a trained model; the same numbers as the scikit-learn path.

    Thread-safe: several batches may be scored at once, and what one learns serves the others.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self._pairs = _PairTable(scoring)
        self._vocabulary = _Vocabulary(scoring, self._pairs)

    def probabilities(self, texts: pl.Series) -> Array:
        """Give calibrated probabilities (n × K); a text without a word has a line of NaN."""
        totals, counts = self.sums(texts)
        result = self.scoring.head.probabilities(totals)
        result[counts == 0] = np.nan
        return result

    def sums(self, texts: pl.Series) -> tuple[Array, Integers]:
        """Give each text's normalised summed row (n × columns) and its number of pieces with a word (n).

        Texts are taken for plain, piece by piece; those that a flag shows not to be are cleaned whole and
        summed again.
        """
        if self._vocabulary.is_full:
            self._vocabulary = _Vocabulary(self.scoring, self._pairs)
        texts = texts.fill_null("")
        totals, counts, suspect = self._summed(texts)
        if len(suspect):
            cleaned = [clean(text).lower() for text in texts.gather(suspect).to_list()]
            totals[suspect], counts[suspect], _ = self._summed(pl.Series(cleaned, dtype=pl.String))
        return totals, counts

    def _summed(self, texts: pl.Series) -> tuple[Array, Integers, Integers]:
        """Sum texts as they are; tell besides which are suspect."""
        pieces = split(texts)
        tables = self._vocabulary.snapshot(pieces.distinct)
        numbers, ends = tables.numbers[pieces.codes], pieces.ends
        suspect = suspect_rows(tables.flags[numbers], ends)
        worded = tables.worded[numbers]
        if not worded.all():
            numbers, ends = numbers[worded], ends_of(worded)[ends]
        return self._sum(numbers, ends, tables), np.diff(ends), suspect

    def _sum(self, numbers: Integers, ends: Integers, tables: _Snapshot) -> Array:
        totals = grouped(numbers, ends, tables.rows)
        pair_numbers, pair_ends = self._pairs_across(numbers, ends, tables)
        if len(pair_numbers):
            totals += grouped(pair_numbers, pair_ends, self._pairs.rows)
        squared = totals[:, -1]
        scale = np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0)
        return np.asarray(totals[:, :-1] * scale[:, None])

    def _pairs_across(self, numbers: Integers, ends: Integers, tables: _Snapshot) -> tuple[Integers, Integers]:
        """Give the known pairs of the last word of a piece and the first of the next, and where each text's end."""
        if len(numbers) < 2:
            return np.zeros(0, dtype=np.int64), np.zeros_like(ends)
        first, second = tables.last[numbers[:-1]], tables.first[numbers[1:]]
        # The last piece of a text has no next one.
        inner = ends[1:-1]
        second[inner[(inner > 0) & (inner < len(numbers))] - 1] = -1
        found = self._pairs.between(first, second)
        places = np.flatnonzero(found >= 0)
        return found[places], np.searchsorted(places, ends)
