"""Reading Parquet by slices, every column turned to text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.tables.header import led, name_columns
from pipeline.tables.parquet_counts import UNREADABLE, contradiction
from pipeline.tables.source import Source
from pipeline.tables.table import Block, Chunk, Table
from pipeline.tables.texts import as_text

if TYPE_CHECKING:
    import polars as pl


def open_parquet(source: Source, block_bytes: int) -> Table:
    """Open a Parquet file; raise ``InputError`` when it is damaged."""
    import polars as pl

    _check_counts(source)
    try:
        schema = pl.read_parquet_schema(source.file)
        height = int(pl.scan_parquet(source.file).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _damaged(source) from error
    header = name_columns(tuple(schema), source.path)
    texts = [
        as_text(name, dtype).fill_null("").alias(column)
        for (name, dtype), column in zip(schema.items(), header.columns, strict=True)
    ]

    def start() -> Iterator[Block]:
        yield from led(_slices(source, texts, height, block_bytes), header)
        source.check_unchanged()

    return Table(source.path, "parquet", None, None, header.columns, height, "Parquet", start)


def _check_counts(source: Source) -> None:
    try:
        with open(source.file, "rb") as stream:
            found = contradiction(stream)
    except (*UNREADABLE, OSError) as error:
        raise _damaged(source) from error
    if found:
        raise InputError(
            f"{source.name} est un Parquet qui se contredit : {found[0]} lignes annoncées, {found[1]} présentes ; "
            "écrivez-le de nouveau."
        )


def _slices(source: Source, texts: list[pl.Expr], height: int, block_bytes: int) -> Iterator[Block]:
    rows = max(1, block_bytes // _row_bytes(source, texts, height))
    for number, offset in enumerate(range(0, height, rows)):
        yield Block(number, partial(_parse, source, texts, offset, rows))


def _parse(source: Source, texts: list[pl.Expr], offset: int, rows: int) -> Chunk:
    return Chunk(_slice(source, texts, offset, rows))


def _slice(source: Source, texts: list[pl.Expr], offset: int, rows: int) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.scan_parquet(source.file).slice(offset, rows).select(texts).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _damaged(source) from error


def _row_bytes(source: Source, texts: list[pl.Expr], height: int) -> int:
    """Weigh a row on the first thousand."""
    seen = min(height, 1_000)
    return max(1, int(_slice(source, texts, 0, seen).estimated_size()) // seen) if seen else 1


def _damaged(source: Source) -> InputError:
    return InputError(f"{source.name} est un Parquet tronqué ou abîmé : écrivez-le ou téléchargez-le de nouveau.")
