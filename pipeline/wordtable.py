"""The fast path: a batch of texts is split, looked up, summed; nothing costly happens per text.

A piece (what stands between two blanks: "l'école,") keeps one summed row, found once per distinct
piece and kept for the run: those of its words and of the pairs inside it. What remains per text is
integer look-ups, the pairs across blanks, and sums of whole columns. A row has any number
of columns; the sum of squared lengths is one more.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.calibration import Array, in_parts
from pipeline.keys import Integers
from pipeline.pairs import PairTable
from pipeline.pieces import divisions, ends_of, grouped, split, suspect_rows
from pipeline.scoring import Scoring
from pipeline.text import clean
from pipeline.vocabulary import Snapshot, Vocabulary

# The texts divided and their cuts, where parts say nothing.
UNDIVIDED = np.zeros(0, dtype=np.int64), np.zeros((2, 0), dtype=np.int64)


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
        scores, counts = self.scores(texts)
        result = self.scoring.head.calibration.probabilities(scores)
        result[counts == 0] = np.nan
        return result

    def scores(self, texts: pl.Series) -> tuple[Array, Integers]:
        """Give uncalibrated scores (n × 5 × K + 1: whole, parts) and the number of pieces with a word (n).

        Texts are taken for plain, piece by piece; those that a flag shows not to be are cleaned whole and
        scored again.
        """
        if self._vocabulary.is_spent:
            self._vocabulary = Vocabulary(self.scoring, self._pairs)
        texts = texts.fill_null("")
        scores, counts, suspect = self._scored(texts)
        if len(suspect):
            cleaned = [clean(text).lower() for text in texts.gather(suspect).to_list()]
            scores[suspect], counts[suspect], _ = self._scored(pl.Series(cleaned, dtype=pl.String))
        return scores, counts

    def _scored(self, texts: pl.Series) -> tuple[Array, Integers, Integers]:
        """Score texts as they are; tell besides which are suspect."""
        pieces = split(texts)
        tables = self._vocabulary.snapshot(pieces.met)
        numbers, ends = tables.numbers[pieces.codes], pieces.ends
        flags, worded = tables.flags[numbers], tables.worded[numbers]
        suspect = suspect_rows(flags, ends)
        divided, cuts = divisions(flags, worded, ends) if self._has_parts else UNDIVIDED
        if not worded.all():
            numbers, ends = numbers[worded], ends_of(worded)[ends]
        return self._lines(numbers, ends, divided, cuts, tables), np.diff(ends), suspect

    @property
    def _has_parts(self) -> bool:
        return self.scoring.head.calibration.parts is not None

    def _lines(self, numbers: Integers, ends: Integers, divided: Integers, cuts: Integers, tables: Snapshot) -> Array:
        """Score texts, and the parts of those ``divided`` (m) at ``cuts`` (2 × m): a text's sums are those of parts."""
        edges = np.sort(np.concatenate([ends, *cuts]), kind="stable")
        sums = grouped(numbers, edges, tables.rows)
        pairs, places = self._pairs_across(numbers, ends, tables)
        # A pair of words on both sides of a cut is in neither part.
        across = np.isin(places + 1, cuts)
        if not across.all():
            sums += grouped(pairs[~across], np.searchsorted(places[~across], edges), self._pairs.rows)
        # Each text divided has two runs more than another, the middle one empty where both cuts are one.
        starts = np.arange(len(ends) - 1) + 2 * np.searchsorted(divided, np.arange(len(ends) - 1))
        first, middle, last = (sums[starts[divided] + run] for run in range(3))
        joins = np.zeros((2, len(divided), sums.shape[1]))
        for at, mark in zip(joins, cuts, strict=True):
            joined = np.flatnonzero(np.isin(mark, places[across] + 1))
            at[joined] = self._pairs.rows[pairs[across][np.searchsorted(places[across] + 1, mark[joined])]]
        several = np.flatnonzero(cuts[0] != cuts[1])
        rest, before = last.copy(), (first + joins[0] + middle)[several]
        rest[several] += joins[1][several] + middle[several]
        whole = sums[starts]
        whole[divided] = first + joins[0] + rest
        head = self.scoring.head
        lines = np.stack([head.lines(self._normalised(part)) for part in (first, rest)] * 2)
        # Where both marks are one, so are what is before them and after.
        for part, other in enumerate((before, last[several]), start=2):
            lines[part, several] = head.lines(self._normalised(other))
        return in_parts(head.logits(self._normalised(whole)), divided, lines)

    @staticmethod
    def _normalised(sums: Array) -> Array:
        """Give rows from sums of rows, the last column of which is their squared length."""
        squared = sums[:, -1]
        scale = np.divide(1.0, np.sqrt(squared), out=np.zeros_like(squared), where=squared > 0)
        return np.asarray(sums[:, :-1] * scale[:, None])

    def _pairs_across(self, numbers: Integers, ends: Integers, tables: Snapshot) -> tuple[Integers, Integers]:
        """Give the known pairs of the last word of a piece and the first of the next, and the places of the former."""
        if len(numbers) < 2:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        first, second = tables.last[numbers[:-1]], tables.first[numbers[1:]]
        # The last piece of a text has no next one.
        inner = ends[1:-1]
        second[inner[(inner > 0) & (inner < len(numbers))] - 1] = -1
        found = self._pairs.between(first, second)
        places = np.flatnonzero(found >= 0)
        return found[places], places
