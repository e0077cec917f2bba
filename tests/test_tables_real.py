"""Real files, written by others; and files too large to be held."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.schema import TEXT
from pipeline.tables import find_column, open_table

REAL = Path(__file__).parents[2] / "shared" / "real"

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="../shared is not there")


def read(name, **options):
    table = open_table(str(REAL / name), **options)
    chunks = list(table.chunks())
    return table, sum(chunk.frame.height for chunk in chunks), [fault for chunk in chunks for fault in chunk.faults]


@pytest.mark.parametrize(
    ("name", "decision", "rows", "text"),
    [
        ("reserve-parlementaire-2011-parletdep.csv", "UTF-8, ;", 10_374, "Nature du projet"),
        ("1409-Senat-reserve-2013-autre.csv", "UTF-8, ,", 887, "nature de la subvention"),
        ("mednum.csv", "UTF-8, ,", 702, "text"),
        ("reserve_parlementaire.csv", "UTF-8, ,", 72_130, "description"),
        ("service_public_themes.csv", "UTF-8, ,", 2_909, "description"),
    ],
)
def test_files_as_published(name, decision, rows, text):
    table, height, faults = read(name)
    assert (table.decision, height, faults) == (decision, rows, [])
    assert find_column(table.columns, None, TEXT, "le texte") == text


def test_the_file_of_2016_is_cp1252_and_ends_with_a_note():
    with (REAL / "reserve-assemblee-2016.csv").open(encoding="cp1252", newline="") as stream:
        expected = list(csv.reader(stream, delimiter=";"))
    table, height, faults = read("reserve-assemblee-2016.csv")
    assert (table.decision, height) == ("cp1252, ;", len(expected) - 1)
    assert [(fault.row, fault.reason) for fault in faults] == [(height, "ligne à 1 cellule pour 8 colonnes")]
    assert expected[-1] == ["Extraction du 01/03/2017 à 14h00"]
    rows = [list(row) for chunk in table.chunks() for row in chunk.frame.rows()]
    assert rows[:-1] == expected[1:-1]


@pytest.mark.parametrize("name", ["reserve_parlementaire.csv", "mednum.csv", "service_public_themes.csv"])
def test_every_cell_is_that_of_pythons_reader(name):
    with (REAL / name).open(encoding="utf-8-sig", newline="") as stream:
        expected = list(csv.reader(stream))
    table = open_table(str(REAL / name), block_bytes=100_000)
    assert [list(row) for chunk in table.chunks() for row in chunk.frame.rows()] == expected[1:]


MEASURE = """
import resource, sys
from pipeline.tables import open_table, open_writer
import polars as pl
table = open_table(sys.argv[1], block_bytes=1 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open_writer(sys.argv[2], dict.fromkeys(table.columns, pl.String)) as writer:
    for chunk in table.chunks():
        writer.write(writer.encode(chunk.frame))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise")
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.long
def test_memory_does_not_grow_with_the_file(tmp_path, suffix):
    content = (REAL / "reserve_parlementaire.csv").read_bytes()
    start = content.index(b"\n") + 1
    path = tmp_path / "grand.csv"
    with path.open("wb") as stream:
        stream.write(content[:start])
        for _ in range(16):
            stream.write(content[start:])
    run = [sys.executable, "-c", MEASURE, str(path), str(tmp_path / f"a.{suffix}")]
    grown = int(subprocess.run(run, capture_output=True, check=True, text=True).stdout)
    assert grown < 100, f"{grown} MB for a file of {path.stat().st_size >> 20} MB"
    assert open_table(str(tmp_path / f"a.{suffix}")).rows in (16 * 72_130, 16 * 72_130 + 1)
