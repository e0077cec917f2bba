"""``domaines annotations``: what is in a store, in and out, merged, and how far people agree."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import schema
from pipeline.domains import LABELS
from pipeline.errors import InputError, UsageError
from pipeline.results import Agreement
from pipeline.review import Decision, Journal, annotator_name
from pipeline.review.agreement import agreement
from pipeline.review.exchange import (
    Answer,
    Item,
    answers_of,
    checked,
    from_argilla,
    from_doccano,
    from_label_studio,
    to_argilla,
    to_doccano,
    to_label_studio,
)
from pipeline.review.journal import Merged
from pipeline.schema import Fault
from pipeline.tables import find_column, open_table, write_bytes, write_frame
from pipeline.workflow.reading import Say, shown, text_column
from pipeline.workflow.stores import open_journal

FORMATS = ("table", "label-studio", "doccano", "argilla")
VERIFIED = "domaine_verifie"
_ROW_NAME = re.compile(r"ligne ([1-9][0-9]*)")
_WRITERS: Mapping[str, Callable[[Sequence[Item]], list[dict[str, Any]]]] = {
    "label-studio": to_label_studio,
    "doccano": to_doccano,
    "argilla": to_argilla,
}


@dataclass(frozen=True)
class Imported:
    """What came in: decisions added, already there, and the faults of the file."""

    merged: Merged
    faults: tuple[Fault, ...]


def export_annotations(
    store: str, output: str, form: str, *, by_annotator: bool = False, excel: bool = False, rows: Sequence[Item] = ()
) -> int:
    """Write what people decided, as a table or for another tool; give the number of entries written.

    ``rows`` are those of a labelled file: for a tool, they go along with their suggestion, decided or not.
    """
    if form not in FORMATS:
        raise UsageError(f"--format {form} : choisir parmi {', '.join(FORMATS)}.")
    journal = open_journal(store, read_only=True)
    try:
        labels = journal.labels()
        held = [each for each in journal.current() if each.after] if by_annotator or form != "table" else labels
    finally:
        journal.close()
    if form == "table":
        write_frame(output, _table(held), excel=excel)
        return len(held)
    entries = _WRITERS[form](_items(held, rows))
    if form == "doccano":
        content = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    else:
        content = json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    write_bytes(output, content.encode())
    return len(entries)


def import_annotations(store: str, source: str, form: str | None, annotator: str, say: Say) -> Imported:
    """Add another tool's answers to a store, once each; rows that cannot be used are faults, the others go in."""
    form = form or _guessed(source)
    if form not in FORMATS:
        raise UsageError(f"--format {form} : choisir parmi {', '.join(FORMATS)}.")
    name = annotator_name(annotator) if annotator else ""
    if form == "table":
        items, faults = _table_items(source, name, say)
    else:
        entries = _entries(source)
        if form == "doccano" and not name:
            raise UsageError("L'export de doccano ne dit pas qui a annoté : le dire avec --annotator NOM.")
        readers: Mapping[str, Callable[[], tuple[list[Item], list[Fault]]]] = {
            "label-studio": lambda: from_label_studio(entries, source),
            "argilla": lambda: from_argilla(entries, source),
            "doccano": lambda: from_doccano(entries, source, name),
        }
        items, faults = readers[form]()
    kept, unknown = checked(items, LABELS, source)
    decisions = [_decision(item, answer, name, source) for item, answer in answers_of(kept)]
    journal = open_journal(store, labels=LABELS)
    try:
        merged = journal.merge(decisions)
    finally:
        journal.close()
    return Imported(merged, tuple(sorted([*faults, *unknown], key=lambda fault: fault.row)))


def merge_stores(store: str, other: str) -> Merged:
    """Add the decisions of another store, once each; raise ``ModelError`` when their labels differ."""
    theirs = open_journal(other, read_only=True)
    try:
        decisions = theirs.since(0)[1]
        journal = open_journal(store, labels=theirs.known_labels() or LABELS)
    finally:
        theirs.close()
    try:
        return journal.merge(decisions)
    finally:
        journal.close()


def agreement_of(store: str, blind: bool = False) -> Agreement:
    """Measure agreement between the annotators of a store; settled disagreements count as first judged.

    ``blind`` keeps the decisions taken without seeing a suggestion.
    """
    journal = open_journal(store, read_only=True)
    try:
        return agreement(_answers(journal, blind), journal.known_labels() or LABELS)
    finally:
        journal.close()


def _answers(journal: Journal, blind: bool) -> dict[str, dict[tuple[str, str], str]]:
    """Give each person's own last label of each row; one chosen after seeing the others' is not independent."""
    answers: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for each in journal.since(0)[1]:
        if each.queue == "disagreements" or (blind and not each.blind):
            continue
        if each.after:
            answers[each.annotator][each.row_id, each.text] = each.after
        else:
            answers[each.annotator].pop((each.row_id, each.text), None)
    return answers


def _table(held: Sequence[Decision]) -> pl.DataFrame:
    columns: dict[str, list[Any]] = {
        "id": ["" if _ROW_NAME.fullmatch(each.row_id) else each.row_id for each in held],
        "ligne": [int(found[1]) if (found := _ROW_NAME.fullmatch(each.row_id)) else each.row for each in held],
        "description": [each.text for each in held],
        VERIFIED: [each.after for each in held],
        "annotateur": [each.annotator for each in held],
        "date": [each.at for each in held],
        "probabilite_inclusion": [each.inclusion for each in held],
        "aveugle": [each.blind for each in held],
        "domaine_propose": [each.suggestion for each in held],
        "modele": [each.model for each in held],
    }
    types = dict.fromkeys(columns, pl.String) | {
        "ligne": pl.Int64,
        "probabilite_inclusion": pl.Float64,
        "aveugle": pl.Boolean,
    }
    return pl.DataFrame(columns, schema=types)


def _items(held: Sequence[Decision], rows: Sequence[Item]) -> list[Item]:
    """Join decisions to rows; those on rows that are not given come last."""
    answers: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for each in held:
        answers[each.row_id, each.text].append(each)
    items = []
    for item in rows:
        found = answers.pop((item.id or f"ligne {item.row}", item.text), [])
        items.append(Item(item.id, item.row, item.text, item.suggestion, item.score, item.model, _given(found)))
    for (identifier, text), found in answers.items():
        own = "" if _ROW_NAME.fullmatch(identifier) else identifier
        items.append(Item(own, found[0].row, text, found[0].suggestion, None, found[0].model, _given(found)))
    return items


def _given(found: Sequence[Decision]) -> tuple[Answer, ...]:
    return tuple(Answer(each.annotator, each.after, each.at) for each in found)


def _table_items(source: str, name: str, say: Say) -> tuple[list[Item], list[Fault]]:
    table = open_table(source)
    text = text_column(table, None, say)
    identifier = find_column(table.columns, None, schema.IDENTIFIER, "l'identifiant")
    label = VERIFIED if VERIFIED in table.columns else "domaine" if "domaine" in table.columns else None
    if label is None or (identifier is None and "ligne" not in table.columns):
        raise InputError(f"{shown(source)} doit avoir « {VERIFIED} », et « id » ou « ligne » pour dire où.")
    if not name and "annotateur" not in table.columns:
        raise UsageError(f"{shown(source)} n'a pas de colonne « annotateur » : dire qui a annoté avec --annotator NOM.")
    items: list[Item] = []
    faults: list[Fault] = []
    number = 0
    for chunk in table.chunks():
        faults += chunk.faults
        for cells in chunk.frame.iter_rows(named=True):
            number += 1
            own, row = str(cells.get(identifier or "", "")).strip(), str(cells.get("ligne", "")).strip()
            if not cells[label].strip():
                continue
            if not own and not row.isdigit():
                faults.append(Fault(source, number, "sans « id » ni « ligne » : on ne sait de quelle ligne il s'agit"))
                continue
            answer = Answer(str(cells.get("annotateur", "")), cells[label], str(cells.get("date", "")))
            items.append(Item(own, int(row) if row.isdigit() else 0, cells[text], answers=(answer,)))
    return items, faults


def _decision(item: Item, answer: Answer, name: str, source: str) -> Decision:
    annotator = name or annotator_name(answer.annotator)
    row_id = item.id or f"ligne {item.row}"
    # The key is made of what is said: reading the same file twice changes nothing.
    parts = (annotator, row_id, item.text, answer.label, answer.at)
    key = "import-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Decision(
        key,
        annotator,
        "choose",
        row_id,
        item.text,
        answer.label,
        source=Path(source).name,
        row=item.row,
        at=_moment(answer.at),
    )


def _moment(written: str) -> str:
    """Give a time as the journal writes it; now, when the file gives none that can be read."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = datetime.now(UTC)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _guessed(source: str) -> str:
    """Tell the tool a file comes from by its first entry."""
    if not source.endswith((".json", ".jsonl")):
        return "table"
    first: Any = next(iter(_entries(source)), {})
    if not isinstance(first, dict) or VERIFIED in first:
        return "table"
    if "fields" in first:
        return "argilla"
    return "label-studio" if source.endswith(".json") else "doccano" if {"label", "labels"} & first.keys() else "table"


def _entries(source: str) -> list[Any]:
    try:
        content = Path(source).read_text(encoding="utf-8-sig")
        if source.endswith(".jsonl"):
            return [json.loads(line) for line in content.splitlines() if line.strip()]
        found = json.loads(content)
    except OSError as error:
        raise InputError(f"{shown(source)} ne peut être lu ({error.strerror}) : vérifier le nom.") from error
    except ValueError as error:
        raise InputError(f"{shown(source)} n'est pas du JSON lisible ({error}) : l'exporter de nouveau.") from error
    if not isinstance(found, list):
        raise InputError(f"{shown(source)} : une liste d'entrées est attendue.")
    return found
