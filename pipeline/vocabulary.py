"""What a run has learnt: the rows of words and pieces, found once for each distinct one and kept."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.calibration import Array
from pipeline.keys import Integers
from pipeline.pairs import PairTable
from pipeline.pieces import (
    BEGINS_A_LINE,
    ENDS_WITH_HYPHEN,
    NOT_PLAIN,
    Numbering,
    ends_of,
    grouped,
    part_flags,
    single_words,
)
from pipeline.scoring import Scoring
from pipeline.text import clean_plain, is_plain
from pipeline.words import MAX_WORD, words

# Past this many bytes of rows the run's cache starts anew, so that memory stays bounded.
MAX_CACHE_BYTES = 192 << 20
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


@dataclass(frozen=True)
class Snapshot:
    """The arrays one batch works on: consistent, whatever other threads learn meanwhile.

    ``numbers`` are those of the batch's distinct pieces; the other arrays have one row per piece known.
    """

    numbers: Integers
    rows: Array
    worded: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    first: Integers
    last: Integers


class Vocabulary:
    """Words and pieces with their rows, learnt as they come. Thread-safe."""

    def __init__(self, scoring: Scoring, pairs: PairTable) -> None:
        self._scoring = scoring
        self._pairs = pairs
        self._lock = threading.Lock()
        self._words, self._pieces = Numbering(), Numbering()
        # A batch that fails half-way leaves pieces numbered that have no row.
        self._broken = False
        self._rows = _Growing(np.zeros((0, scoring.projection.shape[1]), dtype=np.float64))
        self._masses = _Growing(np.zeros(0, dtype=np.float64))
        self._bases = _Growing(np.zeros(0, dtype=np.int64))
        self._piece_rows = _Growing(np.zeros((0, scoring.projection.shape[1] + 1), dtype=np.float64))
        self._worded = _Growing(np.zeros(0, dtype=np.bool_))
        self._flags = _Growing(np.zeros(0, dtype=np.uint8))
        self._first = _Growing(np.zeros(0, dtype=np.int64))
        self._last = _Growing(np.zeros(0, dtype=np.int64))

    @property
    def is_spent(self) -> bool:
        """Whether the cache has taken all the memory it may, or a batch has failed: begin another."""
        row = self._rows.row_bytes + self._piece_rows.row_bytes + PIECE_BYTES
        return self._broken or self._flags.size * row > MAX_CACHE_BYTES

    def snapshot(self, pieces: pl.Series) -> Snapshot:
        """Learn the pieces not met yet, then give the arrays."""
        with self._lock:
            numbers = self._pieces.of(pieces)
            new = _first_met(numbers, self._flags.size)
            if len(new):
                self._broken = True
                self._learn(pieces.gather(new))
                self._broken = False
            return Snapshot(
                numbers.astype(np.int64),
                self._piece_rows.view,
                self._worded.view,
                self._flags.view,
                self._first.view,
                self._last.view,
            )

    def _learn(self, pieces: pl.Series) -> None:
        found, ends, flags = _words_of(pieces)
        numbers = self._learn_words(found)
        worded = np.diff(ends) > 0
        bases = np.append(self._bases.view[numbers], -1)
        self._piece_rows.append(self._summed(numbers, ends, bases))
        self._worded.append(worded)
        self._first.append(np.where(worded, bases[ends[:-1]], -1))
        self._last.append(np.where(worded, bases[ends[1:] - 1], -1))
        # Last: its size is that of what is known.
        self._flags.append(flags)

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

    def _learn_words(self, found: pl.Series) -> Integers:
        """Give the number of each word, making the rows of those not met yet."""
        numbers = self._words.of(found)
        places = _first_met(numbers, self._bases.size)
        if len(places):
            new = found.gather(places).to_list()
            rows, masses = self._scoring.word_scores(new)
            self._rows.append(rows)
            self._masses.append(masses)
            self._bases.append(self._pairs.bases(new))
        return numbers.astype(np.int64)


def _first_met(numbers: NDArray[np.uint32], known: int) -> pl.Series:
    """Give the first place of each number that is not known yet, in their order."""
    places = np.flatnonzero(numbers >= known)
    _, first = np.unique(numbers[places], return_index=True)
    return pl.Series(places[first])


def _words_of(pieces: pl.Series) -> tuple[pl.Series, Integers, NDArray[np.uint8]]:
    """Give the words of all pieces one after the other, where each piece's begin and end, each piece's flags.

    Python sees only the pieces that are not one plain word.
    """
    single = single_words(pieces)
    others = single.is_null()
    rows = others.arg_true()
    split_pieces = [piece_words(piece) for piece in pieces.gather(rows).to_list()]
    flags = part_flags(pieces)
    flags[rows.to_numpy()] |= np.array([flag for _, flag in split_pieces], dtype=np.uint8)
    lengths = np.ones(len(pieces), dtype=np.int64)
    lengths[rows.to_numpy()] = [len(found) for found, _ in split_pieces]
    ends = ends_of(lengths)
    # The words of the others, then those of one word, put in the order of their pieces.
    of_others = pl.Series([word for found, _ in split_pieces for word in found], dtype=pl.String)
    is_other = np.repeat(others.to_numpy(), lengths)
    source = np.where(is_other, np.cumsum(is_other) - 1, len(of_others) + np.cumsum(~is_other) - 1)
    words_found = pl.concat([of_others, single.drop_nulls().str.slice(0, MAX_WORD)])
    return words_found.gather(pl.Series(source)), ends, flags
