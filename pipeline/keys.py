"""Whole columns of integers looked up among known ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class KeyIndex:
    """Finds the places of known keys, each once there, among many asked for, a whole column at a time.

    A hash table with linear probing, walked by all keys at once; keys are at least 0, what is below is not
    found. Binary search, the road not taken, costs three times as much on batches of a million keys.

    >>> KeyIndex(np.array([7, 40, 7 + 2**40])).find(np.array([40, 8, 7])).tolist()
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
