"""Writing: the exact bytes, nothing for a spreadsheet to run, and whole files or none."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile

import polars as pl
import pytest

from pipeline.errors import OutputError, UsageError
from pipeline.tables import open_table, open_writer, sheet_writers, write_bytes, write_frame

SUFFIXES = ["csv", "tsv", "csv.gz", "xlsx", "ods", "jsonl", "parquet"]
FRAME = pl.DataFrame(
    {
        "code": ["01004", "2A004", None],
        "texte": ["l'été, à la plage", 'dit "oui"', ""],
        "probabilite": [0.5, None, -1.25],
        "a_relire": [True, False, None],
        "n": [1, 2, 3],
    }
)


def refusal(action, *arguments, **options):
    with pytest.raises((OutputError, UsageError)) as refused:
        action(*arguments, **options)
    return str(refused.value)


def test_csv_is_set_down_for_machines(tmp_path):
    write_frame(str(tmp_path / "a.csv"), FRAME)
    assert (tmp_path / "a.csv").read_bytes().decode() == (
        "code,texte,probabilite,a_relire,n\n"
        '01004,"l\'été, à la plage",0.500000,true,1\n'
        '2A004,"dit ""oui""",,false,2\n'
        ",,-1.250000,,3\n"
    )


def test_csv_is_set_down_for_a_french_spreadsheet(tmp_path):
    write_frame(str(tmp_path / "a.csv"), FRAME, excel=True)
    assert (tmp_path / "a.csv").read_bytes().decode() == (
        "\ufeffcode;texte;probabilite;a_relire;n\n"
        "01004;l'été, à la plage;0,500000;true;1\n"
        '2A004;"dit ""oui""";;false;2\n'
        ";;-1,250000;;3\n"
    )


def test_tsv_and_gzip(tmp_path):
    frame = FRAME.select("code", "probabilite")
    write_frame(str(tmp_path / "a.tsv"), frame)
    assert (tmp_path / "a.tsv").read_bytes() == b"code\tprobabilite\n01004\t0.500000\n2A004\t\n\t-1.250000\n"
    write_frame(str(tmp_path / "a.csv.gz"), frame)
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).startswith(b"code,probabilite\n01004,0.500000\n")


def test_json_lines_keep_types(tmp_path):
    write_frame(str(tmp_path / "a.jsonl"), FRAME.select("code", "probabilite", "a_relire"))
    assert (tmp_path / "a.jsonl").read_bytes() == (
        b'{"code":"01004","probabilite":0.5,"a_relire":true}\n'
        b'{"code":"2A004","probabilite":null,"a_relire":false}\n'
        b'{"code":null,"probabilite":-1.25,"a_relire":null}\n'
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "ods"])
def test_dates_decimals_and_lists_are_written_as_text(tmp_path, suffix):
    values = [datetime.date(2016, 2, 19), decimal.Decimal("1.50"), ["a", "b"], None]
    write_frame(str(tmp_path / f"a.{suffix}"), pl.DataFrame({f"c{place}": [v, v] for place, v in enumerate(values)}))
    rows = [row for chunk in open_table(str(tmp_path / f"a.{suffix}")).chunks() for row in chunk.frame.rows()]
    assert rows == [("2016-02-19", "1.50", '["a","b"]', "")] * 2


def test_parquet_keeps_types(tmp_path):
    write_frame(str(tmp_path / "a.parquet"), FRAME)
    assert pl.read_parquet(tmp_path / "a.parquet").equals(FRAME)


def test_a_single_empty_cell_is_not_a_blank_line(tmp_path):
    write_frame(str(tmp_path / "a.csv"), pl.DataFrame({"texte": ["", None, "x"]}))
    assert (tmp_path / "a.csv").read_bytes() == b'texte\n""\n""\nx\n'


@pytest.mark.parametrize("first", list("=+-@\t\r"))
def test_cells_and_names_that_a_spreadsheet_would_run_are_neutralised(tmp_path, first):
    frame = pl.DataFrame({f"{first}nom": [f"{first}1+1", f"a{first}"], "n": [-1.0, 2.0]})
    write_frame(str(tmp_path / "a.csv"), frame, excel=True)
    table = open_table(str(tmp_path / "a.csv"))
    assert table.columns[0] == f"'{first}nom"
    rows = [row for chunk in table.chunks() for row in chunk.frame.rows()]
    assert rows == [(f"'{first}1+1", "-1,000000"), (f"a{first}", "2,000000")]


def test_workbooks_hold_text_as_text_never_a_formula_nor_a_link(tmp_path):
    cells = ["=1+1", "http://exemple.fr", "01004", "{=A1}", "+33", "1e5"]
    for suffix, part in (("xlsx", "xl/worksheets/sheet1.xml"), ("ods", "content.xml")):
        path = tmp_path / f"a.{suffix}"
        write_frame(str(path), pl.DataFrame({"t": cells}))
        with zipfile.ZipFile(path) as archive:
            content = archive.read(part).decode()
        assert not any(mark in content for mark in ("<f>", "hyperlink", "table:formula", "text:a "))
        assert [row[0] for chunk in open_table(str(path)).chunks() for row in chunk.frame.rows()] == cells


def test_the_first_member_of_an_ods_is_its_type_uncompressed(tmp_path):
    write_frame(str(tmp_path / "a.ods"), FRAME)
    content = (tmp_path / "a.ods").read_bytes()
    assert content[30:84] == b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_come_in_order_from_any_thread(tmp_path, suffix):
    path = str(tmp_path / f"a.{suffix}")
    frames = [pl.DataFrame({"n": [str(number)] * 3, "t": ["x"] * 3}) for number in range(5)]
    encoded = {}
    with open_writer(path, frames[0].schema) as writer:

        def encode(number):
            encoded[number] = writer.encode(frames[number])

        threads = [threading.Thread(target=encode, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in range(5):
            writer.write(encoded[number])
    rows = [row for chunk in open_table(path).chunks() for row in chunk.frame.rows()]
    assert rows == pl.concat(frames).rows()


@pytest.mark.parametrize("suffix", ["csv", "tsv", "csv.gz", "xlsx", "ods", "parquet"])
def test_a_table_without_rows_keeps_its_columns(tmp_path, suffix):
    path = str(tmp_path / f"a.{suffix}")
    write_frame(path, FRAME.clear())
    assert (open_table(path).columns, open_table(path).rows) == (tuple(FRAME.columns), 0)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_what_is_interrupted_leaves_the_file_as_it_was(tmp_path, suffix, interruption):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"avant")

    def interrupted():
        with open_writer(str(path), FRAME.schema) as writer:
            writer.write(writer.encode(FRAME))
            raise interruption

    with pytest.raises(interruption):
        interrupted()
    assert (os.listdir(tmp_path), path.read_bytes()) == ([path.name], b"avant")


@pytest.mark.skipif(os.name == "nt", reason="signals are not sent so on Windows")
def test_ctrl_c_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"avant")
    program = (
        "import polars as pl, signal, sys, time\n"
        "from pipeline.tables import open_writer\n"
        # A suite started in the background ignores Ctrl-C, and so would its children.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "frame = pl.DataFrame({'a': ['x'] * 1000})\n"
        "with open_writer(sys.argv[1], frame.schema) as writer:\n"
        "    writer.write(writer.encode(frame))\n"
        "    print('écrit', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout.readline()
        assert len(os.listdir(tmp_path)) == 2
        process.send_signal(signal.SIGINT)
        assert process.wait(10) != 0
    assert (os.listdir(tmp_path), path.read_bytes()) == ([path.name], b"avant")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 300 kB."""
    folder = tmp_path / "disque"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk takes root and mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_file_as_it_was(small_disk, suffix):
    path = small_disk / f"a.{suffix}"
    path.write_bytes(b"avant")
    frame = pl.DataFrame({"t": [os.urandom(100).hex() for _ in range(10_000)]})
    said = refusal(write_frame, str(path), frame)
    assert said == f"« {path} » n'a pas été écrit, le disque est plein : faites de la place ou écrivez ailleurs."
    assert (os.listdir(small_disk), path.read_bytes()) == ([path.name], b"avant")


def test_bytes_are_written_whole_and_permissions_kept(tmp_path):
    path = tmp_path / "a.json"
    write_bytes(str(path), b"{}")
    mask = os.umask(0)
    os.umask(mask)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"{}", 0o666 & ~mask)
    path.chmod(0o640)
    write_bytes(str(path), b"[]")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"[]", 0o640)


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "vrai.json").write_bytes(b"avant")
    (tmp_path / "lien.json").symlink_to("vrai.json")
    write_bytes(str(tmp_path / "lien.json"), b"{}")
    assert (tmp_path / "lien.json").is_symlink()
    assert (tmp_path / "vrai.json").read_bytes() == b"{}"


class FakeOutput:
    """What ``sys.stdout`` is; its reader leaves after ``patience`` writes."""

    def __init__(self, patience=10):
        self.buffer = self
        self.patience = patience
        self.written = io.BytesIO()

    def write(self, content):
        self.patience -= 1
        if self.patience < 0:
            raise BrokenPipeError
        return self.written.write(content)

    def flush(self):
        pass

    def fileno(self):
        return os.open(os.devnull, os.O_WRONLY)


def test_standard_output_is_csv(monkeypatch):
    output = FakeOutput()
    monkeypatch.setattr("sys.stdout", output)
    write_frame("-", FRAME.select("code", "n"))
    write_bytes("-", b"{}")
    assert output.written.getvalue() == b"code,n\n01004,1\n2A004,2\n,3\n{}"


def test_a_reader_that_leaves_is_said(monkeypatch):
    monkeypatch.setattr("sys.stdout", FakeOutput(patience=1))
    said = "La sortie standard a été fermée par le programme qui la lit : écrivez dans un fichier."
    assert refusal(write_frame, "-", FRAME) == said


def test_what_cannot_be_written_is_said(tmp_path):
    unknown = tmp_path / "a.xyz"
    assert refusal(write_frame, str(unknown), FRAME) == (
        f"« {unknown} » : suffixe inconnu, donnez l'un de ceux-ci : .csv, .tsv, .csv.gz, .xlsx, .ods, .jsonl, .parquet."
    )
    missing = tmp_path / "ici" / "a.csv"
    said = f"Le dossier « {missing.parent} » n'existe pas : créez-le, ou écrivez ailleurs."
    assert refusal(write_frame, str(missing), FRAME) == said
    folder = tmp_path / "dossier.csv"
    folder.mkdir()
    said = f"« {folder} » est un dossier : donnez le nom d'un fichier à écrire."
    assert refusal(write_frame, str(folder), FRAME) == said
    said = f"--excel ne vaut que pour un CSV : retirez-le pour écrire « {tmp_path / 'a.parquet'} »."
    assert refusal(write_frame, str(tmp_path / "a.parquet"), FRAME, excel=True) == said
    pipe = tmp_path / "tuyau.csv"
    os.mkfifo(pipe)
    said = f"« {pipe} » n'est pas un fichier ordinaire : écrivez vers « - » ou ailleurs."
    assert refusal(write_frame, str(pipe), FRAME) == said


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_we_may_not_write_in_is_said(tmp_path):
    tmp_path.chmod(0o500)
    path = tmp_path / "a.csv"
    said = f"« {path} » ne peut pas être écrit, faute de droits : écrivez ailleurs."
    assert refusal(write_frame, str(path), FRAME) == said


def test_a_column_that_was_announced_must_come(tmp_path):
    path = tmp_path / "a.csv"
    with open_writer(str(path), FRAME.schema) as writer:
        said = refusal(writer.encode, FRAME.drop("n"))
    assert said == f"« {path} » : la colonne « n » annoncée manque aux lignes, signalez ce défaut du programme."


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_what_a_spreadsheet_cannot_hold_is_refused(tmp_path, monkeypatch, suffix):
    path = tmp_path / f"a.{suffix}"
    assert refusal(write_frame, str(path), pl.DataFrame({"t": ["x" * 32_768]})) == (
        f"« {path} » : une cellule de la colonne « t » a 32768 caractères, "
        "un tableur en tient 32 767 ; écrivez en CSV ou en Parquet."
    )
    monkeypatch.setattr(sheet_writers, "SHEET_ROWS", 10)
    assert refusal(write_frame, str(path), pl.DataFrame({"t": ["x"] * 10})) == (
        f"« {path} » : une feuille tient 1 048 576 lignes, il y en a plus ; écrivez en CSV ou en Parquet."
    )
    wide = pl.DataFrame({f"c{place}": ["x"] for place in range(16_385)})
    said = f"« {path} » : 16385 colonnes, une feuille en tient 16 384 ; écrivez en CSV."
    assert refusal(write_frame, str(path), wide) == said
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_table_is_the_same_bytes_at_any_time_of_day(tmp_path, monkeypatch, suffix):
    write_frame(str(tmp_path / f"a.{suffix}"), FRAME)
    now, local = time.time() + 3 * 24 * 3600, time.localtime
    monkeypatch.setattr(time, "time", lambda: now)
    monkeypatch.setattr(time, "localtime", lambda seconds=None: local(now if seconds is None else seconds))
    write_frame(str(tmp_path / f"b.{suffix}"), FRAME)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    if suffix == "xlsx":
        with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
            assert b"2016-01-01T00:00:00Z</dcterms:created>" in archive.read("docProps/core.xml")
