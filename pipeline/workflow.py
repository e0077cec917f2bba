"""The whole program on one page: one function per command, joining the stages.

Only this module knows them all; each stage knows arrays and records. Stages that only training
needs (scikit-learn takes a second to import) are imported where they are used.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline import schema
from pipeline.batches import entries, manifest_path, record, stamp
from pipeline.domains import LABELS
from pipeline.errors import InputError, ModelError, UsageError, nearest
from pipeline.explanation import Explanation, explain
from pipeline.labelling import Labeller, in_order, label_frame, output_schema
from pipeline.registry import Model, load_model, read_card
from pipeline.report import Summary, frequent_words, render_html
from pipeline.results import Evaluation, Shares
from pipeline.shares import counted_shares
from pipeline.tables import (
    Block,
    Chunk,
    Table,
    find_column,
    matching_columns,
    open_table,
    open_writer,
    shifted,
    write_bytes,
    write_frame,
)
from pipeline.text import clean
from pipeline.words import words
from pipeline.wordtable import WordTable

Say = Callable[[str], None]
Advance = Callable[[int, int | None], None]

# The report's frequent words come from at most this many texts a domain: more would not change them.
TEXTS_FOR_WORDS = 20_000


@dataclass(frozen=True)
class LabelOutcome:
    """What labelling one file did: rows read, rows left without label, rows to review, faults, seconds."""

    source: str
    output: str
    rows: int
    without_text: int
    to_review: int
    faults: int
    faults_file: str | None
    counts: dict[str, int]
    seconds: float


def labeller_of(model: Model) -> Labeller:
    """Join a model and its word table into what labelling needs."""
    return Labeller(model.scoring.labels, WordTable(model.scoring).probabilities, model.threshold, model.reference)


def label(
    source: str,
    output: str,
    labeller: Labeller,
    *,
    text: str | None,
    sheet: str | None,
    jobs: int,
    excel: bool,
    say: Say,
    advance: Advance,
) -> LabelOutcome:
    """Label one file into another, whole or not at all; faults go to ``OUTPUT.faults.csv``."""
    began = time.perf_counter()
    table = open_table(source, sheet=sheet)
    say(f"{shown(source)} : {table.decision}")
    column = text_column(table, text, say)
    tally = _Tally()

    def work(block: Block) -> tuple[Chunk, pl.DataFrame, Any]:
        chunk = block.parse()
        labelled = label_frame(chunk.frame, column, labeller)
        return chunk, labelled.select("domaine", "a_relire"), writer.encode(labelled)

    with open_writer(output, output_schema(table.columns, labeller.labels), excel=excel) as writer:
        for chunk, labels, encoded in in_order(work, table.blocks(), jobs):
            writer.write(encoded)
            tally.add(chunk, labels)
            advance(tally.rows, table.rows)
    faults_file = write_faults(output, tally.faults)
    return LabelOutcome(
        source,
        output,
        tally.rows,
        tally.without_text,
        tally.to_review,
        len(tally.faults),
        faults_file,
        {name: tally.counts.get(name, 0) for name in labeller.labels},
        time.perf_counter() - began,
    )


class _Tally:
    """Counts of what went by, in order; makes the faults' row numbers those of the file."""

    def __init__(self) -> None:
        self.rows = self.without_text = self.to_review = 0
        self.faults: list[schema.Fault] = []
        self.counts: Counter[str] = Counter()

    def add(self, chunk: Chunk, labels: pl.DataFrame) -> None:
        self.faults += shifted(chunk.faults, self.rows)
        self.rows += chunk.frame.height
        self.without_text += labels["domaine"].null_count()
        self.to_review += int(labels["a_relire"].sum())
        for name, count in labels["domaine"].drop_nulls().value_counts().iter_rows():
            self.counts[name] += count


def text_column(table: Table, wanted: str | None, say: Say) -> str:
    """Find the column of descriptions, and say which was taken when several could be."""
    found = find_column(table.columns, wanted, schema.TEXT, "le texte")
    if found is None:
        listed = ", ".join(f"« {name} »" for name in table.columns)
        raise UsageError(
            f"Aucune colonne de texte reconnue dans {shown(table.path)} parmi {listed} : la nommer avec --text COLONNE."
        )
    others = [name for name in matching_columns(table.columns, schema.TEXT) if name != found]
    if others and wanted is None:
        listed = ", ".join(f"« {name} »" for name in others)
        say(f"Colonne de texte retenue : « {found} » ; autre candidate : {listed} (choisir avec --text).")
    return found


def write_faults(output: str, faults: Sequence[schema.Fault]) -> str | None:
    """Write the faults beside the output, or remove the list of an earlier run when there is none."""
    if output == "-":
        return None
    path = Path(f"{output}.faults.csv")
    if not faults:
        path.unlink(missing_ok=True)
        return None
    rows = [(fault.file, fault.row, fault.reason) for fault in faults]
    write_frame(str(path), pl.DataFrame(rows, schema=["fichier", "ligne", "raison"], orient="row"))
    return str(path)


def shares(source: str, say: Say) -> Shares:
    """Count the domains of a labelled file."""
    table = open_table(source)
    column = _labelled_column(table)
    counts: Counter[str] = Counter()
    for chunk in table.chunks():
        counts.update(dict(chunk.frame[column].value_counts().iter_rows()))
    return _shares_of(counts, labels_of(table), say)


def _shares_of(counts: Counter[str], domains: Sequence[str], say: Say) -> Shares:
    unknown = sorted(set(counts) - set(domains) - {""})
    if unknown:
        say(f"Domaines inconnus du modèle, comptés à part : {', '.join(unknown)}.")
    order = [*domains, *unknown]
    numbers = np.repeat(np.arange(len(order)), [counts[name] for name in order])
    return counted_shares(np.concatenate([numbers, np.full(counts[""], -1)]), order)


def labels_of(table: Table) -> list[str]:
    """Give the labels of a labelled table from its columns ``p_…``, else the five."""
    found = [name[2:] for name in table.columns if name.startswith("p_")]
    return found or list(LABELS)


def _labelled_column(table: Table) -> str:
    if "domaine" in table.columns:
        return "domaine"
    raise InputError(
        f"{shown(table.path)} n'a pas de colonne « domaine » : l'étiqueter d'abord avec « domaines label »."
    )


def write_shares(result: Shares, output: str, excel: bool) -> None:
    """Write shares as JSON or as a table, by the output's suffix."""
    if output.endswith(".json"):
        write_bytes(output, (json.dumps(result.as_json(), ensure_ascii=False, indent=2) + "\n").encode())
        return
    rows = [(s.domain, s.count, s.share, s.low, s.high) for s in result.shares]
    types = {"domaine": pl.String, "count": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    write_frame(output, pl.DataFrame(rows, schema=types, orient="row"), excel=excel)


def evaluate(source: str, model: Model, text: str | None, label_column: str | None, say: Say) -> Evaluation:
    """Score a model on an annotated file."""
    from pipeline.evaluation import evaluate as score

    texts, labels = read_annotated(source, text, label_column, model.scoring.labels, say)
    names = list(model.scoring.labels)
    probabilities = WordTable(model.scoring).probabilities(pl.Series(texts))
    kept = ~np.isnan(probabilities).any(axis=1)
    if not kept.all():
        say(f"{int((~kept).sum())} lignes sans texte ni mot laissées de côté.")
    truth = np.array([names.index(name) for name in labels], dtype=np.int64)[kept]
    if not len(truth):
        raise InputError(f"{shown(source)} n'a aucune ligne annotée avec un texte : rien à évaluer.")
    return score(truth, probabilities[kept].argmax(axis=1), names, probabilities[kept])


def read_annotated(
    source: str, text: str | None, label_column: str | None, known: Sequence[str], say: Say
) -> tuple[list[str], list[str]]:
    """Read texts and their annotations; an unknown label is refused with its row and the nearest label."""
    table = open_table(source)
    say(f"{shown(source)} : {table.decision}")
    chosen = text_column(table, text, say)
    annotated = find_column(table.columns, label_column, schema.ANNOTATION, "l'annotation")
    if annotated is None:
        listed = ", ".join(f"« {name} »" for name in table.columns)
        raise UsageError(f"Aucune colonne d'annotation reconnue parmi {listed} : la nommer avec --label COLONNE.")
    texts: list[str] = []
    labels: list[str] = []
    for chunk in table.chunks():
        texts += chunk.frame[chosen].to_list()
        labels += [value.strip() for value in chunk.frame[annotated].to_list()]
    for row, name in enumerate(labels, start=1):
        if name not in known:
            raise InputError(unknown_label(source, row, name, known))
    if not texts:
        raise InputError(f"{shown(source)} n'a qu'un en-tête : ajouter des lignes annotées.")
    return texts, labels


def unknown_label(source: str, row: int, name: str, known: Sequence[str]) -> str:
    """Say that a label is not known, where, and which one is nearest."""
    close = nearest(name, known)
    hint = f"vouliez-vous dire « {close} » ?" if close else f"étiquettes connues : {', '.join(known)}."
    return f"{shown(source)}, ligne {row} : étiquette inconnue « {name} » ; {hint}"


def explain_text(text: str, model: Model) -> Explanation:
    """Say what each word adds to each domain's score."""
    found = explain(model.scoring, text)
    if not found.words:
        raise UsageError("Le texte ne contient aucun mot : donner une description entre guillemets.")
    return found


def report(source: str, output: str, lang: str, say: Say) -> Summary:
    """Write the HTML page of a labelled file."""
    table = open_table(source)
    _labelled_column(table)
    summary = _summarise(table, source, say)
    write_bytes(output, render_html(summary, lang).encode())
    return summary


def _summarise(table: Table, source: str, say: Say) -> Summary:
    chosen = find_column(table.columns, None, schema.TEXT, "le texte")
    texts: dict[str, list[list[str]]] = {name: [] for name in labels_of(table)}
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
                texts[name].append(words(clean(text)))
    return Summary(
        Path(source).name,
        rows,
        _shares_of(counts, list(texts), say),
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


def shown(path: str) -> str:
    """Give a file's name as messages quote it."""
    return "L'entrée standard" if path == "-" else f"« {path} »"


def is_done(source: str, target: str, model: Model) -> bool:
    """Tell whether this output was finished from this same file by this same model."""
    entry = entries(target).get(Path(target).name)
    return (
        source != "-"
        and entry is not None
        and Path(target).is_file()
        and entry.get("stamp") == stamp(source)
        and entry.get("model") == model.reference
    )


def note_done(outcome: LabelOutcome, model: Model, remember: bool) -> None:
    """Add a finished part to the manifest of its folder, so that ``--resume`` skips it."""
    if not remember or "-" in (outcome.source, outcome.output):
        return
    entry = {"source": outcome.source, "stamp": stamp(outcome.source), "model": model.reference, "rows": outcome.rows}
    content = json.dumps(record(outcome.output, entry), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_bytes(str(manifest_path(outcome.output)), content.encode())
