"""Reading the sheets of XLSX and ODS workbooks, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import InputError, UsageError, nearest
from pipeline.schema import Fault
from pipeline.tables.header import Header, led, name_columns
from pipeline.tables.inspection import check_sizes, inspect_ods, inspect_xlsx
from pipeline.tables.preamble import LONGEST, preamble_fault, preamble_length
from pipeline.tables.source import Source
from pipeline.tables.suspicions import SAMPLED, suspect
from pipeline.tables.table import Block, Chunk, Table

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

#: About how many bytes a row takes: what turns the size of a block into rows.
_ROW_BYTES = 160

_MIDNIGHT = " 00:00:00"


def open_workbook(source: Source, kind: str, sheet: str | None, block_bytes: int) -> Table:
    """Open a sheet, by default the first shown that is not empty; raise ``UsageError`` when ``sheet`` is not there."""
    import fastexcel

    check_sizes(source)
    # The library unfolds the whole of an ODS when it opens it, a sheet of XLSX only when it is asked for.
    faults = inspect_ods(source) if kind == "ods" else ()
    try:
        workbook = fastexcel.read_excel(source.file)
        name, cells, more = _choose(source, kind, workbook, sheet)
    except fastexcel.FastExcelError as error:
        raise InputError(f"{source.name} est un classeur abîmé : ouvrez-le et enregistrez-le de nouveau.") from error
    before = preamble_length(cells.head(LONGEST + 1).rows())
    named = name_columns(cells.row(before), source.path)
    said = (*faults, *more, *preamble_fault(source.path, cells.head(before).rows()))
    header = Header(named.columns, said + named.faults)
    body = _dated(cells.slice(before + 1).rename(dict(zip(cells.columns, header.columns, strict=True))))
    suspicions = suspect(source.path, header.columns, body.head(SAMPLED).rows())

    def start() -> Iterator[Block]:
        rows = max(1, block_bytes // _ROW_BYTES)
        yield from led(suspicions.watched(_slices(body, rows)), header)
        source.check_unchanged()

    decision = f"{kind.upper()}, feuille « {name} »"
    return Table(source.path, kind, None, None, header.columns, body.height, decision, start)


def _choose(
    source: Source, kind: str, workbook: fastexcel.ExcelReader, sheet: str | None
) -> tuple[str, pl.DataFrame, tuple[Fault, ...]]:
    if sheet is not None and sheet not in workbook.sheet_names:
        raise UsageError(_unknown(source, workbook.sheet_names, sheet))
    for name in [sheet] if sheet is not None else workbook.sheet_names:
        faults = inspect_xlsx(source, name) if kind == "xlsx" else ()
        found = workbook.load_sheet(name, header_row=None, dtypes="string")
        # A hidden sheet is somebody's draft: it is read when it is asked for by its name.
        if sheet is None and found.visible != "visible":
            continue
        cells = _trimmed(found.to_polars())
        if cells.height:
            return name, cells, faults
    what = f"La feuille « {sheet} » du fichier « {source.path} »" if sheet is not None else source.name
    raise InputError(f"{what} est vide : donnez une table avec une ligne de noms de colonnes.")


def _unknown(source: Source, names: list[str], sheet: str) -> str:
    close = nearest(sheet, names)
    hint = f"vouliez-vous dire « {close} » ? Les" if close else "les"
    there = ", ".join(f"« {name} »" for name in names)
    return f"La feuille « {sheet} » n'existe pas dans « {source.path} » : {hint} feuilles du classeur sont {there}."


def _trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a sheet without the empty rows and columns that end it nor the empty rows before its header."""
    import polars as pl

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


def _dated(body: pl.DataFrame) -> pl.DataFrame:
    """Give days as days: a workbook has only times, and a column of days comes with midnight in every cell."""
    import polars as pl

    days = [
        column.name
        for column in body.iter_columns()
        if body.height and (column.str.contains(r"^\d{4}-\d{2}-\d{2} 00:00:00$") | (column == "")).all()
    ]
    return body.with_columns(pl.col(days).str.strip_suffix(_MIDNIGHT)) if days else body


def _slices(body: pl.DataFrame, rows: int) -> Iterator[Block]:
    for number, offset in enumerate(range(0, body.height, rows)):
        yield Block(number, partial(Chunk, body.slice(offset, rows)))
