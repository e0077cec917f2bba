"""Pairs of words that follow one another, as training met them: found by whole columns of integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipeline.calibration import Array
from pipeline.features import PAIR_JOINER, FeatureSpace
from pipeline.keys import Integers, KeyIndex
from pipeline.names import PAIR
from pipeline.pieces import distinct
from pipeline.scoring import Scoring


class PairTable:
    """The rows of known pairs, found by the numbers of their two bases."""

    def __init__(self, scoring: Scoring) -> None:
        bases, first, second, columns = _paired_bases(scoring.space)
        self._space = scoring.space
        self._base_number = {base: number for number, base in enumerate(bases)}
        self._bases = max(len(bases), 1)
        self._index = KeyIndex(first * self._bases + second)
        # A pair has one feature: its row is that feature's, weighted.
        weights = scoring.space.frequencies[columns] * scoring.space.families.pair
        self.rows: Array = np.column_stack([scoring.projection[columns] * weights[:, None], weights * weights])

    def bases(self, words: Sequence[str]) -> Integers:
        """Give the number of each word's base, −1 for one that is in no known pair."""
        found = (self._base_number.get(self._space.base(word), -1) for word in words)
        return np.fromiter(found, dtype=np.int64, count=len(words))

    def between(self, first: Integers, second: Integers) -> Integers:
        """Give the number of the pair of each two bases, −1 where there is none."""
        if not len(self.rows):
            return np.full(len(first), -1, dtype=np.int64)
        # No base is -1: no known key is below 0, and a first base of -1 makes it so.
        keys = np.where(second >= 0, first * self._bases + second, -1)
        return self._index.find(keys)


def _paired_bases(space: FeatureSpace) -> tuple[list[str], Integers, Integers, Integers]:
    """Give the bases met in known pairs; of each pair, the numbers of its two bases and its column."""
    pairs, column = space.columns.family(PAIR)
    halves = pl.Series(pairs, dtype=pl.String).str.split_exact(PAIR_JOINER, 1).struct.unnest()
    bases, places = distinct(pl.concat([halves["field_0"], halves["field_1"]]))
    numbers = places.astype(np.int64)
    return bases.to_list(), numbers[: len(pairs)], numbers[len(pairs) :], np.arange(column, column + len(pairs))
