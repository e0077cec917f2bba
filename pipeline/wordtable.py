"""The fast path: a batch of texts is split, looked up, summed; nothing costly happens per text.

A piece (what stands between two blanks: "l'école,") keeps one summed row, found once per distinct
piece and kept for the run: those of its words and of the pairs inside it. What remains per text is
integer look-ups, the pairs across blanks, and sums of whole columns. A row has any number
of columns; the sum of squared lengths is one more.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.head import Array
from pipeline.keys import Integers
from pipeline.pairs import PairTable
from pipeline.pieces import ends_of, grouped, split, suspect_rows
from pipeline.scoring import Scoring
from pipeline.text import clean
from pipeline.vocabulary import Snapshot, Vocabulary


class WordTable:
    """Labels batches of texts with a trained model; the same numbers as the scikit-learn path.

    Thread-safe: several batches may be scored at once, and what one learns serves the others.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self._pairs = PairTable(scoring)
        self._vocabulary = Vocabulary(scoring, self._pairs)

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
        if self._vocabulary.is_spent:
            self._vocabulary = Vocabulary(self.scoring, self._pairs)
        texts = texts.fill_null("")
        totals, counts, suspect = self._summed(texts)
        if len(suspect):
            cleaned = [clean(text).lower() for text in texts.gather(suspect).to_list()]
            totals[suspect], counts[suspect], _ = self._summed(pl.Series(cleaned, dtype=pl.String))
        return totals, counts

    def _summed(self, texts: pl.Series) -> tuple[Array, Integers, Integers]:
        """Sum texts as they are; tell besides which are suspect."""
        pieces = split(texts)
        tables = self._vocabulary.snapshot(pieces.met)
        numbers, ends = tables.numbers[pieces.codes], pieces.ends
        suspect = suspect_rows(tables.flags[numbers], ends)
        worded = tables.worded[numbers]
        if not worded.all():
            numbers, ends = numbers[worded], ends_of(worded)[ends]
        return self._sum(numbers, ends, tables), np.diff(ends), suspect

    def _sum(self, numbers: Integers, ends: Integers, tables: Snapshot) -> Array:
        totals = grouped(numbers, ends, tables.rows)
        pair_numbers, pair_ends = self._pairs_across(numbers, ends, tables)
        if len(pair_numbers):
            totals += grouped(pair_numbers, pair_ends, self._pairs.rows)
        squared = totals[:, -1]
        scale = np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0)
        return np.asarray(totals[:, :-1] * scale[:, None])

    def _pairs_across(self, numbers: Integers, ends: Integers, tables: Snapshot) -> tuple[Integers, Integers]:
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
