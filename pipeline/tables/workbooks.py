"""Reading the sheets of XLSX and ODS workbooks, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import InputError, UsageError, nearest
from pipeline.tables.header import led, name_columns
from pipeline.tables.source import Source
from pipeline.tables.table import Block, Chunk, Table

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

#: About how many bytes a row takes: what turns the size of a block into rows.
_ROW_BYTES = 160


def open_workbook(source: Source, kind: str, sheet: str | None, block_bytes: int) -> Table:
    """Open a sheet, by default the first that is not empty; raise ``UsageError`` when ``sheet`` is not there."""
    import fastexcel

    try:
        workbook = fastexcel.read_excel(source.file)
        name, cells = _choose(source, workbook, sheet)
    except fastexcel.FastExcelError as error:
        raise InputError(f"{source.name} est un classeur abîmé : ouvrez-le et enregistrez-le de nouveau.") from error
    header = name_columns(cells.row(0), source.path)
    body = cells.slice(1).rename(dict(zip(cells.columns, header.columns, strict=True)))

    def start() -> Iterator[Block]:
        rows = max(1, block_bytes // _ROW_BYTES)
        yield from led(_slices(body, rows), header)
        source.check_unchanged()

    decision = f"{kind.upper()}, feuille « {name} »"
    return Table(source.path, kind, None, None, header.columns, body.height, decision, start)


def _choose(source: Source, workbook: fastexcel.ExcelReader, sheet: str | None) -> tuple[str, pl.DataFrame]:
    if sheet is not None and sheet not in workbook.sheet_names:
        raise UsageError(_unknown(source, workbook.sheet_names, sheet))
    for name in [sheet] if sheet is not None else workbook.sheet_names:
        cells = _cells(workbook, name)
        if cells.height:
            return name, cells
    what = f"La feuille « {sheet} » du fichier « {source.path} »" if sheet is not None else source.name
    raise InputError(f"{what} est vide : donnez une table avec une ligne de noms de colonnes.")


def _unknown(source: Source, names: list[str], sheet: str) -> str:
    close = nearest(sheet, names)
    hint = f"vouliez-vous dire « {close} » ? Les" if close else "les"
    there = ", ".join(f"« {name} »" for name in names)
    return f"La feuille « {sheet} » n'existe pas dans « {source.path} » : {hint} feuilles du classeur sont {there}."


def _cells(workbook: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    """Load a sheet, without the empty rows and columns that end it nor the empty rows before its header."""
    import polars as pl

    frame = workbook.load_sheet(name, header_row=None, dtypes="string").to_polars()
    if not frame.width:
        return frame
    frame = frame.cast(pl.String).fill_null("")
    filled = frame.select(pl.any_horizontal(pl.all() != "")).to_series().arg_true()
    if not len(filled):
        return frame.clear()
    first, last = int(filled[0]), int(filled[-1])
    frame = frame.slice(first, last - first + 1)
    used = [place for place, column in enumerate(frame.iter_columns()) if (column != "").any()]
    return frame[:, : used[-1] + 1]


def _slices(body: pl.DataFrame, rows: int) -> Iterator[Block]:
    for number, offset in enumerate(range(0, body.height, rows)):
        yield Block(number, partial(Chunk, body.slice(offset, rows)))
