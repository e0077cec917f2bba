"""From the rows of an audited table to an audited sample: joins of whole columns, a sentence for each row set aside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipeline import schema
from pipeline.audit_sheets import sentences
from pipeline.audit_sheets.placing import Labelled, placed, with_inclusion, with_labels
from pipeline.audit_sheets.rows import draw_from, plain, row_checks
from pipeline.errors import InputError
from pipeline.results import AuditedSample, Draw
from pipeline.schema import Fault

_LABEL, _RANK, _STRATUM, _DRAW, _CHECK, _TEXT = (
    schema.VERIFIED.name,
    schema.RANK.name,
    schema.STRATUM.name,
    schema.DRAW.name,
    schema.CHECK.name,
    schema.TEXT.name,
)


def matched(sheet: pl.DataFrame, path: str, labelled: Labelled, domains: Sequence[str]) -> AuditedSample:
    """Give the usable rows of an audited table; those that are not are its faults, with the table's own row numbers.

    ``sheet`` (all text) has columns named as in :data:`pipeline.schema.AUDIT_COLUMNS`, and ``description`` when the
    texts are there. A row is found by its ``id`` when ids are unique in the file, else by its number ``ligne``.
    Raise ``InputError`` when no row is filled, or none is usable.
    """
    notes: list[str] = []
    rows = sheet.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_sheet"),
        pl.col(_LABEL).str.strip_chars(),
        **({_CHECK: pl.col(_CHECK).str.strip_chars()} if _CHECK in sheet.columns else {}),
    )
    filled = rows.filter(pl.col(_LABEL) != "")
    if not filled.height:
        raise InputError(sentences.nothing_filled(path, rows.height))
    draw = _draw_of(rows, notes)
    found = placed(filled, labelled)
    found = with_labels(found, domains)
    found = with_inclusion(found, labelled.rows, draw)
    faults, usable = _set_aside(found, path, labelled, domains, draw)
    usable, repeated = _once(usable, path, domains)
    faults = (*faults, *repeated)
    if not usable.height:
        raise InputError(sentences.nothing_usable(path, faults))
    _note_what_differs(rows, draw, notes)
    return _sample(usable, labelled, faults, notes, draw)


def _draw_of(rows: pl.DataFrame, notes: list[str]) -> Draw | None:
    if _DRAW not in rows.columns:
        return None
    said = rows.filter(pl.col(_DRAW) != "")[_DRAW]
    if not len(said):
        return None
    first = said.mode().sort()[0]
    if said.n_unique() > 1:
        notes.append(sentences.several_draws(said.n_unique(), first))
    return draw_from(first)


def _set_aside(
    rows: pl.DataFrame, path: str, labelled: Labelled, domains: Sequence[str], draw: Draw | None
) -> tuple[tuple[Fault, ...], pl.DataFrame]:
    """Part the rows that can be used from those that cannot; a row is set aside for its first reason."""
    checked = draw is not None and _CHECK in rows.columns
    text = _TEXT if _TEXT in rows.columns else None
    expected = row_checks(rows, text) if checked else rows["_sheet"].cast(pl.String)
    given = rows[_CHECK] if checked else expected
    bad = rows.with_columns(expected.alias("_expected"), given.alias("_given")).with_columns(
        pl.when(pl.col("_row").is_null())
        .then(pl.lit("absent"))
        .when(pl.col("_label").is_null())
        .then(pl.lit("label"))
        .when(pl.col("_p").is_null() | pl.col("_p").is_nan() | (pl.col("_p") <= 0) | (pl.col("_p") > 1))
        .then(pl.lit("inclusion"))
        .when(_differs(text))
        .then(pl.lit("text"))
        .when(pl.col("_given") == "")
        .then(pl.lit("added"))
        .when(pl.col("_given") != pl.col("_expected"))
        .then(pl.lit("changed"))
        .alias("_reason")
    )
    aside = bad.filter(pl.col("_reason").is_not_null())
    faults = tuple(
        Fault(path, row["_sheet"], sentences.set_aside(row, labelled.path, labelled.rows, domains))
        for row in aside.iter_rows(named=True)
    )
    return faults, bad.filter(pl.col("_reason").is_null())


def _differs(text: str | None) -> pl.Expr:
    if text is None:
        return pl.lit(False)
    here = plain(pl.col(text))
    return (here != "") & pl.col("_text").is_not_null() & (here != pl.col("_text"))


def _once(usable: pl.DataFrame, path: str, domains: Sequence[str]) -> tuple[pl.DataFrame, tuple[Fault, ...]]:
    """Keep each row once, in the order of the file; a row with two labels is set aside, both times."""
    counted = usable.with_columns(pl.col("_label").n_unique().over("_row").alias("_labels"))
    torn = counted.filter(pl.col("_labels") > 1).sort("_row", "_sheet")
    faults = []
    for _, group in torn.group_by("_row", maintain_order=True):
        places, labels = group["_sheet"].to_list(), [domains[label] for label in group["_label"].to_list()]
        faults.append(Fault(path, places[-1], sentences.two_labels(int(group["_row"][0]) + 1, places, labels)))
    kept = counted.filter(pl.col("_labels") == 1).unique("_row", keep="first", maintain_order=True)
    return kept, tuple(faults)


def _note_what_differs(rows: pl.DataFrame, draw: Draw | None, notes: list[str]) -> None:
    blank = rows.height - rows.filter(pl.col(_LABEL) != "").height
    if blank:
        notes.append(sentences.blank_rows(blank))
    if draw is not None and rows.height < draw.size:
        notes.append(sentences.missing_rows(draw.size - rows.height, draw.size))
    if _RANK in rows.columns and not rows[_RANK].str.strip_chars().cast(pl.Int64, strict=False).is_sorted():
        notes.append(sentences.REORDERED)


def _sample(
    usable: pl.DataFrame, labelled: Labelled, faults: tuple[Fault, ...], notes: list[str], draw: Draw | None
) -> AuditedSample:
    ordered = usable.sort("_row")
    names: tuple[str, ...] = ("",)
    strata = np.zeros(ordered.height, dtype=np.int64)
    if _STRATUM in ordered.columns:
        values = ordered[_STRATUM].str.strip_chars()
        names = tuple(values.unique().sort().to_list())
        strata = np.searchsorted(np.array(names), values.to_numpy()).astype(np.int64)
    return AuditedSample(
        ordered["_row"].to_numpy().astype(np.int64),
        ordered["_label"].to_numpy().astype(np.int64),
        ordered["_p"].to_numpy().astype(np.float64),
        strata,
        tuple(sorted(faults, key=lambda fault: fault.row)),
        tuple(notes),
        names,
        draw,
    )
