"""Labelling a file, end to end through the command line; bad input gives one sentence and leaves what was there."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from pipeline.labelling import Labeller, in_order, label_frame

SURVEY = """id;code_commune;description
1;01004;wifi gratuit sur la place
2;2A004;tablettes pour l'école
3;97411;
4;75056;-
"""


@pytest.fixture(autouse=True)
def _small_model(monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))


@pytest.fixture
def survey(tmp_path):
    path = tmp_path / "enquete.csv"
    path.write_text(SURVEY, encoding="utf-8")
    return path


def label(run, source, output, *more):
    return run("label", source, "-o", output, "--model", "small", *more)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_users_columns_come_back_untouched_then_ours(run, survey, tmp_path):
    code, out, err = label(run, survey, tmp_path / "out.csv")
    assert (code, out) == (0, "")
    assert f"« {survey} » : UTF-8, ;" in err
    rows = read(tmp_path / "out.csv")
    assert list(rows[0]) == [
        "id", "code_commune", "description", "domaine", "probabilite", "p_acces_numerique", "p_communication_publique",
        "p_action_culturelle", "p_services_scolaires", "p_autre", "indice_confiance", "a_relire", "modele",
    ]  # fmt: skip
    assert [row["code_commune"] for row in rows] == ["01004", "2A004", "97411", "75056"]
    assert [row["domaine"] for row in rows] == ["acces_numerique", "services_scolaires", "", ""]
    assert rows[0]["modele"].startswith("small 1 ")
    total = sum(float(rows[0][name]) for name in rows[0] if name.startswith("p_"))
    assert total == pytest.approx(1.0, abs=1e-5)


def test_a_text_without_a_word_is_counted_and_never_guessed(run, survey, tmp_path):
    _, out, err = label(run, survey, tmp_path / "out.csv", "--json")
    result = json.loads(out)[0]
    assert (result["rows"], result["without_text"], sum(result["counts"].values())) == (4, 2, 2)
    assert "2 sans texte" in err
    empty = read(tmp_path / "out.csv")[2]
    assert {name for name, value in empty.items() if value} == {"id", "code_commune", "modele"}


def test_columns_of_our_names_are_kept_with_a_suffix(run, tmp_path):
    (tmp_path / "in.csv").write_text("texte,domaine,modele\nwifi,autre,x\n")
    label(run, tmp_path / "in.csv", tmp_path / "out.csv")
    row = read(tmp_path / "out.csv")[0]
    assert (row["domaine_entree"], row["modele_entree"], row["domaine"]) == ("autre", "x", "acces_numerique")


def test_the_result_does_not_depend_on_jobs_or_format(run, tmp_path):
    lines = [f"{n},wifi gratuit numéro {n} place {n % 7}" for n in range(3000)]
    (tmp_path / "in.csv").write_text("id,description\n" + "\n".join(lines) + "\n", encoding="utf-8")
    for jobs in (1, 2, 4):
        assert label(run, tmp_path / "in.csv", tmp_path / f"{jobs}.csv", "--jobs", jobs)[0] == 0
    contents = {(tmp_path / f"{jobs}.csv").read_bytes() for jobs in (1, 2, 4)}
    assert len(contents) == 1
    label(run, tmp_path / "in.csv", tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet")["domaine"].to_list() == [
        r["domaine"] for r in read(tmp_path / "1.csv")
    ]


def test_rows_with_faults_are_labelled_and_listed(run, tmp_path):
    (tmp_path / "in.csv").write_text("id,description,x\n1,wifi gratuit\n2,école,y,z\n3,wifi,y\n")
    code, _, err = label(run, tmp_path / "in.csv", tmp_path / "out.csv")
    assert code == 1
    assert [row["domaine"] for row in read(tmp_path / "out.csv")] == [
        "acces_numerique",
        "services_scolaires",
        "acces_numerique",
    ]
    assert [row["ligne"] for row in read(tmp_path / "out.csv.faults.csv")] == ["1", "2"]
    assert "2 anomalies listées" in err
    (tmp_path / "in.csv").write_text("id,description,x\n1,wifi gratuit,y\n")
    assert label(run, tmp_path / "in.csv", tmp_path / "out.csv")[0] == 0
    assert not (tmp_path / "out.csv.faults.csv").exists()


def test_several_files_go_to_a_folder_and_finished_ones_are_not_redone(run, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"description\nwifi {name}\n")
    arguments = ("label", tmp_path / "*.csv", "-o", tmp_path / "out", "--model", "small", "--resume")
    assert run(*arguments)[0] == 0
    before = (tmp_path / "out" / "a.csv").stat().st_mtime_ns
    (tmp_path / "b.csv").write_text("description\nwifi encore\n")
    code, _, err = run(*arguments)
    assert code == 0
    assert "a.csv » est déjà fait" in err
    assert (tmp_path / "out" / "a.csv").stat().st_mtime_ns == before
    assert read(tmp_path / "out" / "b.csv")[0]["description"] == "wifi encore"


BAD = {
    "empty": (b"", 3, "est vide"),
    "no_text_column": (b"id,x\n1,2\n", 2, "Aucune colonne de texte reconnue"),
    "binary": (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 50, 3, "est une image, pas une table"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_the_previous_output_stays(run, tmp_path, name):
    content, expected, words = BAD[name]
    (tmp_path / "in.csv").write_bytes(content)
    (tmp_path / "out.csv").write_text("avant")
    code, out, err = label(run, tmp_path / "in.csv", tmp_path / "out.csv")
    assert (code, out) == (expected, "")
    assert words in err
    assert "Traceback" not in err
    assert (tmp_path / "out.csv").read_text() == "avant"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_a_missing_column_lists_those_there_are_and_the_nearest(run, survey, tmp_path):
    code, _, err = label(run, survey, tmp_path / "out.csv", "--text", "descripton")
    assert code == 2
    assert "« descripton »" in err
    assert "vouliez-vous dire « description » ?" in err
    assert "« code_commune »" in err


def test_the_text_column_taken_among_two_is_said(run, tmp_path):
    (tmp_path / "in.csv").write_text("texte,description\nécole,wifi\n")
    _, _, err = label(run, tmp_path / "in.csv", tmp_path / "out.csv")
    assert "Colonne de texte retenue : « description » ; autre candidate : « texte »" in err


def test_a_header_only_gives_a_header_only(run, tmp_path):
    (tmp_path / "in.csv").write_text("id,description\n")
    code, out, _ = label(run, tmp_path / "in.csv", tmp_path / "out.csv", "--json")
    assert code == 0
    assert json.loads(out)[0]["rows"] == 0
    assert read(tmp_path / "out.csv") == []
    assert (tmp_path / "out.csv").read_text().startswith("id,description,domaine,")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{in}", "-o", "{in}"], 2, "est le fichier d'entrée"),
        (["{absent}", "-o", "{out}"], 3, "n'existe pas"),
        (["{folder}", "-o", "{out}"], 3, "est un dossier"),
        (["{in}", "-o", "{out}", "--model", "absent"], 4, "Le modèle « absent » n'existe pas"),
        (["{in}", "-o", "{folder}/x/y.csv"], 3, "dossier"),
        (["{in}", "-o", "{out}.docx"], 2, ".docx"),
        (["{in}"], 2, "output"),
        (["{in}", "-o", "{out}", "--jobs", "-1"], 2, "--jobs -1"),
        (["{folder}/*.zzz", "-o", "{out}"], 3, "Aucun fichier ne correspond"),
    ],
)
def test_wrong_use_is_said_with_its_exit_code(run, survey, tmp_path, arguments, code, words):
    (tmp_path / "d").mkdir()
    places = {"in": survey, "out": tmp_path / "out.csv", "folder": tmp_path / "d", "absent": tmp_path / "enquet.csv"}
    model = [] if "--model" in arguments else ["--model", "small"]
    found, out, err = run("label", *[argument.format(**places) for argument in arguments], *model)
    assert (found, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


def test_a_text_of_ten_megabytes_and_a_column_of_numbers_are_labelled(run, tmp_path):
    (tmp_path / "in.csv").write_text("description\n" + "wifi gratuit " * 800_000 + "\n12345\n", encoding="utf-8")
    code, _, _ = label(run, tmp_path / "in.csv", tmp_path / "out.parquet")
    assert code == 0
    assert pl.read_parquet(tmp_path / "out.parquet")["domaine"][0] == "acces_numerique"


def test_interrupting_leaves_no_half_file_and_exits_130(small_model, tmp_path):
    lines = "".join(f"{n},wifi {n} gratuit {n * 7} place {n * 13}\n" for n in range(400_000))
    (tmp_path / "in.csv").write_text("id,description\n" + lines)
    (tmp_path / "out.csv").write_text("avant")
    environment = {**os.environ, "DOMAINES_MODELS": str(small_model.parent)}
    command = [sys.executable, "-m", "pipeline.cli", "label", "in.csv", "-o", "out.csv", "--model", "small"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    while not list(tmp_path.glob(".out.csv*")) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    assert "Interrompu" in error
    assert (tmp_path / "out.csv").read_text() == "avant"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_items_come_back_in_order_and_an_error_passes_through():
    assert list(in_order(lambda n: n * n, range(50), jobs=3)) == [n * n for n in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda n: 1 // n, [1, 0, 2], jobs=2))


def test_one_label_and_ties_worked_by_hand():
    import numpy as np

    labeller = Labeller(("a", "b"), lambda texts: np.array([[0.5, 0.5], [0.9, 0.1], [np.nan, np.nan]]), 0.8, "m 1 x")
    frame = label_frame(pl.DataFrame({"t": ["x", "y", ""]}), "t", labeller).frame()
    assert frame["domaine"].to_list() == ["a", "a", None]
    assert frame["indice_confiance"].to_list() == pytest.approx([0.0, 0.8, None])
    assert frame["a_relire"].to_list() == [True, False, None]


@pytest.mark.parametrize(
    ("file", "column", "rows", "decision"),
    [
        ("reserve-assemblee-2016.csv", "descriptif", 16_547, "cp1252, ;"),
        ("reserve-parlementaire-2011-parletdep.csv", "Nature du projet", 10_374, "UTF-8, ;"),
        ("1409-Senat-reserve-2013-autre.csv", "nature de la subvention", 887, "UTF-8, ,"),
        ("mednum.csv", "text", 702, "UTF-8, ,"),
        ("reserve_parlementaire.csv", "description", 72_130, "UTF-8, ,"),
    ],
)
def test_real_files_keep_every_row(run, real, tmp_path, file, column, rows, decision):
    code, _, err = label(run, real / file, tmp_path / "out.csv", "--text", column)
    assert code in (0, 1)
    assert f"{file} » : {decision}" in err
    labelled = pl.read_csv(tmp_path / "out.csv", infer_schema=False)
    assert labelled.height == rows
    assert labelled.select(pl.col(column).str.contains("Ã©|Ã¨|Ãª|â€™").sum()).item() == 0
    assert (code == 1) == (tmp_path / "out.csv.faults.csv").exists()


def test_the_footer_of_the_2016_file_is_the_one_fault(run, real, tmp_path):
    label(run, real / "reserve-assemblee-2016.csv", tmp_path / "out.csv", "--text", "descriptif")
    faults = read(tmp_path / "out.csv.faults.csv")
    assert [(row["ligne"], row["raison"]) for row in faults] == [("16547", "ligne à 1 cellule pour 8 colonnes")]
    assert read(tmp_path / "out.csv")[-1]["domaine"] == ""
