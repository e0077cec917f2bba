"""Opening a table of any kind."""

from __future__ import annotations

from pipeline.errors import UsageError
from pipeline.tables.delimited import open_delimited
from pipeline.tables.json_lines import open_json_lines
from pipeline.tables.kinds import kind_of
from pipeline.tables.layout import SAMPLE_BYTES
from pipeline.tables.parquet import open_parquet
from pipeline.tables.source import open_source
from pipeline.tables.table import Table
from pipeline.tables.workbooks import open_workbook

BLOCK_BYTES = 4 << 20


def open_table(path: str, *, sheet: str | None = None, block_bytes: int = BLOCK_BYTES) -> Table:
    """Open a CSV, TSV, XLSX, ODS, JSON Lines or Parquet file, ``-`` for standard input.

    ``sheet`` names the sheet of a workbook; a block holds about ``block_bytes`` bytes. Raise ``InputError``
    when the file cannot be read or is no table, ``UsageError`` when the sheet is not there.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("id;texte\\n01;été\\n", encoding="cp1252")
    ...     table = open_table(str(path))
    ...     rows = [row for chunk in table.chunks() for row in chunk.frame.rows()]
    >>> table.decision, table.columns, rows
    ('cp1252, ;', ('id', 'texte'), [('01', 'été')])
    """
    source = open_source(path)
    sample = source.head(SAMPLE_BYTES)
    kind = kind_of(source, sample)
    if kind in ("xlsx", "ods"):
        return open_workbook(source, kind, sheet, block_bytes)
    if sheet is not None:
        raise UsageError(f"{source.name} n'a pas de feuilles : retirez le choix de la feuille « {sheet} ».")
    if kind == "parquet":
        return open_parquet(source, block_bytes)
    if kind == "jsonl":
        return open_json_lines(source, sample, block_bytes)
    return open_delimited(source, sample, block_bytes, whole=len(sample) < SAMPLE_BYTES)
