"""``shares`` and ``report`` with an audit, from the labelled file to what is published."""

import json
import re

import numpy as np
import polars as pl
import pytest

from pipeline.domains import LABELS
from pipeline.tables import write_frame
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "docs" / "shares.schema.json").read_text(encoding="utf-8"))
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def check(value, schema, place="$"):
    """Hold a value against the part of JSON Schema that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]] | {"description": ""}
    if "enum" in schema:
        assert value in schema["enum"], place
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        assert any(isinstance(value, TYPES[name]) for name in names), f"{place}: {value!r}"
        assert not isinstance(value, bool) or "boolean" in names, place
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), f"{place}: {value}"
    if isinstance(value, list):
        for number, item in enumerate(value):
            check(item, schema["items"], f"{place}[{number}]")
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= set(value), place
        for name, item in value.items():
            known = schema.get("properties", {}).get(name, schema.get("additionalProperties", False))
            assert known is not False, f"{place}.{name} is not documented"
            check(item, known, f"{place}.{name}")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Four hundred labelled services of forty communes, a sheet of ninety of them drawn and filled by the truth."""
    generator = np.random.default_rng(1)
    truth = generator.choice(5, 400, p=[0.3, 0.2, 0.15, 0.1, 0.25])
    probabilities = generator.dirichlet(np.full(5, 0.3), 400) + 1.5 * np.eye(5)[truth]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    frame = pl.DataFrame(
        {
            "id": [f"R{number}" for number in range(400)],
            "code_commune": [f"{number % 40:05}" for number in range(400)],
            "region": ["Nord" if number % 40 < 12 else "Sud" for number in range(400)],
            "description": [f"service {number}" for number in range(400)],
            "domaine": [LABELS[best] for best in probabilities.argmax(axis=1)],
            **{f"p_{label}": probabilities[:, number] for number, label in enumerate(LABELS)},
        }
    )
    write_frame(str(tmp_path / "labelled.csv"), frame)
    frame.with_columns(pl.Series("truth", [LABELS[label] for label in truth])).write_csv(tmp_path / "truth.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def filled(place, run):
    run("audit", "draw", "labelled.csv", "-n", 90, "--seed", 7, "-o", "sheet.csv", "-q")
    sheet = pl.read_csv("sheet.csv", infer_schema=False)
    truth = pl.read_csv("truth.csv", infer_schema=False).select("id", "truth")
    write_frame(
        "filled.csv",
        sheet.join(truth, on="id", maintain_order="left")
        .with_columns(domaine_verifie="truth")
        .drop("truth")
        .fill_null(""),
    )
    return "filled.csv"


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--annotated",),
        ("--annotated", "--by", "region"),
        ("--annotated", "--by", "region", "--against", "Nord"),
        ("--annotated", "--statement", "communes", "--simultaneous", "--level", "0.9"),
        ("--by", "region", "--minimum", "150"),
        ("--annotated", "--against", "labelled.csv", "--against-annotated", "filled.csv"),
    ],
)
def test_the_json_is_as_documented(run, filled, options):
    options = [part for option in options for part in ((option, filled) if option == "--annotated" else (option,))]
    code, out, _ = run("shares", "labelled.csv", "--json", "-q", *options)
    assert code == 0
    check(json.loads(out), SCHEMA)
    run("shares", "labelled.csv", "-o", "parts.json", "-q", *options)
    with open("parts.json", encoding="utf-8") as written:
        assert json.load(written) == json.loads(out)


def test_the_schema_refuses_what_it_should():
    for wrong in ({"n": -1}, {"n": True}, {"method": "x"}, {"more": 1}, {"level": "0.95"}):
        good = {"n": 1, "without_text": 0, "audited": 0, "method": "counted", "level": None, "statement": "file"}
        good |= {"simultaneous": False, "lambda": None, "weighted": False, "shares": [], "published": []}
        check(good, SCHEMA)
        with pytest.raises(AssertionError):
            check(good | wrong, SCHEMA)


def test_the_terminal_puts_each_share_beside_the_published_one(run, filled):
    code, out, _ = run("shares", "labelled.csv", "--annotated", filled)
    assert code == 0
    assert re.search(r"^Accès au numérique : [\d,]+ % \([\d,]+ – [\d,]+\) ; étude de 2016 : plus de 25 % → ", out, re.M)
    assert "2016 study: 18.5 % → " in run("shares", "labelled.csv", "--annotated", filled, "--lang", "en")[1]
    assert "→" not in run("shares", "labelled.csv")[1]


@pytest.mark.parametrize(("name", "magic"), [("parts.svg", b"<?xml"), ("parts.PNG", b"\x89PNG")])
def test_a_chart_is_written_by_its_suffix(run, filled, name, magic):
    code, _, err = run("shares", "labelled.csv", "--annotated", filled, "-o", name)
    assert code == 0
    with open(name, "rb") as written:
        assert written.read().startswith(magic)
    assert f"Parts écrites dans « {name} »." in err


def test_the_note_has_the_draw_both_statements_and_what_was_set_aside(run, filled):
    with open(filled, encoding="utf-8") as sheet:
        content = sheet.read().replace(",services_scolaires,", ",scolaire,", 1)
    with open(filled, "w", encoding="utf-8") as sheet:
        sheet.write(content)
    code, _, err = run("shares", "labelled.csv", "--annotated", filled, "--note", "note.md")
    assert code == 1
    assert "domaine inconnu « scolaire »" in err
    with open("note.md", encoding="utf-8") as written:
        note = written.read()
    assert "| Domaine | Part | Intervalle à 95 % | Communes en général | Étude 2016 | Comparaison |" in note
    assert "tient les 40 communes du fichier" in note
    assert "89 lignes ont été relues par une personne ; 1 ligne de la feuille écartée" in note
    assert "tirage sans remise de 90 lignes sur 400, toutes avec la même probabilité ; graine 7" in note


def test_the_note_of_communes_in_general_has_the_same_two_statements(run, filled):
    notes = []
    for statement in ("file", "communes"):
        run("shares", "labelled.csv", "--annotated", filled, "--note", "n.md", "--statement", statement, "-q")
        with open("n.md", encoding="utf-8") as written:
            notes.append(written.read())
    assert notes[0] == notes[1]


def test_a_note_without_an_audit_warns(run, place):
    assert run("shares", "labelled.csv", "--note", "n.html", "-q")[0] == 0
    with open("n.html", encoding="utf-8") as written:
        assert "ces parts ne devraient pas être publiées seules" in written.read()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--note", "n.docx"), "--note n.docx : suffixe inconnu, donnez .md ou .html."),
        (("-o", "p.svg", "--excel"), "--excel ne vaut que pour un CSV : retirez-le pour écrire « p.svg »."),
        (("-o", "p.pdf"), "« p.pdf » : suffixe inconnu"),
    ],
)
def test_what_cannot_be_written_is_refused(run, place, options, words):
    code, _, err = run("shares", "labelled.csv", *options)
    assert code == 2
    assert words in err


def test_the_report_takes_an_audit_and_shows_its_intervals(run, filled):
    assert run("report", "labelled.csv", "-o", "without.html", "-q")[0] == 0
    assert run("report", "labelled.csv", "--annotated", filled, "-o", "with.html", "-q")[0] == 0
    pages = {}
    for name in ("without", "with"):
        with open(f"{name}.html", encoding="utf-8") as written:
            pages[name] = written.read()
    assert "Intervalle à 95 %" in pages["with"]
    assert "Intervalle" not in pages["without"]
    assert "Comptage simple" in pages["without"]
    assert "Comptage simple" not in pages["with"]
    assert pages["with"].count('stroke="#000000"') == 6  # five domains and the legend
    assert "après 90 lignes vérifiées par des personnes sur 400 (PPI++" in pages["with"]
    assert "ne sont pas tirées au sort" in pages["with"]


def test_a_chart_alone_loads_matplotlib(run, filled, monkeypatch):
    """Without a chart, a machine that lacks matplotlib gets its shares."""
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run("shares", "labelled.csv", "--annotated", filled, "-o", "p.csv")[0] == 0
    code, _, said = run("shares", "labelled.csv", "--annotated", filled, "-o", "p.svg")
    assert (code, "Error" in said) == (70, True)
