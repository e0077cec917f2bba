"""What is refused when a table is opened, word for word, and how a column is found or not."""

from __future__ import annotations

import gzip
import io
import os
import zipfile

import pytest

from pipeline.errors import InputError, UsageError
from pipeline.schema import TEXT
from pipeline.tables import find_column, matching_columns, open_table


def refusal(path, **options):
    with pytest.raises((InputError, UsageError)) as refused:
        list(open_table(str(path), **options).chunks())
    return str(refused.value)


def archive(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in members.items():
            opened.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ODS = "application/vnd.oasis.opendocument.spreadsheet"
EMPTY = "est vide : donnez une table avec une ligne de noms de colonnes."
NO_TABLE = "pas une table : donnez un fichier CSV, TSV, XLSX, ODS, JSONL ou Parquet."
UTF_16 = "est en UTF-16 : enregistrez-le en « CSV UTF-8 » depuis le tableur, puis recommencez."
PASSWORD = "est protégé par un mot de passe : enregistrez-le sans mot de passe, puis recommencez."


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", EMPTY),
        ("a.csv", b"\xef\xbb\xbf", EMPTY),
        ("a.csv", b"\r\n\n", EMPTY),
        ("a.csv.gz", gzip.compress(b"", mtime=0), EMPTY),
        ("a.csv", "id;texte\n".encode("utf-16"), UTF_16),
        ("a.csv", "id;texte\n1;un\n".encode("utf-16-le"), UTF_16),
        ("a.csv", b"%PDF-1.7\n...", f"est un PDF, {NO_TABLE}"),
        ("a.xlsx", b"%PDF-1.7\n...", f"est un PDF, {NO_TABLE}"),
        ("a", b"\x89PNG\r\n\x1a\n...", f"est une image, {NO_TABLE}"),
        ("a.csv", b"\n<!DOCTYPE html><html>", f"est une page web ou du XML, {NO_TABLE}"),
        ("a", b"{\\rtf1 bonjour}", f"est un document RTF, {NO_TABLE}"),
        ("a.csv", bytes(range(256)) * 10, f"est un fichier binaire, {NO_TABLE}"),
        ("a.zip", archive(lisez_moi="texte"), f"est une archive sans feuille de calcul, {NO_TABLE}"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), f"est un document Word, {NO_TABLE}"),
        (
            "a.xls",
            OLE + "Workbook".encode("utf-16-le"),
            "est dans l'ancien format d'Excel (.xls) : enregistrez-le en .xlsx ou en CSV, puis recommencez.",
        ),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), PASSWORD),
        ("a.ods", archive(mimetype=ODS, **{"META-INF__manifest_dot_xml": "<encryption-data/>"}), PASSWORD),
        ("a.xlsx", b"PK\x03\x04 coupe", "est un classeur tronqué ou abîmé : téléchargez-le de nouveau."),
        (
            "a.xlsx",
            archive(xl__workbook_dot_xml="<x"),
            "est un classeur abîmé : ouvrez-le et enregistrez-le de nouveau.",
        ),
        (
            "a.xlsx",
            b"id;texte\n",
            "n'est pas un fichier XLSX malgré son nom : redonnez-lui son vrai suffixe ou enregistrez-le de nouveau.",
        ),
        (
            "a.parquet",
            b"PAR1 coupe PAR",
            "n'est pas un fichier PARQUET malgré son nom : redonnez-lui son vrai suffixe ou enregistrez-le de nouveau.",
        ),
        (
            "a.parquet",
            b"PAR1 faux PAR1",
            "est un Parquet tronqué ou abîmé : écrivez-le ou téléchargez-le de nouveau.",
        ),
        (
            "a.csv.gz",
            gzip.compress(b"id;texte\n" * 1000, mtime=0)[:-12],
            "est un gzip tronqué ou abîmé : téléchargez-le ou compressez-le de nouveau.",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path) == f"Le fichier « {path} » {sentence}"


def test_a_missing_file_gives_the_nearest_name_of_its_folder(tmp_path):
    (tmp_path / "services.csv").write_bytes(b"a\n")
    path, there = tmp_path / "service.csv", tmp_path / "services.csv"
    assert refusal(path) == f"Le fichier « {path} » n'existe pas : vouliez-vous dire « {there} » ?"
    path = tmp_path / "xyz"
    assert refusal(path) == f"Le fichier « {path} » n'existe pas : vérifiez le chemin."
    path, folder = tmp_path / "ici" / "a.csv", tmp_path / "ici"
    said = f"Le fichier « {path} » n'existe pas : le dossier « {folder} » non plus, vérifiez le chemin."
    assert refusal(path) == said


def test_a_folder_is_refused(tmp_path):
    said = f"« {tmp_path} » est un dossier : donnez un fichier (CSV, XLSX, ODS, JSONL ou Parquet)."
    assert refusal(tmp_path) == said


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_we_may_not_read_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n")
    path.chmod(0)
    assert refusal(path) == f"Le fichier « {path} » n'est pas lisible : demandez le droit de le lire."


def test_a_sheet_is_asked_of_workbooks_only(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n")
    said = f"Le fichier « {path} » n'a pas de feuilles : retirez le choix de la feuille « B »."
    assert refusal(path, sheet="B") == said


def test_a_column_is_found_by_its_name_then_by_its_aliases_in_order():
    assert find_column(("id", "Texte", "DESCRIPTION "), None, TEXT, "le texte") == "DESCRIPTION "
    assert find_column(("id", "Libellé", "Texte"), None, TEXT, "le texte") == "Texte"
    assert find_column(("id", "Nature du projet"), None, TEXT, "le texte") == "Nature du projet"
    assert find_column(("id", "commune"), None, TEXT, "le texte") is None
    assert matching_columns(("Libellé", "texte", "id", "Texte"), TEXT) == ("texte", "Texte", "Libellé")


def test_the_column_asked_for_wins_over_those_found():
    assert find_column(("texte", "autre"), "autre", TEXT, "le texte") == "autre"


def test_a_column_asked_for_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UsageError) as refused:
        find_column(("id", "description"), "descripton", TEXT, "le texte")
    assert str(refused.value) == (
        "La colonne « descripton » demandée pour le texte n'existe pas : vouliez-vous dire « description » ? "
        "Les colonnes du fichier sont « id », « description »."
    )
    with pytest.raises(UsageError) as refused:
        find_column(("id", "a"), "xyz", TEXT, "le texte")
    assert str(refused.value) == (
        "La colonne « xyz » demandée pour le texte n'existe pas : les colonnes du fichier sont « id », « a »."
    )
