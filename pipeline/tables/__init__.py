"""Tables that others wrote, and ours: read in blocks with their faults, written whole or not at all."""

from pipeline.tables.drafts import write_bytes
from pipeline.tables.finding import find_column, matching_columns
from pipeline.tables.opening import open_table
from pipeline.tables.table import Block, Chunk, Table, shifted
from pipeline.tables.writer import TableWriter
from pipeline.tables.writing import open_writer, write_frame

__all__ = [
    "Block",
    "Chunk",
    "Table",
    "TableWriter",
    "find_column",
    "matching_columns",
    "open_table",
    "open_writer",
    "shifted",
    "write_bytes",
    "write_frame",
]
