"""``domaines report``: the HTML page of a labelled file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from pipeline import schema
from pipeline.errors import ModelError
from pipeline.registry import load_model, read_card
from pipeline.report import Summary, frequent_words, render_html
from pipeline.tables import Table, find_column, open_table, write_bytes
from pipeline.words import words_of
from pipeline.workflow.reading import Say, labelled_column, labels_of
from pipeline.workflow.shares import SharesRequest, shares, shares_of

# The report's frequent words come from at most this many texts a domain: more would not change them.
TEXTS_FOR_WORDS = 20_000


def report(source: str, output: str, lang: str, request: SharesRequest, say: Say) -> tuple[schema.Fault, ...]:
    """Write the HTML page of a labelled file, with intervals when some rows were audited; give the faults of those."""
    table = open_table(source)
    labelled_column(table)
    notes: list[str] = []
    answer = None if request.annotated is None else shares(source, request, notes.append)
    for note in notes:
        say(note)
    summary = _summarise(table, source, say)
    if answer is not None:
        found = answer.shares
        summary = replace(summary, shares=found, comparisons=answer.published, audit_notes=tuple(notes))
    write_bytes(output, render_html(summary, lang).encode())
    return () if answer is None else answer.faults


def _summarise(table: Table, source: str, say: Say) -> Summary:
    chosen = find_column(table.columns, None, schema.TEXT, "le texte")
    texts: dict[str, list[tuple[str, ...]]] = {name: [] for name in labels_of(table)}
    counts: Counter[str] = Counter()
    models: set[str] = set()
    to_review = rows = 0
    for chunk in table.chunks():
        frame = chunk.frame
        rows += frame.height
        counts.update(dict(frame["domaine"].value_counts().iter_rows()))
        if "a_relire" in frame.columns:
            to_review += int((frame["a_relire"].str.to_lowercase() == "true").sum())
        if "modele" in frame.columns:
            models.update(value for value in frame["modele"].unique().to_list() if value)
        for name, text in _texts_by_domain(frame, chosen):
            if name in texts and len(texts[name]) < TEXTS_FOR_WORDS:
                texts[name].append(words_of(text))
    return Summary(
        Path(source).name,
        rows,
        shares_of(counts, list(texts), say),
        to_review,
        _faults_beside(source),
        tuple(sorted(models)),
        frequent_words(texts),
        _card_of(sorted(models)),
        date.today().isoformat(),
    )


def _texts_by_domain(frame: pl.DataFrame, chosen: str | None) -> Iterator[tuple[str, str]]:
    return iter(()) if chosen is None else zip(frame["domaine"].to_list(), frame[chosen].to_list(), strict=True)


def _faults_beside(source: str) -> int:
    path = Path(f"{source}.faults.csv")
    if not path.is_file():
        return 0
    return sum(chunk.frame.height for chunk in open_table(str(path)).chunks())


def _card_of(references: Sequence[str]) -> str | None:
    """Give the card of the model that labelled the file, when it is the one still there."""
    for reference in references:
        try:
            model = load_model(reference.split(" ")[0])
        except ModelError:
            continue
        if model.reference == reference:
            return read_card(model)
    return None
