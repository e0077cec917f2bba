"""Columns of texts as columns of integers: texts met once, their blank-separated pieces, pairs found by hashing.

Polars does what touches characters (splitting, hashing); what remains is integer columns in NumPy.
Nothing here knows what a word is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Array = NDArray[np.float64]

# Texts of more pieces are summed one by one past these, so many pieces at once.
LONG, RUN = 64, 1 << 16

# What a piece may be, for the cheap test that decides whether its text is cleaned piece by piece or whole.
NOT_PLAIN, ENDS_WITH_HYPHEN, BEGINS_A_LINE = 1, 2, 4


@dataclass(frozen=True)
class Pieces:
    """Texts cut at blanks: the distinct pieces, the number of each piece in order, where each text's pieces end.

    ``codes`` numbers the pieces of all texts one after the other; those of text i are from ``ends[i]``
    to ``ends[i + 1]``.
    """

    distinct: list[str]
    codes: Integers
    ends: Integers


def distinct(texts: pl.Series) -> tuple[pl.Series, NDArray[np.uint32]]:
    """Give each distinct text once, in order of first appearance, and the place of each row's text among them.

    A mapping of Polars of its own: a table of hashes that lives as long as the batch, and no lock
    that other threads would wait for.

    >>> found, places = distinct(pl.Series(["b", "a", "b"]))
    >>> found.to_list(), places.tolist()
    (['b', 'a'], [0, 1, 0])
    """
    interned = texts.cast(pl.Categorical(pl.Categories.random(namespace="domaines")))
    places: NDArray[np.uint32] = interned.to_physical().to_numpy()
    first = np.empty(int(places.max(initial=0)) + 1 if len(places) else 0, dtype=np.uint32)
    # Written from the last to the first: what stays is the first row of each.
    first[places[::-1]] = np.arange(len(places), dtype=np.uint32)[::-1]
    return texts.gather(pl.Series(first)), places


def split(texts: pl.Series) -> Pieces:
    """Cut texts at blanks.

    >>> cut = split(pl.Series(["le wifi", "wifi"]))
    >>> cut.distinct, cut.codes.tolist(), cut.ends.tolist()
    (['le', 'wifi'], [0, 1, 1], [0, 2, 3])
    """
    lists = texts.str.split(" ")
    found, codes = distinct(lists.explode())
    return Pieces(found.to_list(), codes.astype(np.int64), ends_of(lists.list.len().to_numpy()))


def ends_of(lengths: NDArray[np.generic]) -> Integers:
    """Give where runs of these lengths begin and end, from 0."""
    ends = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends


def suspect_rows(flags: NDArray[np.uint8], ends: Integers) -> Integers:
    """Give the texts that must be cleaned whole, from the flags of their pieces (one for each piece, in order).

    A text is suspect when a piece is not plain, or when a hyphen ends a piece and the next begins with a
    line break: a word may have been cut there.
    """
    suspect = (flags & NOT_PLAIN).astype(bool)
    begins = (flags & BEGINS_A_LINE).astype(bool)
    if begins.any():
        suspect[1:] |= (flags[:-1] & ENDS_WITH_HYPHEN).astype(bool) & begins[1:]
    return np.unique(np.searchsorted(ends, np.flatnonzero(suspect), side="right") - 1)


def grouped(numbers: Integers, ends: Integers, rows: Array) -> Array:
    """Sum the rows (of any number of columns) of each text, in the order of its pieces.

    Texts in order of length: the first pieces of all, then the second ones of those that have two, and so on, whole
    columns that let go of Python's lock. The road not taken, a sparse product, is as quick, but SciPy takes a
    quarter of a second to import.

    >>> grouped(np.array([1, 1, 0]), np.array([0, 2, 2, 3]), np.array([[1.0], [10.0]])).tolist()
    [[20.0], [0.0], [1.0]]
    """
    lengths = np.diff(ends)
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = ends[:-1][order], lengths[order]
    total = np.zeros((len(lengths), rows.shape[1]))
    for place in range(min(int(lengths.max(initial=0)), LONG)):
        some = int(np.searchsorted(-lengths, -place))
        total[:some] += rows.take(numbers[starts[:some] + place], axis=0)
    for text in range(int(np.searchsorted(-lengths, -LONG))):
        end = starts[text] + lengths[text]
        for start in range(starts[text] + LONG, end, RUN):
            total[text] += rows.take(numbers[start : min(start + RUN, end)], axis=0).sum(axis=0)
    result = np.empty_like(total)
    result[order] = total
    return result


class PairIndex:
    """Finds the numbers of known pairs among many keys, a whole column at a time.

    A hash table with linear probing, walked by all keys at once; keys are at least 0, what is below is not
    found. Binary search, the road not taken, costs three times as much on batches of a million keys.

    >>> PairIndex(np.array([7, 40, 7 + 2**40])).find(np.array([40, 8, 7])).tolist()
    [1, -1, 0]
    """

    def __init__(self, keys: Integers) -> None:
        # At most a quarter full, so that a key seldom takes a second step.
        bits = max(int(4 * len(keys)).bit_length(), 4)
        self._mask, self._shift = (1 << bits) - 1, np.uint64(64 - bits)
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
        met = self._keys.take(places)
        same = met == keys
        hits = np.flatnonzero(same)
        found = np.full(len(keys), -1, dtype=np.int64)
        found[hits] = self._numbers[places[hits]]
        rows = np.flatnonzero(~same & (met >= 0))
        places = places[rows]
        while len(rows):
            places = (places + 1) & self._mask
            met = self._keys[places]
            same = met == keys[rows]
            found[rows[same]] = self._numbers[places[same]]
            still = ~same & (met >= 0)
            rows, places = rows[still], places[still]
        return np.asarray(found)

    def _places(self, keys: Integers) -> Integers:
        mixed = keys.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return np.asarray((mixed >> self._shift).view(np.int64))
