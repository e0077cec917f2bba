"""Opening a writer by the suffix of its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError
from pipeline.tables.ods_writer import OdsWriter
from pipeline.tables.parquet_writer import ParquetWriter
from pipeline.tables.sheet_writers import XlsxWriter
from pipeline.tables.text_writers import DelimitedWriter, JsonLinesWriter, Style
from pipeline.tables.writer import TableWriter

if TYPE_CHECKING:
    import polars as pl

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".xlsx", ".ods", ".jsonl", ".parquet")

_FRAME_ROWS = 100_000
_OTHERS: dict[str, type[TableWriter[Any]]] = {
    ".xlsx": XlsxWriter,
    ".ods": OdsWriter,
    ".jsonl": JsonLinesWriter,
    ".parquet": ParquetWriter,
}


def open_writer(path: str, columns: Mapping[str, pl.DataType], *, excel: bool = False) -> TableWriter[Any]:
    """Open a writer for these columns (name to type, in order); ``-`` is CSV on standard output.

    ``excel`` sets CSV down for a French spreadsheet. Raise ``UsageError`` for a suffix that is not known,
    ``OutputError`` when the file cannot be written.
    """
    suffix = _suffix(path)
    if suffix in _OTHERS:
        if excel:
            raise UsageError(f"--excel ne vaut que pour un CSV : retirez-le pour écrire « {path} ».")
        return _OTHERS[suffix](path, columns)
    separator = "\t" if suffix == ".tsv" else ";" if excel else ","
    return DelimitedWriter(path, columns, Style(separator, excel, compressed=suffix.endswith(".gz")))


def write_frame(path: str, frame: pl.DataFrame, *, excel: bool = False) -> None:
    """Write a whole frame, or leave what was there.

    >>> import polars as pl, sys, io
    >>> write_frame("-", pl.DataFrame({"texte": ["été, hiver"], "part": [0.5]}))  # doctest: +SKIP
    texte,part
    "été, hiver",0.500000
    """
    with open_writer(path, frame.schema, excel=excel) as writer:
        for rows in frame.iter_slices(_FRAME_ROWS):
            writer.write(writer.encode(rows))


def _suffix(path: str) -> str:
    if path == "-":
        return ".csv"
    suffix = max((known for known in SUFFIXES if path.casefold().endswith(known)), key=len, default=None)
    if suffix is None:
        raise UsageError(f"« {path} » : suffixe inconnu, donnez l'un de ceux-ci : {', '.join(SUFFIXES)}.")
    return suffix
