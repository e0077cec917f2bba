"""What holds for any table: both readers agree, blocks do not matter, what is written is read back."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pipeline.tables import open_table, write_frame
from pipeline.tables.cutting import cut_lines, cut_records
from pipeline.tables.delimited import Dialect, _count_rows, parse_block
from pipeline.tables.preamble import preamble_length
from pipeline.tables.quotes import QuoteCheck
from pipeline.tables.tolerant import fitted, read_records

QUICK = settings(max_examples=60, deadline=None)

#: Text as people type it, with what separates, quotes and ends lines well represented. Control characters are
#: apart: a file full of them is refused as binary, and NUL is removed.
CHARACTERS = st.one_of(
    st.sampled_from("\",;\t|\n\r '=+-@éœ…’\x85\u2028\ufeff_x0041_<&>"),
    st.characters(exclude_categories=["Cs", "Cc"]),
)
CELLS = st.text(CHARACTERS, max_size=8)
SIMPLE = st.text(st.sampled_from('ab ,;"\né'), max_size=6)


@st.composite
def tables(draw, cells=CELLS, least=1):
    width = draw(st.integers(least, 4))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=8))
    return [f"c{place}" for place in range(width)], rows


def read(content, name="a.csv", **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        table = open_table(str(path), **options)
        chunks = list(table.chunks())
    rows = [list(row) for chunk in chunks for row in chunk.frame.rows()]
    return table.columns, rows, [(fault.row, fault.reason) for chunk in chunks for fault in chunk.faults]


def written(names, rows, separator=",", ending="\n"):
    text = io.StringIO(newline="")
    # Python's writer leaves a lone CR bare when lines end otherwise: it is then part of the line's end.
    quoting = csv.QUOTE_ALL if any("\r" in cell for row in rows for cell in row) else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, lineterminator=ending, quoting=quoting).writerows([names, *rows])
    return text.getvalue()


def tolerantly(data, dialect):
    records = read_records(cut_lines([data]), dialect.encoding, dialect.separator)
    fits = [fitted(record, len(dialect.columns), dialect.separator) for record in records]
    return [fit.cells for fit in fits], [(row, reason) for row, fit in enumerate(fits, 1) for reason in fit.reasons]


@QUICK
@given(tables(), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "cp1252"]))
def test_clean_tables_are_the_same_to_both_readers_and_to_who_wrote_them(table, separator, ending, encoding):
    names, rows = table
    rows = [[cell.encode(encoding, "ignore").decode(encoding) for cell in row] for row in rows]
    data = written([], rows, separator, ending).removeprefix(ending).encode(encoding)
    dialect = Dialect("a.csv", encoding, separator, tuple(names))
    assert tolerantly(data, dialect) == (rows, [])
    chunk = parse_block(data, dialect)
    assert ([list(row) for row in chunk.frame.rows()], chunk.faults) == (rows, ())


@QUICK
@given(tables(SIMPLE, least=2))
def test_clean_tables_take_the_fast_path(table):
    names, rows = table
    data = written([], rows).removeprefix("\n").encode()
    assert _count_rows(data, Dialect("a.csv", "utf-8", ",", tuple(names))) == len(rows)


@QUICK
@given(tables(), st.integers(16, 10_000))
def test_a_clean_table_is_read_whatever_its_blocks(table, size):
    names, rows = table
    assert read(written(names, rows).encode(), block_bytes=size) == (tuple(names), rows, [])


@QUICK
@given(st.text(st.sampled_from('ab,"\n\r\0é'), max_size=60), st.integers(16, 100))
def test_a_table_in_disorder_is_the_same_whatever_its_blocks(text, size):
    content = ("x,y\n" + text).encode()
    assert read(content, block_bytes=size) == read(content)


@QUICK
@given(st.text(st.sampled_from('ab,"\n\ré'), max_size=60))
def test_both_readers_agree_on_any_block_whose_quotes_are_regular(text):
    data, dialect = text.encode(), Dialect("a.csv", "utf-8", ",", ("x", "y"))
    check = QuoteCheck(",")
    check.watch(data)
    if check.finish():
        chunk = parse_block(data, dialect)
        found = [list(row) for row in chunk.frame.rows()], [(fault.row, fault.reason) for fault in chunk.faults]
        assert found == tolerantly(data, dialect)


@QUICK
@given(st.text(st.sampled_from('ab,"\n'), max_size=40), st.integers(1, 7))
def test_cutting_loses_nothing_and_cuts_at_records(text, size):
    data = text.encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    runs = list(cut_records(pieces, quoted=True))
    assert b"".join(runs) == data
    assert all(run.endswith(b"\n") and run.count(b'"') % 2 == 0 for run in runs[:-1])


@QUICK
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=40), st.integers(1, 7))
def test_quotes_are_judged_alike_in_one_piece_or_many_and_as_by_a_grammar(text, size):
    data = text.encode()
    check = QuoteCheck(",")
    for start in range(0, len(data), size):
        check.watch(data[start : start + size])
    # What follows a CR after a closing quote is free: a block with a lone CR goes to the tolerant reader anyway.
    cell = r'(?:"(?:[^"]|"")*"(?:\r[^",\n]*)?|[^",\n]*)'
    assert check.finish() == (re.fullmatch(rf"{cell}(?:[,\n]{cell})*", text) is not None)


def normal(cell, suffix):
    """What a format cannot hold: XML has no control characters, and spreadsheets end lines with ``\\n`` alone."""
    if suffix in ("xlsx", "ods"):
        cell = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", cell)
        return cell.replace("\r\n", "\n").replace("\r", "\n")
    return cell


@pytest.mark.parametrize("suffix", ["csv", "tsv", "csv.gz", "jsonl", "parquet", "xlsx", "ods"])
@QUICK
@given(tables())
@example((["c0"], [["\ufeff"], [""], ["a"]]))
@example((["c0", "c1"], [["\ufeffa", '\ufeff,"']]))
def test_what_is_written_is_read_back(suffix, table):
    names, rows = table
    rows = [*rows, ["fin"] * len(names)]
    # A row of names we know is taken for the header, what comes before it for a preamble.
    assume(not preamble_length([names, *rows]))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.{suffix}"
        write_frame(path, frame)
        chunks = list(open_table(path).chunks())
    found = [list(row) for chunk in chunks for row in chunk.frame.rows()]
    assert found == [[normal(cell, suffix) for cell in row] for row in rows]
    assert [chunk.faults for chunk in chunks] == [()] * len(chunks)
