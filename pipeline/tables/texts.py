"""The text of the values of a column, whatever their type."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Give the text of a column: ISO for dates and durations, JSON for what is nested, hexadecimal for bytes."""
    import polars as pl

    column = pl.col(name)
    if dtype == pl.Binary:
        return column.bin.encode("hex")
    if dtype == pl.Duration:
        return column.dt.to_string("iso")
    if dtype.is_nested():
        return pl.when(column.is_not_null()).then(_as_json(name, dtype)).alias(name)
    return column.cast(pl.String)


def simplified(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame with only text, booleans, integers and floats; the rest becomes text.

    >>> import datetime, polars as pl
    >>> simplified(pl.DataFrame({"n": [1], "jour": [datetime.date(2016, 2, 19)]})).row(0)
    (1, '2016-02-19')
    """
    import polars as pl

    plain = (pl.String, pl.Boolean)
    others = [
        as_text(name, dtype)
        for name, dtype in frame.schema.items()
        if not (dtype in plain or dtype.is_integer() or dtype.is_float())
    ]
    return frame.with_columns(others) if others else frame


def _as_json(name: str, dtype: pl.DataType) -> pl.Expr:
    import polars as pl

    if isinstance(dtype, pl.Struct):
        return pl.col(name).struct.json_encode()
    # Only structures know how to write themselves: the list is put in one, then taken out of its text {"_":…}.
    return pl.struct(pl.col(name).alias("_")).struct.json_encode().str.slice(5).str.strip_suffix("}")
