"""Workbooks and Parquet: every value as the text people see, and the sheet that is taken."""

from __future__ import annotations

import datetime
import zipfile

import polars as pl
import pytest
import xlsxwriter

from pipeline.errors import InputError, UsageError
from pipeline.tables import open_table
from pipeline.tables.parquet_counts import contradiction
from tests.messy.columnar_cases import lying_counts


def read(path, **options):
    table = open_table(str(path), **options)
    chunks = list(table.chunks())
    return table, [row for chunk in chunks for row in chunk.frame.rows()], chunks


@pytest.fixture
def workbook(tmp_path):
    """Write the cells of named sheets to an XLSX."""

    def writing(**sheets):
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            dates = book.add_format({"num_format": "yyyy-mm-dd"})
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for (line, place), cell in rows.items():
                    sheet.write(line, place, cell, *([dates] if isinstance(cell, datetime.date) else []))
        return path

    return writing


def cells(*rows, top=0):
    return {(top + line, place): cell for line, row in enumerate(rows) for place, cell in enumerate(row) if cell != ""}


def test_the_first_sheet_that_is_not_empty_is_read_as_text(workbook):
    rows = cells(("code", "n", "part", "oui"), ("01004", 3, 0.5, True), ("2A004", -1, 1e10, False))
    table, found, _ = read(workbook(Vide={}, Réponses=rows, Autre=cells(("x",))))
    assert (table.decision, table.kind, table.rows) == ("XLSX, feuille « Réponses »", "xlsx", 2)
    assert table.columns == ("code", "n", "part", "oui")
    assert found == [("01004", "3", "0.5", "true"), ("2A004", "-1", "10000000000", "false")]


def test_empty_rows_stay_between_rows_and_go_around_them(workbook):
    path = workbook(A=cells(("id", "texte"), (1, "un"), ("", ""), (2, "deux"), top=2) | {(8, 4): "", (9, 0): " "[:0]})
    table, found, _ = read(path)
    assert (table.columns, found) == (("id", "texte"), [("1", "un"), ("", ""), ("2", "deux")])


def test_columns_without_a_name_are_kept_when_they_hold_something(workbook):
    table, found, chunks = read(workbook(A=cells(("id", "", "texte", ""), (1, "x", "un", ""))))
    assert (table.columns, found) == (("id", "colonne_2", "texte"), [("1", "x", "un")])
    assert [fault.row for fault in chunks[0].faults] == [0]


def test_the_sheet_asked_for_is_read_and_the_others_are_listed_when_it_is_not_there(workbook):
    path = workbook(A=cells(("x",)), Bilan=cells(("y",), (1,)), Vide={})
    assert read(path, sheet="Bilan")[:2][1] == [("1",)]
    with pytest.raises(UsageError) as refused:
        open_table(str(path), sheet="Bilans")
    assert str(refused.value) == (
        f"La feuille « Bilans » n'existe pas dans « {path} » : vouliez-vous dire « Bilan » ? "
        "Les feuilles du classeur sont « A », « Bilan », « Vide »."
    )
    with pytest.raises(InputError) as refused:
        open_table(str(path), sheet="Vide")
    assert str(refused.value) == (
        f"La feuille « Vide » du fichier « {path} » est vide : donnez une table avec une ligne de noms de colonnes."
    )


def test_blocks_of_a_workbook_hold_few_rows_when_asked(workbook):
    path = workbook(A=cells(("n",), *((number,) for number in range(10))))
    _, found, chunks = read(path, block_bytes=160 * 4)
    assert ([chunk.frame.height for chunk in chunks], found[-1]) == ([4, 4, 2], ("9",))


def test_a_document_that_is_no_spreadsheet_is_refused(tmp_path):
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    with pytest.raises(InputError, match="est une archive sans feuille de calcul"):
        open_table(str(path))


def test_parquet_becomes_text_whatever_its_types(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {
            "code": pl.Series(["01004", None], dtype=pl.Categorical),
            " n ": [1, None],
            "part": [0.5, None],
            "oui": [True, None],
            "jour": [datetime.date(2016, 2, 19), None],
            "duree": [datetime.timedelta(minutes=90), None],
            "liste": [["a", "é"], None],
            "objet": [{"a": 1, "b": "x"}, None],
            "octets": [b"\x00\xff", None],
        }
    ).write_parquet(path)
    table, found, _ = read(path)
    assert (table.decision, table.rows, table.columns[1]) == ("Parquet", 2, "n")
    assert found == [
        ("01004", "1", "0.5", "true", "2016-02-19", "PT1H30M", '["a","é"]', '{"a":1,"b":"x"}', "00ff"),
        ("",) * 9,
    ]


def test_parquet_is_read_by_slices_of_the_same_rows(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"n": range(1000), "t": [f"texte {number}" for number in range(1000)]})
    frame.write_parquet(path, row_group_size=300)
    _, found, chunks = read(path, block_bytes=2000)
    assert len(chunks) > 5
    assert found == frame.cast(pl.String).rows()


def test_parquet_without_rows_is_one_empty_block(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1], "b": ["x"]}).clear().write_parquet(path)
    table, found, chunks = read(path)
    assert (table.columns, found, len(chunks)) == (("a", "b"), [], 1)


@pytest.mark.parametrize("name", lying_counts())
def test_parquet_whose_counts_lie_is_refused_before_polars_opens_it(tmp_path, name):
    path = tmp_path / "a.parquet"
    path.write_bytes(lying_counts()[name])
    said = int(name.rpartition("_")[2])
    announced, held = {
        "file": (said, 12),
        "columns": (12, said),
        "group": (12, said),
        # The footer agrees with itself: only the pages tell.
        "footer": (said, 12),
    }[name.partition("_")[0]]
    with pytest.raises(InputError) as refused:
        open_table(str(path))
    assert str(refused.value) == (
        f"Le fichier « {path} » est un Parquet qui se contredit : {announced} lignes annoncées, {held} présentes ; "
        "écrivez-le de nouveau."
    )


NESTED = {
    "n": range(5_000),
    "liste": [[number] * (number % 4) for number in range(5_000)],
    "objet": [{"a": number, "b": [{"c": "x"}] * (number % 3)} for number in range(5_000)],
    "creux": [None if number % 3 else "é" * (number % 50) for number in range(5_000)],
}


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"])
@pytest.mark.parametrize("statistics", [True, "full"])
def test_counts_of_a_true_parquet_agree(tmp_path, compression, statistics):
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame(NESTED)
    frame.write_parquet(
        path, compression=compression, statistics=statistics, row_group_size=1_700, data_page_size=3_000
    )
    with open(path, "rb") as stream:
        assert contradiction(stream) is None
