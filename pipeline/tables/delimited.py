"""Reading delimited text: blocks cut at records, each parsed by Polars, or by the tolerant reader when it must be."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.schema import Fault
from pipeline.tables.cutting import cut_lines, cut_records
from pipeline.tables.header import Header, led, name_columns
from pipeline.tables.layout import Layout, survey, text_pieces
from pipeline.tables.preamble import LONGEST, preamble_fault, preamble_length
from pipeline.tables.separators import SEPARATORS, choose_separator, declared_separator
from pipeline.tables.source import Source
from pipeline.tables.suspicions import SAMPLED, Suspicions, form_faults, suspect
from pipeline.tables.table import Block, Chunk, Table, text_frame
from pipeline.tables.tolerant import NO_SEPARATOR, SWALLOWED, Record, fitted, read_records, swallows

if TYPE_CHECKING:
    import polars as pl

_BOM = b"\xef\xbb\xbf"
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")


@dataclass(frozen=True)
class Dialect:
    """All that parsing a block needs: the file's name for its faults, the encoding, separator and columns."""

    file: str
    encoding: str
    separator: str
    columns: tuple[str, ...]


def open_delimited(source: Source, sample: bytes, block_bytes: int, whole: bool) -> Table:
    """Open delimited text; ``sample`` is its beginning, ``whole`` when it is all of it."""
    text = sample.removeprefix(_BOM)
    declared, declaration = declared_separator(text) or (None, 0)
    # Only the line ends of the sample matter here: a lone CR would be part of a cell.
    lines = text[declaration:] if b"\n" in text else text[declaration:].replace(b"\r", b"\n")
    separator = declared or choose_separator(lines, whole)
    layout = survey(source, sample, separator or NO_SEPARATOR, declaration)
    _refuse_endless(source, layout, sample)
    header, length, before, suspicions = _read_header(source, layout, separator or NO_SEPARATOR)
    dialect = Dialect(source.path, layout.encoding, separator or NO_SEPARATOR, header.columns)

    def start() -> Iterator[Block]:
        if layout.regular and layout.valid:
            blocks = _cut_blocks(source, layout, dialect, length, block_bytes)
        else:
            blocks = _record_blocks(source, layout, dialect, before, block_bytes)
        yield from led(suspicions.watched(blocks), header)
        source.check_unchanged()

    shown = f"{layout.shown}, {SEPARATORS[separator] if separator else 'une seule colonne'}"
    decision = f"{shown} (gzip)" if source.compressed else shown
    rows = max(0, layout.lines - 1)
    return Table(source.path, "csv", layout.encoding, separator, header.columns, rows, decision, start)


def parse_block(data: bytes, dialect: Dialect) -> Chunk:
    """Parse whole records with Polars, or with the tolerant reader when anything in them is not as it should be.

    >>> chunk = parse_block(b"1,un\\n2\\n", Dialect("a.csv", "utf-8", ",", ("id", "texte")))
    >>> chunk.frame.rows(), chunk.faults[0].reason
    ([('1', 'un'), ('2', '')], 'ligne à 1 cellule pour 2 colonnes')
    """
    frame = _parse_quickly(data if data.endswith(b"\n") else data + b"\n", dialect)
    if frame is not None:
        return Chunk(frame, _swallowed_faults(frame, data, dialect))
    records = read_records(io.BytesIO(data), dialect.encoding, dialect.separator)
    return _chunk(*_gather(records, dialect), dialect)


def _read_header(source: Source, layout: Layout, separator: str) -> tuple[Header, int, int, Suspicions]:
    """Read the header, and tell how many bytes and records come before the rows, and what to watch for in them."""
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for line in cut_lines(text_pieces(source, layout.skipped, layout.mac, 1 << 16)):
            taken += len(line)
            yield line

    first: list[Record] = []
    ends: list[int] = []
    for record in islice(read_records(lines(), layout.encoding, separator), SAMPLED + LONGEST):
        first.append(record)
        ends.append(taken)
    if not first:
        raise InputError(f"{source.name} est vide : donnez une table avec une ligne de noms de colonnes.")
    cells = [record.cells for record in first]
    before = preamble_length(cells)
    header = name_columns(cells[before], source.path)
    rows = cells[before + 1 :]
    said = layout.faults(source.path) + preamble_fault(source.path, cells[:before])
    said += tuple(Fault(source.path, 0, reason) for reason in first[before].reasons)
    said += header.faults + form_faults(source.path, cells[before], rows)
    return Header(header.columns, said), ends[before], before + 1, suspect(source.path, header.columns, rows)


def _refuse_endless(source: Source, layout: Layout, sample: bytes) -> None:
    """Refuse a text whose lines end by none of the marks we know: all of it would be the header."""
    if b"\n" in sample or b"\r" in sample or layout.encoding != "utf-8":
        return
    for mark, shown in (("\x1e", "U+001E"), ("\x85", "U+0085"), ("\u2028", "U+2028")):
        if mark.encode() in sample:
            raise InputError(f"{source.name} finit ses lignes par {shown} : enregistrez-le avec des fins de ligne LF.")


def _cut_blocks(source: Source, layout: Layout, dialect: Dialect, length: int, size: int) -> Iterator[Block]:
    """Cut blocks by counting quotes: what each holds is left to ``parse``."""
    pieces = text_pieces(source, layout.skipped + length, layout.mac, size)
    for number, data in enumerate(cut_records(pieces, quoted=True)):
        yield Block(number, partial(parse_block, data, dialect))


def _record_blocks(source: Source, layout: Layout, dialect: Dialect, before: int, size: int) -> Iterator[Block]:
    """Read records one after the other: with irregular quotes, only reading tells where they end."""
    lines = cut_lines(text_pieces(source, layout.skipped, layout.mac, size))
    records = read_records(lines, dialect.encoding, dialect.separator)
    next(islice(records, before, before), None)
    for number in count():
        cells, faults = _gather(islice(records, layout.rows_in(size)), dialect)
        if not cells:
            return
        yield Block(number, partial(_chunk, cells, faults, dialect))


def _swallowed_faults(frame: pl.DataFrame, data: bytes, dialect: Dialect) -> tuple[Fault, ...]:
    """Say which rows hold whole rows in a cell; looked for only where some cell spans several lines."""
    import polars as pl

    if len(dialect.columns) < 3 or data.count(b"\n") <= frame.height + 1:
        return ()
    spanning = frame.select(pl.any_horizontal(pl.all().str.contains("\n", literal=True)).arg_true()).to_series()
    return tuple(
        Fault(dialect.file, row + 1, SWALLOWED)
        for row in spanning
        if swallows(frame.row(row), dialect.separator, len(dialect.columns))
    )


def _gather(records: Iterable[Record], dialect: Dialect) -> tuple[list[str], tuple[Fault, ...]]:
    """Put all cells in one list: a list for each row would set Python's collector to work, again and again."""
    width = len(dialect.columns)
    cells: list[str] = []
    faults: list[Fault] = []
    for row, record in enumerate(records, start=1):
        fit, reasons = fitted(record, width, dialect.separator)
        if width > 2 and swallows(fit, dialect.separator, width):
            reasons = [*reasons, SWALLOWED]
        cells += fit
        if reasons:
            faults += (Fault(dialect.file, row, reason) for reason in reasons)
    return cells, tuple(faults)


def _chunk(cells: list[str], faults: tuple[Fault, ...], dialect: Dialect) -> Chunk:
    width = len(dialect.columns)
    return Chunk(text_frame(dialect.columns, [cells[place::width] for place in range(width)]), faults)


def _parse_quickly(data: bytes, dialect: Dialect) -> pl.DataFrame | None:
    """Parse records that are all as they should be, or give ``None``."""
    import polars as pl

    rows = _count_rows(data, dialect)
    if rows is None:
        return None
    try:
        text = data if dialect.encoding == "utf-8" else data.decode(dialect.encoding).encode()
        frame = pl.read_csv(
            text,
            has_header=False,
            separator=dialect.separator,
            infer_schema=False,
            schema=dict.fromkeys(dialect.columns, pl.String),
            empty_string_is_null=False,
        )
    except (UnicodeDecodeError, pl.exceptions.PolarsError):
        return None
    return frame if frame.height == rows else None


def _count_rows(data: bytes, dialect: Dialect) -> int | None:
    """Count the rows of a block when each has as many cells as there are columns and no line is blank; else ``None``.

    Polars refuses a row that is too long but fills one that is too short: when the separators outside quotes are
    as many as the rows ask for, and Polars refuses none, every row has its own. It alone lets ``a,`` pass for ``a``,
    in a single column; there the separators must be none.
    """
    # The first byte of a mark is seldom there, and is found ten times as fast as all of it; so with lone CRs.
    if b"\0" in data or (_BOM[:1] in data and _BOM in data):
        return None
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return None
    if len(dialect.columns) == 1 and _BLANK_LINE.search(data):
        return None
    # Quotes open and close by turns: what stands outside is every second part.
    outside = b"".join(data.split(b'"')[::2]) if b'"' in data else data
    rows, separators = (_occurrences(mark, outside) for mark in ("\n", dialect.separator))
    return rows if separators == rows * (len(dialect.columns) - 1) else None


def _occurrences(mark: str, data: bytes) -> int:
    """Count a character of ASCII; ``bytes.count`` takes four times as long, and holds Python's lock."""
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == ord(mark)))
