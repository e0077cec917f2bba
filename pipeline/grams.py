"""Character n-grams as integers: those of many words found at once among the known ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.keys import Integers, KeyIndex
from pipeline.words import fold


def ngrams(word: str, shortest: int, longest: int) -> list[str]:
    """Give the character n-grams of ``<word>``, accents folded.

    >>> ngrams("été", 3, 4)
    ['<et', 'ete', 'te>', '<ete', 'ete>']
    """
    marked = f"<{fold(word)}>"
    return [
        marked[start : start + size] for size in range(shortest, longest + 1) for start in range(len(marked) - size + 1)
    ]


class GramIndex:
    """Finds the known n-grams of words.

    A character has its number among those of known n-grams, from 1; an n-gram is the number that has its characters
    as digits, the first one lowest. Where digits do not hold in 62 bits (an alphabet of thousands of characters, or
    long n-grams), n-grams are looked up one by one.

    >>> GramIndex(["<et", "te>"], 3, 3).find(["été", "ville", "thé"])
    (array([0, 0]), array([0, 1]))
    """

    def __init__(self, known: Sequence[str], shortest: int, longest: int) -> None:
        self._shortest, self._longest = shortest, longest
        codes = _codes(known)
        alphabet = np.unique(codes[codes != ord("\n")])
        self._digits = np.zeros(int(alphabet.max(initial=0)) + 2, dtype=np.int64)
        self._digits[alphabet] = np.arange(1, len(alphabet) + 1)
        self._bits = len(alphabet).bit_length()
        self._one_by_one = {gram: place for place, gram in enumerate(known)} if self._bits * longest > 62 else None
        if self._one_by_one is None:
            self._index = KeyIndex(self._whole_keys(known, codes))

    def find(self, words: Sequence[str]) -> tuple[Integers, Integers]:
        """Give the place of a word and that of a known n-gram it holds, as often as it does.

        In the order of words; within a word in that of :func:`ngrams`.
        """
        if self._one_by_one is not None:
            return self._found_one_by_one(words, self._one_by_one)
        marked = [f"<{fold(word)}>" for word in words]
        digits = self._digits.take(_codes(marked), mode="clip")
        word_of = np.repeat(np.arange(len(words)), [len(word) + 1 for word in marked])
        found = [(word_of[starts], grams) for starts, grams in self._by_size(digits)]
        rows, grams = (np.concatenate([part[side] for part in found]) for side in (0, 1))
        order = np.argsort(rows, kind="stable")
        return rows[order], grams[order]

    def _by_size(self, digits: Integers) -> list[tuple[Integers, Integers]]:
        """Give, for each size, where known n-grams start and which they are."""
        keys, found = digits, []
        for size in range(1, self._longest + 1):
            if size > 1:
                keys = keys[:-1] + (digits[size - 1 :] << self._bits * (size - 1))
            if size >= self._shortest:
                # A last digit 0 is no character of a known n-gram, or the end of a word: such a key is a shorter one's.
                grams = self._index.find(np.where(digits[size - 1 :] > 0, keys, -1))
                starts = np.flatnonzero(grams >= 0)
                found.append((starts, grams[starts]))
        return found

    def _whole_keys(self, known: Sequence[str], codes: NDArray[np.uint32]) -> Integers:
        lengths = np.array([len(gram) for gram in known], dtype=np.int64)
        starts = np.cumsum(lengths + 1) - lengths - 1
        keys = np.zeros(len(known), dtype=np.int64)
        for place in range(int(lengths.max(initial=0))):
            longer = np.flatnonzero(lengths > place)
            keys[longer] += self._digits[codes[starts[longer] + place]] << self._bits * place
        return keys

    def _found_one_by_one(self, words: Sequence[str], known: dict[str, int]) -> tuple[Integers, Integers]:
        pairs = [
            (row, known[gram])
            for row, word in enumerate(words)
            for gram in ngrams(word, self._shortest, self._longest)
            if gram in known
        ]
        found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]


def _codes(strings: Sequence[str]) -> NDArray[np.uint32]:
    """Give the code points of strings, each followed by a line break, which none holds."""
    text = "".join(f"{string}\n" for string in strings)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
