"""``domaines label``: one file into another, whole or not at all, its faults beside it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import remote, schema
from pipeline.batches import entry_of, manifest_path, record, stamp
from pipeline.labelling import Labeller, in_order, label_frame, output_schema
from pipeline.memory import keep_freed
from pipeline.registry import Model
from pipeline.tables import Block, Chunk, open_table, open_writer, shifted, write_bytes, write_frame
from pipeline.wordtable import WordTable
from pipeline.workflow.masking import Masking
from pipeline.workflow.reading import Advance, Say, shown, text_column


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
    masked: dict[str, int] | None = None


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
    masked: bool = False,
) -> LabelOutcome:
    """Label one file into another, whole or not at all; faults go to ``OUTPUT.faults.csv``.

    When ``masked``, labels are those of the texts as they are, and what names people is masked in all that is written.
    """
    began = time.perf_counter()
    keep_freed()
    table = open_table(source, sheet=sheet)
    say(f"{shown(source)} : {table.decision}")
    column = text_column(table, text, say)
    tally = _Tally()
    masking = Masking(table.columns.index(column)) if masked else None

    def work(block: Block) -> tuple[Chunk, pl.DataFrame, Any]:
        chunk = block.parse()
        labelled = label_frame(chunk.frame, column, labeller)
        kept = masking.frame(labelled.kept) if masking else labelled.kept
        encoded = writer.encode_beside(kept, labelled.added, labelled.places)
        return chunk, labelled.counts(), encoded

    with open_writer(output, output_schema(table.columns, labeller.labels), excel=excel) as writer:
        for chunk, labels, encoded in in_order(work, table.blocks(), jobs):
            writer.write(encoded)
            tally.add(chunk, labels)
            advance(tally.rows, table.rows)
    faults_file = write_faults(output, masking.faults(tally.faults) if masking else tally.faults)
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
        masking.counts if masking else None,
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
        self.to_review += int(labels.filter("a_relire")["rows"].sum())
        for name, count in labels.group_by("domaine").agg(pl.col("rows").sum()).iter_rows():
            if name is None:
                self.without_text += count
            else:
                self.counts[name] += count


def write_faults(output: str, faults: Sequence[schema.Fault]) -> str | None:
    """Write the faults beside the output, or remove the list of an earlier run when there is none."""
    if output == "-":
        return None
    path = f"{output}.faults.csv"
    if not faults:
        remote.remove(path) if remote.is_remote(path) else Path(path).unlink(missing_ok=True)
        return None
    rows = [(fault.file, fault.row, fault.reason) for fault in faults]
    write_frame(path, pl.DataFrame(rows, schema=["fichier", "ligne", "raison"], orient="row"))
    return path


def is_done(source: str, target: str, model: Model, masked: bool = False) -> bool:
    """Tell whether this output was finished from this same file by this same model."""
    entry = entry_of(target) if source != "-" else None
    return (
        entry is not None
        and entry.get("stamp") == stamp(source)
        and entry.get("model") == model.reference
        and bool(entry.get("masked")) == masked
    )


def note_done(outcome: LabelOutcome, model: Model, remember: bool) -> None:
    """Add a finished part to the manifest of its folder, so that ``--resume`` skips it."""
    if not remember or "-" in (outcome.source, outcome.output):
        return
    entry = {"source": outcome.source, "stamp": stamp(outcome.source), "model": model.reference, "rows": outcome.rows}
    if outcome.masked is not None:
        entry["masked"] = True
    content = json.dumps(record(outcome.output, entry), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_bytes(manifest_path(outcome.output), content.encode())
