"""``domaines audit report``: the page that says how right the model is, where, and which labels to read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pipeline.auditing import audit, bands_of_length, quartile_bands, slice_scores
from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.doubts import Doubt, doubtful_rows
from pipeline.doubts.evidence import gather
from pipeline.doubts.ranking import REASONS
from pipeline.doubts.reasons import LEAST_ALIKE
from pipeline.errors import UsageError, nearest
from pipeline.explanation import explain
from pipeline.neighbours import Examples, folded_words
from pipeline.report import AuditPage, DoubtedText, Near, Piece, ReadText, render_audit
from pipeline.results.audit_report import Audit, SliceScore
from pipeline.tables import write_bytes
from pipeline.workflow.audit_rows import AuditedRows
from pipeline.workflow.pieces import pieces_of

Array = NDArray[np.float64]

# What a page can show and a person can read.
MOST_DOUBTS, TEXTS_OF_A_PAIR, NEAR = 200, 8, 3
# Values of a column past which its slices are too thin to say anything.
MOST_VALUES = 1000


def audit_report(
    rows: AuditedRows,
    output: str,
    by: Sequence[str],
    examples: Sequence[AnnotatedText],
    lang: str,
    seed: int = 2016,
) -> Audit:
    """Audit rows and write the page; ``examples`` are annotated texts to show beside them (these rows if none)."""
    found = audit(rows.truth, rows.probabilities, rows.inclusion, rows.domains, _slices(rows, by), seed)
    doubts = _doubts(rows, examples, seed)
    reader = _Reader(rows, examples)
    page = AuditPage(
        rows.source,
        date.today().isoformat(),
        "" if rows.model is None else rows.model.reference,
        rows.notes,
        found,
        tuple((pair, reader.read(pair.rows[:TEXTS_OF_A_PAIR])) for pair in found.pairs),
        _doubted(doubts, reader, lang),
        {_reason_name(reason.key, lang): reason.meaning for reason in REASONS},
    )
    write_bytes(output, render_audit(page, lang).encode("utf-8", errors="replace"))
    return found


def _slices(rows: AuditedRows, by: Sequence[str]) -> list[SliceScore]:
    right = rows.probabilities.argmax(axis=1) == rows.truth
    for name in by:
        if name not in rows.columns:
            close = nearest(name, rows.columns)
            hint = f"vouliez-vous dire « {close} » ?" if close else f"colonnes : {', '.join(rows.columns)}."
            raise UsageError(f"Pas de colonne « {name} » à découper en tranches ; {hint}")
    found = slice_scores(
        "mots", bands_of_length([len(folded_words(text)) for text in rows.texts]), right, 1 / rows.inclusion
    )
    for name, values in rows.columns.items():
        shown = quartile_bands(values) or values
        if name in by or 1 < len(set(shown)) <= min(MOST_VALUES, len(shown) / 2):
            found += slice_scores(name, shown, right, 1 / rows.inclusion)
    return found


def _doubts(rows: AuditedRows, examples: Sequence[AnnotatedText], seed: int) -> list[Doubt]:
    prints = [fingerprint(text) for text in rows.texts]
    terms = [(item.text, rows.domains.index(item.label), item.weight) for item in rows.terms]
    # A text that is also among the examples would be its own neighbour.
    own = set(prints)
    others = [
        (item.text, rows.domains.index(item.label))
        for item in examples
        if item.label in rows.domains and fingerprint(item.text) not in own
    ]
    evidence = gather(rows.texts, rows.truth, rows.probabilities, prints, terms, others, seed)
    return doubtful_rows(evidence, MOST_DOUBTS)


def _doubted(doubts: Sequence[Doubt], reader: _Reader, lang: str) -> tuple[DoubtedText, ...]:
    reads = reader.read([doubt.row for doubt in doubts])
    return tuple(
        DoubtedText(doubt.score, tuple(_reason_name(key, lang) for key in doubt.reasons), read)
        for doubt, read in zip(doubts, reads, strict=True)
    )


def _reason_name(key: str, lang: str) -> str:
    reason = next(reason for reason in REASONS if reason.key == key)
    return reason.name if lang == "fr" else reason.name_en


class _Reader:
    """Prepares rows for reading: coloured words, nearest examples, a suggested domain."""

    def __init__(self, rows: AuditedRows, examples: Sequence[AnnotatedText]) -> None:
        self._rows = rows
        self._own = not examples
        self._texts = [item.text for item in examples] if examples else list(rows.texts)
        labels = [item.label for item in examples] if examples else [rows.domains[k] for k in rows.truth]
        self._labels = labels
        self._examples = Examples.of(self._texts)

    def read(self, chosen: Sequence[int]) -> tuple[ReadText, ...]:
        """Give what the page shows of these rows (numbers from 0)."""
        if not chosen:
            return ()
        found, similar = self._examples.nearest([self._rows.texts[row] for row in chosen], NEAR + 1)
        return tuple(
            self._one(row, near, alike)
            for row, near, alike in zip(chosen, found.tolist(), similar.tolist(), strict=True)
        )

    def _one(self, row: int, near: Sequence[int], alike: Sequence[float]) -> ReadText:
        rows = self._rows
        close = [(k, s) for k, s in zip(near, alike, strict=True) if s >= LEAST_ALIKE and not (self._own and k == row)][
            :NEAR
        ]
        truth, guess = int(rows.truth[row]), int(rows.probabilities[row].argmax())
        votes = rows.probabilities[row].copy()
        for k, similarity in close:
            if self._labels[k] in rows.domains:
                votes[rows.domains.index(self._labels[k])] += similarity / NEAR
        return ReadText(
            rows.places[row],
            self._pieces(rows.texts[row], truth, guess),
            rows.domains[truth],
            rows.domains[guess],
            float(rows.probabilities[row, guess]),
            rows.domains[int(votes.argmax())],
            tuple(Near(self._texts[k], self._labels[k], float(s)) for k, s in close),
        )

    def _pieces(self, text: str, truth: int, guess: int) -> tuple[Piece, ...]:
        model = self._rows.model
        if model is None or truth == guess or set(model.scoring.labels) != set(self._rows.domains):
            return (Piece(text),)
        found = explain(model.scoring, text)
        for_guess, for_truth = (found.labels.index(self._rows.domains[k]) for k in (guess, truth))
        weights = found.contributions[:, for_guess] - found.contributions[:, for_truth]
        top = float(np.abs(weights).max(initial=0.0)) or 1.0
        pieces = pieces_of(text, found.words)
        return tuple(Piece(part, 0.0 if word is None else float(weights[word]) / top) for part, word in pieces)
