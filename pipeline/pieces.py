"""Columns of texts as columns of integers: texts met once, their blank-separated pieces, sums of rows.

Polars does what touches characters (splitting, hashing); what remains is integer columns in NumPy.
Nothing here knows what a word is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.division import CLOSING, JOINING
from pipeline.keys import Integers

Array = NDArray[np.float64]

# Texts of more pieces are summed one by one past these, so many pieces at once.
LONG, RUN = 64, 1 << 16

# What a piece may be, for the cheap test that decides whether its text is cleaned piece by piece or whole.
NOT_PLAIN, ENDS_WITH_HYPHEN, BEGINS_A_LINE = 1, 2, 4
# What a piece is for the parts of its text.
CLOSES, OPENS = 8, 16


# A piece of which nothing but the value of its numbers could be particular to it; "½" or a letter this does not list,
# of which Polars and Python may think otherwise, leaves it as it is.
_LETTERS = "a-zA-ZàäçéèêëîïìòôöûüùúÿñáíóÀÄÇÉÈÊËÎÏÔÖÛÜÙŒœÆæ"
_MARKS = r"\n -%'-/:;=?\[-^{-~«»°€’‘–—…•·×"
_NUMBERED = rf"^[{_MARKS}{_LETTERS}]*[0-9][0-9{_MARKS}{_LETTERS}]*$"
# Letters alone, but for marks that neither cleaning nor splitting minds: a hyphen may end a line, "'" an article.
_ONE_WORD = rf"^[.,;:!?()«»…]*([{_LETTERS}]+)[.,;:!?()«»…]*$"


@dataclass(frozen=True)
class Pieces:
    """Texts cut at blanks: the pieces met, the place among these of each piece in order, where each text's end.

    ``codes`` has the pieces of all texts one after the other; those of text i are from ``ends[i]``
    to ``ends[i + 1]``. In ``met`` each piece comes once, then numbers are written as zeros: some may be alike.
    """

    met: pl.Series
    codes: NDArray[np.uint32]
    ends: Integers


class Numbering:
    """Numbers strings in the order they are first met, for as long as it lives; of one thread at a time.

    A mapping of Polars of its own: the road not taken, a Python dictionary, holds Python's lock for each string.

    >>> numbering = Numbering()
    >>> numbering.of(pl.Series(["b", "a", "b"])).tolist(), numbering.of(pl.Series(["c", "a"])).tolist()
    ([0, 1, 0], [2, 1])
    """

    def __init__(self) -> None:
        self._kind = pl.Categorical(pl.Categories.random(namespace="domaines"))
        # Polars forgets the numbers when no series is left that has them.
        self._keeper = pl.Series([], dtype=pl.String).cast(self._kind)

    def of(self, strings: pl.Series) -> NDArray[np.uint32]:
        """Give the number of each string, new ones counted on."""
        numbers: NDArray[np.uint32] = strings.cast(self._kind).to_physical().to_numpy()
        return numbers


def distinct(texts: pl.Series) -> tuple[pl.Series, NDArray[np.uint32]]:
    """Give each distinct text once, in order of first appearance, and the place of each row's text among them.

    >>> found, places = distinct(pl.Series(["b", "a", "b"]))
    >>> found.to_list(), places.tolist()
    (['b', 'a'], [0, 1, 0])
    """
    # A numbering that lives as long as the batch: no lock that other threads would wait for.
    places = Numbering().of(texts)
    first = np.empty(int(places.max(initial=0)) + 1 if len(places) else 0, dtype=np.uint32)
    # Written from the last to the first: what stays is the first row of each.
    first[places[::-1]] = np.arange(len(places), dtype=np.uint32)[::-1]
    return texts.gather(pl.Series(first)), places


def split(texts: pl.Series) -> Pieces:
    """Cut texts at blanks.

    >>> cut = split(pl.Series(["le 12/7 wifi", "wifi 2015/03"]))
    >>> cut.met.to_list(), cut.codes.tolist(), cut.ends.tolist()
    (['le', '0/0', 'wifi', '0/0'], [0, 1, 2, 2, 3], [0, 3, 5])
    """
    lists = texts.str.split(" ")
    written, places = distinct(lists.explode())
    return Pieces(numberless(written), places, ends_of(lists.list.len().to_numpy()))


def numberless(pieces: pl.Series) -> pl.Series:
    """Put 0 for each whole number of a piece, where that changes none of its words: a number is ``#``, whatever it is.

    Else each invoice would be a piece of its own to learn. What has letters beside its digits stays.

    >>> numberless(pl.Series(["31/12/2015,", "n°417-A", "2ème", "RN20-21", "12½"])).to_list()
    ['0/0/0,', 'n°0-A', '2ème', 'RN20-0', '12½']
    """
    rows = pieces.str.contains(_NUMBERED).arg_true()
    if not len(rows):
        return pieces
    return pieces.scatter(rows, pieces.gather(rows).str.replace_all(r"\b[0-9]+\b", "0"))


def single_words(pieces: pl.Series) -> pl.Series:
    """Give the lower-cased word of the pieces that are one word, as most are, between common marks; null for others.

    >>> single_words(pl.Series(["(École),", "l'école", "www.", "été-", "aâ"])).to_list()
    ['école', None, None, None, None]
    """
    words = pieces.str.extract(_ONE_WORD, 1).str.to_lowercase()
    # "www." begins an address.
    return words.set(pieces.str.contains("(?i)www[.]"), None)


def part_flags(pieces: pl.Series) -> NDArray[np.uint8]:
    """Tell which pieces close a part of a text and which open one, as :mod:`pipeline.division` does one by one.

    >>> part_flags(pl.Series(["wifi,", "wifi", "M.", "et", ""])).tolist()
    [8, 0, 0, 16, 0]
    """
    abbreviated = pieces.str.contains(r"^\p{L}{1,2}\.$")
    closing = (pieces == "-") | (pieces.str.tail(1).is_in([*CLOSING]) & ~abbreviated)
    opening = pieces.str.starts_with("(") | pieces.str.to_lowercase().is_in(JOINING)
    return np.asarray(CLOSES * closing.to_numpy() + OPENS * opening.to_numpy(), dtype=np.uint8)


def divisions(flags: NDArray[np.uint8], worded: NDArray[np.bool_], ends: Integers) -> tuple[Integers, Integers]:
    """Give the texts of several parts (m), and where what follows their first mark and their last begins (2 × m).

    Places are among the pieces with a word.
    ``flags`` and ``worded`` have one value for each piece, in order; the pieces of text i are from ``ends[i]`` to
    ``ends[i + 1]``. A part has a word.

    >>> flags = np.array([8, 0, 8, 0], np.uint8)
    >>> divisions(flags, np.array([False, True, True, True]), np.array([0, 4]))
    (array([0]), array([[2],
           [2]]))
    """
    before = ends_of(worded)
    places = np.flatnonzero((flags[:-1] & CLOSES) | (flags[1:] & OPENS)) + 1
    texts = np.searchsorted(ends, places, side="right") - 1
    inside = (before[ends[texts]] < before[places]) & (before[places] < before[ends[texts + 1]])
    found, first, count = np.unique(texts[inside], return_index=True, return_counts=True)
    marks = before[places[inside]]
    return found, np.stack([marks[first], marks[first + count - 1]])


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
