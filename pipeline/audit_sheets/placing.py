"""Which row of the labelled file each row of a sheet is, with which label and which inclusion probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline import schema
from pipeline.audit_sheets.rows import plain
from pipeline.domains import BY_KEY
from pipeline.results import Draw

_ID, _ROW, _LABEL, _P = schema.IDENTIFIER.name, schema.ROW.name, schema.VERIFIED.name, schema.INCLUSION.name
_TEXT = schema.TEXT.name


@dataclass(frozen=True)
class Labelled:
    """What matching needs of the labelled file: its name, its number of rows, and its keys.

    ``keys`` has all its rows in order, as text, with a column ``id``, ``description``, both or neither.
    """

    path: str
    rows: int
    keys: pl.DataFrame


def placed(filled: pl.DataFrame, labelled: Labelled) -> pl.DataFrame:
    """Add ``_row``, the position from 0 in the labelled file, null when it has no such row; and ``_text``, its text."""
    height = labelled.rows
    number = (
        pl.col(_ROW).str.strip_chars().cast(pl.Float64, strict=False) if _ROW in filled.columns else pl.lit(None)
    ).cast(pl.Float64)
    inside = (number >= 1) & (number <= height) & (number == number.floor())
    filled = filled.with_columns(pl.when(inside).then(number - 1).cast(pl.Int64).alias("_row"))
    keys = labelled.keys
    if _ID in filled.columns and _ID in keys.columns:
        filled = _placed_by_id(filled, keys.select(_ID, pl.int_range(pl.len()).alias("_position")))
    if _TEXT not in keys.columns:
        return filled.with_columns(pl.lit(None, pl.String).alias("_text"))
    # Only the texts of the sheet's rows are made plain: those of a million rows take seconds.
    texts = filled.select(keys[_TEXT].gather(filled["_row"]).alias("_text"))
    return pl.concat([filled, texts.select(plain(pl.col("_text")))], how="horizontal")


def _placed_by_id(filled: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Prefer the id to the row number: a file sorted anew keeps its ids. Ids that repeat tell nothing."""
    filled = filled.with_columns(pl.col(_ID).str.strip_chars())
    by_id = (
        keys.lazy()
        .select(pl.col(_ID).str.strip_chars(), "_position")
        .join(filled.lazy().select(_ID).unique().filter(pl.col(_ID) != ""), on=_ID, how="semi")
        .group_by(_ID)
        .agg(pl.col("_position").first(), pl.len().alias("_same"))
        .collect()
    )
    joined = filled.join(by_id, on=_ID, how="left", maintain_order="left")
    # An id that is there twice is settled by the row number, if that row bears it.
    there = joined.select(keys[_ID].gather(joined["_row"]).str.strip_chars().alias("_id_there"))
    joined = pl.concat([joined, there], how="horizontal")
    alone = pl.col("_same") == 1
    confirmed = pl.col("_id_there") == pl.col(_ID)
    place = (
        pl.when(pl.col(_ID) == "")
        .then(pl.col("_row"))
        .when(alone)
        .then(pl.col("_position"))
        .when(confirmed)
        .then(pl.col("_row"))
    )
    return joined.with_columns(place.alias("_row")).drop("_position", "_id_there")


def with_labels(rows: pl.DataFrame, domains: Sequence[str]) -> pl.DataFrame:
    """Add ``_label``, the place of the label among the domains: their keys, or their names in French or English."""
    known = {name: place for place, key in enumerate(domains) for name in names_of(key)}
    folded = pl.col(_LABEL).str.to_lowercase().str.replace_all(r"[\s_\-’']+", " ")
    places = pl.DataFrame({"_name": list(known), "_label": list(known.values())}, schema_overrides={"_label": pl.Int64})
    return rows.with_columns(folded.alias("_name")).join(places, on="_name", how="left", maintain_order="left")


def names_of(key: str) -> set[str]:
    """Give the ways people write a label, in lower case, blanks and hyphens alike.

    >>> sorted(names_of("autre"))
    ['autre', 'other']
    """
    domain = BY_KEY.get(key)
    names = (key,) if domain is None else (key, domain.name, domain.name_en)
    return {name.lower().replace("_", " ").replace("-", " ") for name in names}


def with_inclusion(rows: pl.DataFrame, height: int, draw: Draw | None) -> pl.DataFrame:
    """Add ``_p``, the inclusion probability, null when it cannot be read.

    Without such a column all rows are alike, unless the sheet says that its draw was not uniform.
    """
    if _P not in rows.columns and draw is not None and draw.method != "uniforme":
        rows = rows.with_columns(pl.lit("").alias(_P))
    elif _P not in rows.columns or not (rows[_P].str.strip_chars() != "").any():
        share = min(1.0, rows["_row"].drop_nulls().n_unique() / max(height, 1))
        return rows.with_columns(pl.lit(share).alias("_p"))
    number = pl.col(_P).str.strip_chars().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return rows.with_columns(number.alias("_p"))
