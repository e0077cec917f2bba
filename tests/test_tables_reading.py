"""Delimited text and JSON Lines, byte by byte: what was written, what is read, what is said of it."""

from __future__ import annotations

import gzip
import io
import os

import polars as pl
import pytest

from pipeline.errors import InputError
from pipeline.schema import Fault
from pipeline.tables import open_table


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file, read it back: the table, its rows, its faults as (row, reason)."""

    def reading(content, name="a.csv", **options):
        path = tmp_path / name
        path.write_bytes(content)
        table = open_table(str(path), **options)
        chunks = list(table.chunks())
        rows = [row for chunk in chunks for row in chunk.frame.rows()]
        assert all(chunk.frame.columns == list(table.columns) for chunk in chunks)
        assert all(dtype == pl.String for chunk in chunks for dtype in chunk.frame.dtypes)
        return table, rows, [(fault.row, fault.reason) for chunk in chunks for fault in chunk.faults]

    return reading


@pytest.mark.parametrize(
    ("content", "decision", "columns", "rows"),
    [
        (b"id,texte\n1,un\n", "UTF-8, ,", ("id", "texte"), [("1", "un")]),
        ("id;texte\r\n1;été\r\n".encode(), "UTF-8, ;", ("id", "texte"), [("1", "été")]),
        ("id;texte\r\n1;été\r\n".encode("cp1252"), "cp1252, ;", ("id", "texte"), [("1", "été")]),
        (b"\xef\xbb\xbfid\ttexte\n1\tun\n", "UTF-8 avec BOM, tabulation", ("id", "texte"), [("1", "un")]),
        (b'\xef\xbb\xbf"id","texte"\n1,un\n', "UTF-8 avec BOM, ,", ("id", "texte"), [("1", "un")]),
        (b"id|texte\n1|un\n", "UTF-8, |", ("id", "texte"), [("1", "un")]),
        (b"texte\nun\ndeux", "UTF-8, une seule colonne", ("texte",), [("un",), ("deux",)]),
        (
            b"texte\nun, deux; trois\nquatre\n",
            "UTF-8, une seule colonne",
            ("texte",),
            [("un, deux; trois",), ("quatre",)],
        ),
        (
            b"id;texte\n1;un, deux, trois\n2;a, b, c\n",
            "UTF-8, ;",
            ("id", "texte"),
            [("1", "un, deux, trois"), ("2", "a, b, c")],
        ),
        (b"sep=;\r\nid;texte\r\n1;un\r\n", "UTF-8, ;", ("id", "texte"), [("1", "un")]),
        (b"id;texte\r1;un\r2;deux\r", "UTF-8, ;", ("id", "texte"), [("1", "un"), ("2", "deux")]),
        (b"\n\r\nid,texte\n1,un\n", "UTF-8, ,", ("id", "texte"), [("1", "un")]),
        (b'id,texte\n1,"a\nb ""c"", d"\n', "UTF-8, ,", ("id", "texte"), [("1", 'a\nb "c", d')]),
        (b'id,texte\n1,"a\r\nb"\r\n', "UTF-8, ,", ("id", "texte"), [("1", "a\r\nb")]),
        (b'"i\nd",texte\n1,un\n', "UTF-8, ,", ("i\nd", "texte"), [("1", "un")]),
        (b"id,texte\n", "UTF-8, ,", ("id", "texte"), []),
        (b"id,texte", "UTF-8, ,", ("id", "texte"), []),
        (b"id,texte\n1,\n,\n", "UTF-8, ,", ("id", "texte"), [("1", ""), ("", "")]),
        (b"id,texte\n 1 , un\n", "UTF-8, ,", ("id", "texte"), [(" 1 ", " un")]),
        (
            b"code,n\n01004,1\n2A004,2\n97411,3\n",
            "UTF-8, ,",
            ("code", "n"),
            [("01004", "1"), ("2A004", "2"), ("97411", "3")],
        ),
        (b"code;part\n01004;0,50\n", "UTF-8, ;", ("code", "part"), [("01004", "0,50")]),
    ],
)
def test_what_is_decided_and_read_without_faults(read, content, decision, columns, rows):
    table, found, faults = read(content)
    assert (table.decision, table.columns, found, faults) == (decision, columns, rows, [])


def test_accents_late_in_the_file_decide_its_encoding(read):
    plain = b"id;texte\n" + b"1;sans accent\n" * 200_000
    table, rows, _ = read(plain + "2;Médiathèque".encode("cp1252"))
    assert (table.encoding, rows[-1]) == ("cp1252", ("2", "Médiathèque"))
    table, rows, _ = read(plain + "2;Médiathèque".encode())
    assert (table.encoding, rows[-1]) == ("utf-8", ("2", "Médiathèque"))


def test_a_character_cut_by_the_pieces_of_the_first_pass_is_still_utf8(read):
    table, rows, _ = read(b"t\n" + b"x" * ((1 << 20) - 3) + "é\n".encode())
    assert (table.encoding, rows[0][0][-1]) == ("utf-8", "é")


def test_the_points_of_suspension_of_cp1252_end_no_line(read):
    _, rows, faults = read(b"id;texte\n1;suite\x85 et fin \x93\xe9t\xe9\x94\n")
    assert (rows, faults) == ([("1", "suite… et fin “été”")], [])


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_only_newlines_end_a_line(read, mark):
    _, rows, faults = read(f"id,texte\n1,a{mark}b\n".encode())
    assert (rows, faults) == ([("1", f"a{mark}b")], [])


@pytest.mark.parametrize(
    ("content", "rows", "faults"),
    [
        (b"a,b,c\n1,2\n3,4,5\n", [("1", "2", ""), ("3", "4", "5")], [(1, "ligne à 2 cellules pour 3 colonnes")]),
        (b"a,b\n1\n3,4\n", [("1", ""), ("3", "4")], [(1, "ligne à 1 cellule pour 2 colonnes")]),
        (b"a,b\n1,2,,\n", [("1", "2")], []),
        (
            b"a,b\n0,0\n1,2,3\n",
            [("0", "0"), ("1", "2,3")],
            [(2, "ligne à 3 cellules pour 2 colonnes, les dernières réunies")],
        ),
        (b"a,b\n1,2\n\n\r\n3,4\n\n", [("1", "2"), ("3", "4")], []),
        (b"a,b\n1,2\n\n3\n", [("1", "2"), ("3", "")], [(2, "ligne à 1 cellule pour 2 colonnes")]),
        (b'a\n1\n\n""\n2\n', [("1",), ("",), ("2",)], []),
        (b"a,b\n1,x\0y\n", [("1", "xy")], [(1, "caractère nul retiré")]),
        (
            b"a;b\n1;caf\xe9 \x81\n2;\xe9\n",
            [("1", "café \ufffd"), ("2", "é")],
            [(1, "octet illisible en cp1252, remplacé par « \ufffd »")],
        ),
        (b"\xef\xbb\xbfa,b\n1,\xe9\n", [("1", "\ufffd")], [(1, "octet illisible en UTF-8, remplacé par « \ufffd »")]),
        (b"a,b\n1,x\ry\n2,z\n", [("1", "x\ry"), ("2", "z")], []),
        (b'a,b\n1,"x\ry"\n', [("1", "x\ry")], []),
        (
            b'a,b\n1,salle "Jean Moulin", 2\n3,4\n',
            [("1", 'salle "Jean Moulin", 2'), ("3", "4")],
            [(1, "ligne à 3 cellules pour 2 colonnes, les dernières réunies")],
        ),
        (b'a,b\n1,le "bus" du soir\n3,4\n', [("1", 'le "bus" du soir'), ("3", "4")], []),
        (b'a,b\n1,"bus" du soir\n3,4\n', [("1", "bus du soir"), ("3", "4")], [(1, "guillemet mal placé")]),
        (
            b'a,b\n1,"ouvert\n2,x\n3,y\n',
            [("1", '"ouvert'), ("2", "x"), ("3", "y")],
            [(1, "guillemet jamais refermé : ligne lue telle quelle")],
        ),
        (
            b'a,b\n1,"ouvert\n2,"x y"\n3,z\n',
            [("1", '"ouvert'), ("2", "x y"), ("3", "z")],
            [(1, "guillemet jamais refermé : ligne lue telle quelle")],
        ),
        (b'a,b\n1,"x" y "z\n2,w\n', [("1", 'x y "z'), ("2", "w")], [(1, "guillemet mal placé")]),
        (b'a,b\n1,un\n2,"', [("1", "un"), ("2", '"')], [(2, "guillemet jamais refermé : ligne lue telle quelle")]),
    ],
)
@pytest.mark.parametrize("block_bytes", [16, 1 << 20])
def test_faults_are_repaired_and_said_with_their_row(read, content, rows, faults, block_bytes):
    _, found, said = read(content, block_bytes=block_bytes)
    assert (found, said) == (rows, faults)


def test_a_quote_left_open_costs_one_line_of_a_long_file(read):
    lines = [b'0,"ouvert'] + [b"%d,x" % number for number in range(1, 5000)]
    _, rows, faults = read(b"a,b\n" + b"\n".join(lines) + b'\n5000,"fin"\n')
    assert (len(rows), rows[0], rows[1], rows[-1]) == (5001, ("0", '"ouvert'), ("1", "x"), ("5000", "fin"))
    assert faults == [(1, "guillemet jamais refermé : ligne lue telle quelle")]


def test_two_encodings_in_one_file_are_said(read):
    table, rows, faults = read("a;b\n1;été\n".encode() + "2;été\n".encode("cp1252"))
    assert (table.decision, rows[1]) == ("cp1252, ;", ("2", "été"))
    said = "fichier lu en cp1252, mais certains caractères y sont écrits en UTF-8 (« Ã© ») : vérifiez les accents"
    assert faults == [(0, said)]


def test_columns_without_a_name_or_of_the_same_name_are_named_and_said(read):
    table, _, faults = read(b"nom, texte ,,nom,nom_2,nom\n1,2,3,4,5,6\n")
    assert table.columns == ("nom", "texte", "colonne_3", "nom_3", "nom_2", "nom_4")
    assert faults == [
        (0, "colonne 3 sans nom : nommée « colonne_3 »"),
        (0, "deux colonnes nommées « nom » : la 4e devient « nom_3 »"),
        (0, "deux colonnes nommées « nom » : la 6e devient « nom_4 »"),
    ]


def test_a_header_alone_is_one_empty_block_with_the_faults_of_the_header(read):
    table, rows, faults = read(b"id,,texte\n")
    assert (table.rows, rows, [row for row, _ in faults]) == (0, [], [0])
    assert [chunk.frame.shape for chunk in table.chunks()] == [(0, 3)]


def test_ten_megabytes_in_one_cell(read):
    cell = "mot\n" * 2_500_000
    _, rows, faults = read(f'id,texte\n1,"{cell}"\n2,fin\n'.encode(), block_bytes=1 << 20)
    assert (rows[0][1] == cell, rows[1], faults) == (True, ("2", "fin"), [])


def test_compressed_text_is_read_whatever_its_name(read):
    packed = gzip.compress("id;texte\n1;été\n".encode("cp1252"))
    for name in ("a.csv.gz", "a.csv", "a"):
        table, rows, _ = read(packed, name)
        assert (table.decision, rows) == ("cp1252, ; (gzip)", [("1", "été")])


def test_blocks_are_numbered_and_count_their_faults_from_their_own_first_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 10 + b"3\n")
    blocks = list(open_table(str(path), block_bytes=16).blocks())
    assert [block.number for block in blocks] == [0, 1, 2]
    last = blocks[-1].parse()
    assert last.faults == (Fault(str(path), last.frame.height, "ligne à 1 cellule pour 2 colonnes"),)


def test_blocks_can_be_walked_twice(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    table = open_table(str(path))
    assert [chunk.frame.rows() for chunk in table.chunks()] == [chunk.frame.rows() for chunk in table.chunks()]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 100)
    chunks = open_table(str(path), block_bytes=64).chunks()
    next(chunks)
    with path.open("ab") as more:
        more.write(b"3,4\n")
    with pytest.raises(InputError) as refused:
        list(chunks)
    assert str(refused.value) == (
        f"Le fichier « {path} » a changé pendant sa lecture : attendez que son écriture soit finie, puis recommencez."
    )


class FakeInput:
    """What ``sys.stdin`` is when bytes are piped in."""

    def __init__(self, content):
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize(
    "content", [b"id;texte\n1;un\n", gzip.compress(b"id;texte\n1;un\n", mtime=0), b'{"id": 1, "texte": "un"}\n']
)
def test_standard_input_is_read_by_its_content_and_its_copy_removed(tmp_path, monkeypatch, content):
    monkeypatch.setattr("sys.stdin", FakeInput(content))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    table = open_table("-")
    assert (table.path, [row for chunk in table.chunks() for row in chunk.frame.rows()]) == ("-", [("1", "un")])
    assert len(os.listdir(tmp_path)) == 1
    del table
    assert os.listdir(tmp_path) == []


def test_a_named_pipe_is_read(tmp_path):
    import threading

    path = tmp_path / "tuyau"
    os.mkfifo(path)
    threading.Thread(target=lambda: path.write_bytes(b"a,b\n1,2\n")).start()
    assert [chunk.frame.rows() for chunk in open_table(str(path)).chunks()] == [[("1", "2")]]


def test_json_lines_keep_numbers_as_written(read):
    content = (
        b'{"code": "01004", "n": 1.50, "grand": 12345678901234567890, "oui": true}\n\n'
        b'{"n": null, "x": {"a": [1.0, "\\u00e9"]}}\n'
    )
    table, rows, faults = read(content, "a.jsonl")
    assert (table.decision, table.columns) == ("JSONL, UTF-8", ("code", "n", "grand", "oui", "x"))
    assert rows == [("01004", "1.50", "12345678901234567890", "true", ""), ("", "", "", "", '{"a": [1.0, "é"]}')]
    assert faults == []


def test_json_lines_say_what_is_no_object_and_what_comes_too_late(read):
    lines = [b'{"a": "x"}'] * 1000 + [b'{"a": "y", "tard": 1}', b"[1]", b"{", b'{"a": "\\ud800"}']
    _, rows, faults = read(b"\n".join(lines), "a.ndjson", block_bytes=100)
    assert rows[1000:] == [("y",), ("",), ("",), ("\ufffd",)]
    assert faults == [
        (1001, "clé « tard » inconnue des 1000 premières lignes : ignorée"),
        (1002, "ligne qui n'est pas un objet JSON"),
        (1003, "ligne qui n'est pas un objet JSON"),
    ]


def test_json_that_is_not_by_lines_is_refused(read):
    with pytest.raises(InputError, match=r"n'est pas du JSON Lines : écrivez un objet JSON par ligne\.$"):
        read(b'[{"a": 1}]', "a.jsonl")
