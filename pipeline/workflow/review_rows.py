"""The rows of a labelled file in memory, as the review page asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.domains import BY_KEY
from pipeline.doubts.reasons import LEAST_ALIKE
from pipeline.explanation import explain
from pipeline.neighbours import Examples
from pipeline.registry import Model
from pipeline.review import Example, Piece, ReviewRow
from pipeline.review.exchange import Item
from pipeline.review.rows import AUDIT, DOUBTED, DOUBTFUL, PAIR, Positions
from pipeline.workflow.pieces import pieces_of

ROW, REASON, MODEL = "ligne", "raison", "modele"
NEAREST = 3
# Only so much of a long text is explained: 50 kB would take a second.
EXPLAINED = 4_000
# Rows kept as shown: a decision needs again what was shown just before.
SHOWN = 1_024

Floats = NDArray[np.float32]


class LabelledRows:
    """The rows of a file in memory: texts and probabilities; what explains a row is computed when it is shown."""

    def __init__(
        self,
        frame: pl.DataFrame,
        probabilities: Floats,
        inclusions: NDArray[np.float64],
        model: Model,
        source: str,
        examples: Sequence[tuple[str, str]],
        lang: str,
    ) -> None:
        self.labels, self.source = model.scoring.labels, Path(source).name
        self.model = labelled_by(frame) or model.reference
        self._texts = frame["text"]
        self._identifiers = frame["id"] if "id" in frame.columns else None
        self._lines = frame[ROW].cast(pl.Int64) if ROW in frame.columns else None
        self._reasons = frame[REASON] if REASON in frame.columns else None
        self._probabilities, self._inclusions, self._lang = probabilities, inclusions, lang
        # Row by row in memory: a projection laid out by column is copied at every product, 3 ms a row.
        self._scoring = replace(model.scoring, projection=np.ascontiguousarray(model.scoring.projection))
        self._examples = examples
        self._index = Examples.of([each for each, _ in examples]) if examples else None
        self._sampled = ~np.isnan(inclusions)
        ranked = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
        self._first, self._second = ranked[:, 0], ranked[:, 1]
        best = np.take_along_axis(probabilities, ranked, axis=1)
        self._margins = best[:, 0] - best[:, 1]
        self._open = ~np.isnan(self._margins) & ~self._sampled
        self._doubts: dict[int, str] = {}
        self.queues: tuple[str, ...] = (DOUBTFUL, *((AUDIT,) if self._sampled.any() else ()), *self._pairs())
        self.row: Callable[[int], ReviewRow] = lru_cache(maxsize=SHOWN)(self._row)

    def __len__(self) -> int:
        return len(self._texts)

    def probabilities(self, positions: Positions) -> NDArray[np.float64]:
        """Give the probabilities of rows (m × K), NaN where a text has no word."""
        return self._probabilities[positions].astype(np.float64)

    def blind(self, position: int) -> bool:
        """Tell whether a row is the audit's: nothing a machine thinks of it may be shown."""
        return bool(self._sampled[position])

    def look_again(self, doubts: Sequence[tuple[int, str]]) -> None:
        """Offer a queue of the rows whose label is doubted, in this order, with their reasons; before any is shown."""
        self._doubts = {position: reason for position, reason in doubts if not self.blind(position)}
        if self._doubts:
            self.queues = (*self.queues[:1], DOUBTED, *self.queues[1:])

    def identity(self, position: int) -> tuple[str, str]:
        """Give the identifier (the row's number where the file has none) and the text."""
        if self._identifiers is not None:
            return str(self._identifiers[position]), str(self._texts[position])
        line = position + 1 if self._lines is None else int(self._lines[position])
        return f"ligne {line}", str(self._texts[position])

    def order(self, queue: str) -> Positions:
        """Give a queue's positions: the smallest margins first; the sample in the file's order.

        A sampled row is in the sample's queue alone, or its suggestion would be seen before it is judged blind.
        """
        if queue == AUDIT:
            return np.flatnonzero(self._sampled)
        if queue == DOUBTED:
            return np.fromiter(self._doubts, dtype=np.int64)
        inside = self._open
        if queue.startswith(PAIR):
            one, other = sorted(self.labels.index(label) for label in queue.removeprefix(PAIR).split("|"))
            inside = inside & (self._couples() == one * len(self.labels) + other)
        found = np.flatnonzero(inside)
        return found[np.argsort(self._margins[found], kind="stable")]

    def positions(self, identifiers: Sequence[str]) -> Mapping[str, int]:
        """Find rows by identifier."""
        if self._identifiers is None:
            numbers = {int(each.removeprefix("ligne ")): each for each in identifiers if _is_row_name(each)}
            places = {number: number - 1 for number in numbers} if self._lines is None else self._places_of_lines()
            return {numbers[each]: places[each] for each in numbers if 0 <= places.get(each, -1) < len(self)}
        wanted = pl.Series(identifiers, dtype=pl.String).unique()
        found = self._identifiers.is_in(wanted.implode()).arg_true()
        return {str(self._identifiers[int(position)]): int(position) for position in found}

    def _places_of_lines(self) -> dict[int, int]:
        lines = self._lines.to_list() if self._lines is not None else []
        return {line: place for place, line in enumerate(lines)}

    def find(self, words: str, limit: int) -> list[int]:
        """Give the first rows whose text has these words one after the other, whatever the case."""
        pattern = "(?i)" + r"\s+".join(_escaped(word) for word in words.split())
        return [int(position) for position in self._texts.str.contains(pattern).arg_true().head(limit)]

    def item(self, position: int) -> Item:
        """Give a row as other tools exchange it, unanswered."""
        known = not np.isnan(self._margins[position])
        identifier, text = self.identity(position)
        return Item(
            identifier if self._identifiers is not None else "",
            position + 1,
            text,
            self.labels[int(self._first[position])] if known else "",
            round(float(np.max(self._probabilities[position])), 6) if known else None,
            self.model,
        )

    def _row(self, position: int) -> ReviewRow:
        identifier, text = self.identity(position)
        known = not np.isnan(self._margins[position])
        blind = bool(self._sampled[position])
        explained = known and not blind
        return ReviewRow(
            number=position + 1,
            id=identifier if self._identifiers is not None else "",
            text=text,
            suggestion=self.labels[int(self._first[position])] if known else "",
            probabilities=tuple(self._probabilities[position].tolist()) if known else (),
            pieces=self._pieces(text) if explained else (),
            reason="" if blind else self._reason(position),
            nearest=self._nearest(text) if explained else (),
            inclusion=float(self._inclusions[position]) if blind else None,
            blind=blind,
            line=int(self._lines[position]) if self._lines is not None else 0,
            doubt=self._doubts.get(position, ""),
        )

    def _pieces(self, text: str) -> tuple[Piece, ...]:
        found = explain(self._scoring, text[:EXPLAINED])
        return tuple(
            Piece(part, () if word is None else tuple(found.contributions[word].tolist()))
            for part, word in pieces_of(text, found.words)
        )

    def _nearest(self, text: str) -> tuple[Example, ...]:
        if self._index is None:
            return ()
        places, similarities = self._index.nearest([text[:EXPLAINED]], NEAREST + 1)
        found = zip(places[0].tolist(), similarities[0].tolist(), strict=True)
        close = [(*self._examples[at], alike) for at, alike in found if alike >= LEAST_ALIKE]
        near = [Example(other, label, alike) for other, label, alike in close]
        return tuple(example for example in near if example.text != text)[:NEAREST]

    def _reason(self, position: int) -> str:
        """Say why a row deserves a look: the file's own reason where it gives one, else how the model hesitates."""
        given = str(self._reasons[position]).strip() if self._reasons is not None else ""
        if given:
            return given
        if np.isnan(self._margins[position]):
            return (
                "Aucun mot : le modèle ne propose rien" if self._lang == "fr" else "No word: the model suggests nothing"
            )
        first, second = (self._name(int(each[position])) for each in (self._first, self._second))
        chances = np.sort(self._probabilities[position])[::-1][:2]
        one, other = (f"{100 * float(chance):.0f} %" for chance in chances)
        if self._lang == "fr":
            return f"Le modèle hésite : {first} {one}, {second} {other}"
        return f"The model hesitates: {first} {one}, {second} {other}"

    def _name(self, place: int) -> str:
        domain = BY_KEY.get(self.labels[place])
        return self.labels[place] if domain is None else domain.name if self._lang == "fr" else domain.name_en

    def _couples(self) -> Positions:
        low, high = np.minimum(self._first, self._second), np.maximum(self._first, self._second)
        return np.asarray(low * len(self.labels) + high, dtype=np.int64)

    def _pairs(self) -> tuple[str, ...]:
        """Name the pairs of labels between which some row hesitates, the most frequent first."""
        couples, counts = np.unique(self._couples()[self._open], return_counts=True)
        ordered = couples[np.argsort(-counts, kind="stable")][:10].tolist()
        size = len(self.labels)
        return tuple(f"{PAIR}{self.labels[couple // size]}|{self.labels[couple % size]}" for couple in ordered)


def labelled_by(frame: pl.DataFrame) -> str:
    """Name the model that labelled a file, or give ``""``."""
    return next(iter(frame[MODEL].head(1).to_list()), "") if MODEL in frame.columns else ""


def _is_row_name(name: str) -> bool:
    number = name.removeprefix("ligne ")
    return name.startswith("ligne ") and number.isascii() and number.isdigit() and int(number) > 0


def _escaped(word: str) -> str:
    """Escape a word for the regular expressions of Polars."""
    return "".join(letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}" for letter in word)
