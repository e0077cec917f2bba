"""``domaines audit``: reading back what people have labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipeline import schema
from pipeline.audit_sheets import Labelled, matched
from pipeline.errors import InputError
from pipeline.results import AuditedSample
from pipeline.tables import Table, find_column, open_table
from pipeline.workflow.reading import shown

_KEYS = (schema.IDENTIFIER, schema.TEXT)


def read_audited(
    path: str, labelled_path: str, domains: Sequence[str], keys: pl.DataFrame | None = None
) -> AuditedSample:
    """Read an audited table against the labelled file it was drawn from.

    ``keys`` are the rows of the labelled file in order with its columns ``id`` and ``description`` (those it has),
    for who has read them already; without it the file is read. Raise ``InputError`` when no row can be used.
    """
    table = open_table(path)
    sheet, odd = _renamed(table, (*schema.AUDIT_COLUMNS, schema.TEXT))
    if schema.VERIFIED.name not in sheet.columns:
        raise InputError(
            f"{shown(path)} n'a pas de colonne « {schema.VERIFIED.name} » : "
            f"en faire une feuille avec « domaines audit draw », ou la nommer ainsi."
        )
    if not {schema.ROW.name, schema.IDENTIFIER.name} & set(sheet.columns):
        raise InputError(
            f"{shown(path)} n'a ni colonne « {schema.IDENTIFIER.name} » ni colonne « {schema.ROW.name} » : "
            f"ajouter l'une des deux, pour retrouver chaque ligne dans {shown(labelled_path)}."
        )
    keys = keys_of(labelled_path) if keys is None else keys
    sample = matched(sheet, path, Labelled(labelled_path, keys.height, keys), domains)
    return replace(sample, notes=(*_odd_rows(path, odd), *sample.notes))


def keys_of(path: str) -> pl.DataFrame:
    """Read what identifies the rows of a labelled file: their ``id`` and ``description``, those it has, as text."""
    return _renamed(open_table(path), _KEYS)[0]


def _renamed(table: Table, wanted: Sequence[schema.Column]) -> tuple[pl.DataFrame, list[schema.Fault]]:
    """Read these columns of a table under their own names, and its faults; one without any keeps its number of rows."""
    found = {column.name: find_column(table.columns, None, column, "") for column in wanted}
    chosen = {theirs: name for name, theirs in found.items() if theirs is not None}
    columns = [pl.repeat("", pl.len()).alias("_"), *(pl.col(theirs).alias(name) for theirs, name in chosen.items())]
    frames: list[pl.DataFrame] = []
    faults: list[schema.Fault] = []
    for chunk in table.chunks():
        frames.append(chunk.frame.select(columns))
        faults += chunk.faults
    return pl.concat(frames, rechunk=False), faults


def _odd_rows(path: str, faults: Sequence[schema.Fault]) -> list[str]:
    if not faults:
        return []
    first = f"ligne {faults[0].row}, {faults[0].reason}" if faults[0].row else f"en-tête, {faults[0].reason}"
    return [f"{shown(path)} a {len(faults)} anomalie(s) de forme, lues au mieux (la première : {first})."]
