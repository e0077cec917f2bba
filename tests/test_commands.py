"""The other commands through the command line: shares, evaluate, explain, report, models."""

import json
import re

import joblib
import pytest

from pipeline.domains import LABELS

LABELLED = """description,domaine,a_relire,modele
wifi <b>place</b>,acces_numerique,false,m
école,services_scolaires,true,m
,,,m
"""


@pytest.fixture(autouse=True)
def _small_model(monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text(LABELLED, encoding="utf-8")
    return path


def test_shares_as_json_follow_the_documented_form(run, labelled):
    code, out, _ = run("shares", labelled, "--json")
    result = json.loads(out)
    assert code == 0
    assert (result["n"], result["audited"], result["method"], result["level"]) == (2, 0, "counted", None)
    assert [share["domaine"] for share in result["shares"]] == list(LABELS)
    assert result["shares"][0] == {"domaine": "acces_numerique", "count": 1, "share": 50.0, "low": None, "high": None}


def test_shares_on_the_terminal_stand_beside_the_published_ones(run, labelled):
    _, out, _ = run("shares", labelled)
    assert out == (
        "Domaine                 Services    Part  Étude 2016\n"
        "Accès au numérique             1  50,0 %  plus de 25 %\n"
        "Communication publique         0   0,0 %  18,5 %\n"
        "Action culturelle              0   0,0 %  15,5 %\n"
        "Services scolaires             1  50,0 %  12 %\n"
        "Autre                          0   0,0 %  le reste (environ 29 %)\n"
        "\n"
        "Comptage simple des domaines prédits, sans intervalle : les erreurs du modèle ne sont pas corrigées. "
        "Avant de publier un chiffre, faire vérifier un échantillon de lignes par une personne : "
        "« domaines audit plan » dit combien, « domaines audit draw » les tire.\n"
    )


@pytest.mark.parametrize("name", ["parts.csv", "parts.json", "parts.xlsx"])
def test_shares_are_written_by_suffix(run, labelled, tmp_path, name):
    code, _, err = run("shares", labelled, "-o", tmp_path / name)
    assert code == 0
    assert (tmp_path / name).stat().st_size > 50
    assert f"Parts écrites dans « {tmp_path / name} »." in err


def test_shares_for_excel_have_semicolons_and_decimal_commas(run, labelled, tmp_path):
    run("shares", labelled, "-o", tmp_path / "parts.csv", "--excel")
    content = (tmp_path / "parts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"acces_numerique;1;50,0" in content


def test_a_file_that_is_not_labelled_is_refused(run, tmp_path):
    (tmp_path / "x.csv").write_text("description\nwifi\n")
    code, _, err = run("shares", tmp_path / "x.csv")
    assert code == 3
    assert "n'a pas de colonne « domaine » : l'étiqueter d'abord avec « domaines label »." in err


def test_evaluate_gives_the_documented_json(run, tmp_path):
    (tmp_path / "t.csv").write_text("text,label\nwifi gratuit,acces_numerique\nécole,services_scolaires\n,autre\n")
    code, out, err = run("evaluate", tmp_path / "t.csv", "--model", "small", "--json")
    result = json.loads(out)
    assert code == 0
    assert "1 lignes sans texte ni mot laissées de côté." in err
    assert (result["n"], result["accuracy"], result["macro_f1"]) == (2, 1.0, 1.0)
    assert result["confusion"]["acces_numerique"]["acces_numerique"] == 1
    assert set(result) == {
        "n",
        "accuracy",
        "macro_f1",
        "macro_f1_low",
        "macro_f1_high",
        "ece",
        "by_domain",
        "confusion",
    }


def test_an_unknown_label_is_said_with_its_row_and_the_nearest(run, tmp_path):
    (tmp_path / "t.csv").write_text("text,label\nwifi,acces_numerique\nécole,service_scolaire\n")
    code, _, err = run("evaluate", tmp_path / "t.csv", "--model", "small")
    assert code == 3
    assert "ligne 2 : étiquette inconnue « service_scolaire » ; vouliez-vous dire « services_scolaires » ?" in err


def test_explain_gives_each_words_part(run):
    code, out, _ = run("explain", "wifi gratuit", "--model", "small")
    assert code == 0
    assert out.startswith("Accès au numérique (acces_numerique) : ")
    _, out, _ = run("explain", "wifi gratuit", "--model", "small", "--json")
    result = json.loads(out)
    assert [part["word"] for part in result["words"]] == ["wifi", "gratuit"]
    assert sum(result["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
    assert run("explain", "???", "--model", "small")[0] == 2


def test_the_report_is_one_page_that_needs_nothing_and_escapes_everything(run, labelled, tmp_path):
    hostile = tmp_path / "<script>alert(1)<script>.csv"
    hostile.write_text(LABELLED.replace("école", "<img/src=x/onerror=alert(1)>") + "x,<i>autre</i>,true,<u>m</u>\n")
    code, _, _ = run("report", hostile, "-o", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert code == 0
    assert "<script" not in page
    assert "<i>autre" not in page
    assert "<u>m" not in page
    assert not re.search(r"(src|href)=", page.replace("src=x", ""))
    assert "18,5 %" in page
    assert "33,3 %" in page


def test_the_report_in_english(run, labelled, tmp_path):
    run("report", labelled, "-o", tmp_path / "r.html", "--lang", "en")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "Digital access" in page
    assert "50.0 %" in page
    assert run("report", labelled, "-o", tmp_path / "r.html", "--lang", "xx")[0] == 2


def test_models_are_listed_shown_and_exported(run, tmp_path, small_classifier):
    code, out, _ = run("models", "list", "--json")
    assert code == 0
    assert [row["name"] for row in json.loads(out)] == ["small"]
    assert run("models", "show", "small")[1] == "# small\n\n"
    assert run("models", "export", "small", "--joblib", tmp_path / "m.joblib")[0] == 0
    exported = joblib.load(tmp_path / "m.joblib")
    assert exported.predict(["wifi gratuit"]).tolist() == small_classifier.predict(["wifi gratuit"]).tolist()


@pytest.mark.parametrize("command", ["label", "shares", "evaluate", "explain", "report", "train"])
def test_help_has_an_example(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"Exemple : domaines {command}" in " ".join(out.split())


def test_evaluate_counts_contrast_pairs_right_on_both_sides(run, small_model, tmp_path):
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(
        "pair,text_a,domaine_a,text_b,domaine_b\n"
        "1,wifi gratuit sur la place du marché,acces_numerique,tablettes numériques pour l'école,services_scolaires\n"
        "2,wifi gratuit sur la place du marché,acces_numerique,tablettes numériques pour l'école,autre\n",
        encoding="utf-8",
    )
    code, out, _ = run("evaluate", "--model", small_model, pairs, "--json")
    assert code == 0
    assert json.loads(out)["pairs"] == {"n": 2, "both_right": 1}
    assert json.loads(out)["n"] == 4
    _, out, _ = run("evaluate", "--model", small_model, pairs)
    assert "Paires justes des deux côtés : 1 / 2" in out
