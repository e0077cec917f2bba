"""The sheet of a draw: its rows in random order, without anything that tells what the model thinks of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.audit_sheets.rows import draw_sentence, row_checks, written_inclusion
from pipeline.results import Draw

#: Columns of the prediction, shown only when asked.
SHOWN = ("domaine", "probabilite")


def drawn_sheet(
    frame: pl.DataFrame,
    rows: NDArray[np.int64],
    inclusion: NDArray[np.float64],
    strata: Sequence[str],
    draw: Draw,
    *,
    show: bool = False,
) -> pl.DataFrame:
    """Lay out the rows drawn (n) as a sheet to fill in.

    ``frame`` (n) has their ``description``, their ``id`` if there is one and, for ``show``, their prediction;
    ``rows`` are positions from 0 in the labelled file, ``strata`` what the column ``strate`` says of each row.
    """
    columns = {
        schema.RANK.name: pl.Series(range(1, len(rows) + 1), dtype=pl.Int64),
        **{name: frame[name] for name in (schema.IDENTIFIER.name, schema.TEXT.name) if name in frame.columns},
        **{name: frame[name] for name in SHOWN if show and name in frame.columns},
        schema.VERIFIED.name: pl.repeat("", len(rows), dtype=pl.String, eager=True),
        schema.REMARK.name: pl.repeat("", len(rows), dtype=pl.String, eager=True),
        schema.ROW.name: pl.Series(rows + 1, dtype=pl.Int64),
        schema.INCLUSION.name: pl.Series([written_inclusion(p) for p in inclusion.tolist()], dtype=pl.String),
        schema.STRATUM.name: pl.Series(list(strata), dtype=pl.String),
        schema.DRAW.name: pl.repeat(draw_sentence(draw), len(rows), dtype=pl.String, eager=True),
    }
    sheet = pl.DataFrame(columns)
    as_text = sheet.with_columns(pl.col(schema.ROW.name).cast(pl.String))
    return sheet.with_columns(row_checks(as_text, schema.TEXT.name if schema.TEXT.name in sheet.columns else None))


def blind_names(names: Sequence[str], generator: np.random.Generator) -> list[str]:
    """Give each stratum a code in random order, so that the name of a stratum suggests no label.

    >>> sorted(blind_names(["autre", "ecole"], np.random.default_rng(1)))
    ['s1', 's2']
    """
    return [f"s{place + 1}" for place in generator.permutation(len(names)).tolist()]


def neutralised(sheet: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula; reading the sheet takes it off.

    >>> neutralised(pl.DataFrame({"description": ["=1+1", "wifi"]}))["description"].to_list()
    ["'=1+1", 'wifi']
    """
    return sheet.with_columns(pl.col(pl.String).str.replace(r"\A([=+\-@\t\r])", "'$1"))
