"""``domaines shares`` with an audit, groups, differences: through the command line, each refusal with its sentence."""

import json

import numpy as np
import pytest

from pipeline.corpus import fingerprint
from pipeline.domains import LABELS
from pipeline.registry import load_model, save_model
from pipeline.results import HeldOut
from tests.conftest import SMALL_CORPUS

ROWS = 200


@pytest.fixture(autouse=True)
def _small_model(monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))


def labelled_text(rows=ROWS, seed=1, weight=None, communes=20, by="region", labels=LABELS):
    """A labelled file as ``label`` writes it, and the true label of each row."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(labels), rows)
    chances = rng.dirichlet(np.ones(5), rows) + 2 * np.eye(5)[truth]
    chances /= chances.sum(axis=1, keepdims=True)
    head = ["id", "description", "code_commune", by, *([] if weight is None else ["poids"]), "domaine"]
    head += [f"p_{label}" for label in LABELS]
    lines = [",".join(head)]
    for row in range(rows):
        cells = [f"R{row}", f"service numéro {row}", f"{row % communes:05d}", "nord" if row % 3 else "sud"]
        cells += [] if weight is None else [str(weight(row))]
        cells += [LABELS[chances[row].argmax()], *(f"{value:.6f}" for value in chances[row])]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n", [LABELS[k] for k in truth]


@pytest.fixture
def files(tmp_path):
    """A labelled file, and how to write an audit of some of its rows."""
    content, truth = labelled_text()
    labelled = tmp_path / "labelled.csv"
    labelled.write_text(content, encoding="utf-8")

    def audited(rows, name="audit.csv", labels=None, extra=(), inclusion=None):
        labels = [truth[row] for row in rows] if labels is None else labels
        head = "id,domaine_verifie" + ("" if inclusion is None else ",probabilite_inclusion")
        lines = [f"R{row},{label}" for row, label in zip(rows, labels, strict=True)]
        if inclusion is not None:
            lines = [f"{line},{chance}" for line, chance in zip(lines, inclusion, strict=True)]
        path = tmp_path / name
        path.write_text("\n".join([head, *lines, *extra]) + "\n", encoding="utf-8")
        return path

    return labelled, audited


def spread(count, seed=2):
    return sorted(np.random.default_rng(seed).choice(ROWS, count, replace=False).tolist())


def test_an_audit_gives_intervals_in_the_documented_json(run, files):
    labelled, audited = files
    code, out, _ = run("shares", labelled, "--annotated", audited(spread(100)), "--json")
    result = json.loads(out)
    assert code == 0
    assert (result["n"], result["audited"], result["method"], result["level"]) == (200, 100, "ppi++", 0.95)
    assert sum(share["share"] for share in result["shares"]) == pytest.approx(100.0)
    assert all(0 <= share["low"] < share["share"] < share["high"] <= 100 for share in result["shares"])
    assert set(result["shares"][0]) == {"domaine", "count", "share", "low", "high"}


def test_the_terminal_says_what_the_intervals_rest_on(run, files):
    labelled, audited = files
    _, out, _ = run("shares", labelled, "--annotated", audited(spread(100)))
    assert "D'après 100 lignes vérifiées par des personnes sur 200 (PPI++, λ = " in out
    assert "intervalles à 95 %." in out
    assert "Affirmation sur les services de ce fichier, et d'aucun autre" in out
    _, out, _ = run("shares", labelled, "--annotated", audited(spread(100)), "--lang", "en", "--level", "0.9")
    assert "From 100 rows that people checked out of 200 (PPI++, λ = " in out
    assert "90 % intervals." in out


def test_communes_in_general_are_another_statement(run, files):
    labelled, audited = files
    sheet = audited(spread(100))
    _, file, _ = run("shares", labelled, "--annotated", sheet, "--json")
    _, general, _ = run("shares", labelled, "--annotated", sheet, "--json", "--statement", "communes")
    one, two = (json.loads(out)["shares"][0] for out in (file, general))
    assert two["share"] == pytest.approx(one["share"])
    assert two["high"] - two["low"] > one["high"] - one["low"]
    _, out, _ = run("shares", labelled, "--annotated", sheet, "--statement", "communes")
    assert "les 20 communes du fichier tiennent lieu d'échantillon. Si elles se sont choisies elles-mêmes" in out


def test_few_rows_and_labels_never_seen_are_said(run, files):
    labelled, audited = files
    code, out, _ = run("shares", labelled, "--annotated", audited(spread(6), labels=["autre"] * 6))
    assert code == 0
    assert "* Trop peu de lignes vérifiées pour Accès au numérique, " in out
    assert "Aucune ligne vérifiée n'est de : Accès au numérique, Communication publique, " in out
    _, out, _ = run("shares", labelled, "--annotated", audited(spread(6), labels=["autre"] * 6), "--json")
    widths = [share["high"] - share["low"] for share in json.loads(out)["shares"]]
    assert min(widths) > 20


def test_groups_small_ones_marked_and_smaller_ones_kept_silent(run, files):
    labelled, audited = files
    text = labelled.read_text().replace(",00000,sud", ",00000,est", 3)
    labelled.write_text(text)
    _, out, _ = run("shares", labelled, "--annotated", audited(spread(100)), "--by", "region", "--json")
    groups = {group["group"]: group for group in json.loads(out)["groups"]}
    assert groups["est"] == {"group": "est", "small": False, "suppressed": True, "result": None}
    assert not groups["nord"]["small"]
    assert groups["nord"]["result"]["audited"] + groups["sud"]["result"]["audited"] >= 97
    _, out, _ = run("shares", labelled, "--annotated", audited(spread(30)), "--by", "region", "--minimum", "1")
    assert "est (petit groupe)" in out


def test_the_difference_between_groups_and_between_files(run, files, tmp_path):
    labelled, audited = files
    sheet = audited(spread(100))
    _, out, _ = run("shares", labelled, "--annotated", sheet, "--by", "region", "--against", "sud", "--json")
    found = json.loads(out)["differences"]
    assert [(one["here"], one["there"]) for one in found] == [("nord", "sud")]
    content, truth = labelled_text(seed=5)
    other = tmp_path / "other.csv"
    other.write_text(content)
    second = audited(spread(80, seed=9), "second.csv", [truth[row] for row in spread(80, seed=9)])
    code, out, _ = run(
        "shares", labelled, "--annotated", sheet, "--against", other, "--against-annotated", second, "--json"
    )
    assert code == 0
    for found in json.loads(out)["differences"][0]["differences"]:
        assert -100 <= found["low"] <= found["difference"] <= found["high"] <= 100
    _, out, _ = run("shares", labelled, "--against", labelled)
    assert "Accès au numérique                +0,0  –" in out


def test_groups_are_written_in_a_table(run, files, tmp_path):
    labelled, audited = files
    run("shares", labelled, "--annotated", audited(spread(100)), "--by", "region", "-o", tmp_path / "parts.csv")
    lines = (tmp_path / "parts.csv").read_text().splitlines()
    assert lines[0] == "groupe,domaine,count,share,low,high"
    assert len(lines) == 1 + 5 * 3


def test_weights_are_used_and_can_be_left(run, tmp_path):
    content, _ = labelled_text(weight=lambda row: "2,5" if row % 2 else "1")
    content = content.replace(",2,5,", ',"2,5",')
    (tmp_path / "w.csv").write_text(content)
    weighted = json.loads(run("shares", tmp_path / "w.csv", "--json")[1])
    plain = json.loads(run("shares", tmp_path / "w.csv", "--json", "--no-weights")[1])
    assert (weighted["weighted"], plain["weighted"]) == (True, False)
    assert weighted["shares"][0]["count"] == plain["shares"][0]["count"]
    assert weighted["shares"][0]["share"] != plain["shares"][0]["share"]


@pytest.mark.parametrize("bad", ["0", "-2", "", "beaucoup", "nan"])
def test_weights_that_cannot_weigh_are_refused_with_their_rows(run, tmp_path, bad):
    content, _ = labelled_text(weight=lambda row: bad if row in (3, 7) else "1")
    (tmp_path / "w.csv").write_text(content)
    code, _, err = run("shares", tmp_path / "w.csv")
    assert code == 3
    assert (
        f"colonne « poids » : 2 poids manquants, illisibles, nuls ou négatifs (lignes 4, 8 ; le premier est « {bad} ») "
        ": les corriger, ou ne pas pondérer avec --no-weights."
    ) in err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("R999,autre", "R999"),
        ("R0,inconnu", "inconnu"),
    ],
)
def test_audited_rows_that_cannot_be_used_are_told_and_the_rest_used(run, files, line, said):
    labelled, audited = files
    rows = [row for row in spread(60) if row != 0]
    code, out, err = run("shares", labelled, "--annotated", audited(rows, extra=[line]), "--json")
    assert code == 1
    assert f"ligne {len(rows) + 1} : " in err
    assert said in err
    assert json.loads(out)["audited"] == len(rows)


def test_audited_rows_set_aside_are_listed_beside_the_output(run, files, tmp_path):
    labelled, audited = files
    sheet = audited([row for row in spread(60) if row != 0], extra=["R0,inconnu"])
    assert run("shares", labelled, "--annotated", sheet, "-o", tmp_path / "parts.csv")[0] == 1
    assert "inconnu" in (tmp_path / "parts.csv.faults.csv").read_text()


def test_a_row_with_two_labels_is_set_aside(run, files):
    labelled, audited = files
    rows = [row for row in spread(60) if row != 0]
    code, out, err = run(
        "shares", labelled, "--annotated", audited(rows, extra=["R0,autre", "R0,action_culturelle"]), "--json"
    )
    assert code == 1
    assert "autre" in err
    assert "action_culturelle" in err
    assert json.loads(out)["audited"] == len(rows)


@pytest.mark.parametrize("bad", ["0", "", "1.5", "-0.1"])
def test_an_impossible_inclusion_probability_sets_its_row_aside(run, files, bad):
    labelled, audited = files
    rows = spread(60)
    chances = ["0.3"] * 59 + [bad]
    code, out, err = run("shares", labelled, "--annotated", audited(rows, inclusion=chances), "--json")
    assert code == 1
    assert "ligne 60 : " in err
    assert json.loads(out)["audited"] == 59


def test_rows_of_a_single_commune_say_nothing_of_the_others(run, files):
    labelled, audited = files
    code, _, err = run("shares", labelled, "--annotated", audited(range(0, 200, 20)))
    assert code == 3
    assert "Les 10 lignes vérifiées viennent toutes d'une seule commune" in err


def test_a_file_of_one_commune_says_nothing_of_communes(run, tmp_path):
    (tmp_path / "one.csv").write_text(labelled_text(communes=1)[0])
    code, _, err = run("shares", tmp_path / "one.csv", "--statement", "communes")
    assert code == 3
    assert "ne vient que d'une commune : on ne peut rien affirmer des communes en général" in err
    (tmp_path / "none.csv").write_text(labelled_text()[0].replace("code_commune", "lieu"))
    code, _, err = run("shares", tmp_path / "none.csv", "--statement", "communes")
    assert code == 2
    assert "n'a ni colonne « code_commune » ni colonne « commune »" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--level", "95"), "--level 95 : donner un niveau entre 0.5 et 1, par exemple 0.95."),
        (("--statement", "commune"), "donner file ou communes (vouliez-vous dire « communes » ?)."),
        (("--minimum", "0"), "--minimum 0 : donner un nombre de lignes d'au moins 1."),
        (("--by", "regions"), "vouliez-vous dire « region » ?"),
        (("--by", "region", "--against", "est"), "--against est : aucun groupe de ce nom n'est montré"),
        (("--against-annotated", "x.csv"), "--against-annotated va avec --against"),
    ],
)
def test_what_cannot_be_asked_is_refused(run, files, words, said):
    code, _, err = run("shares", files[0], *words)
    assert code == 2
    assert said in err


def test_a_file_without_any_label_has_no_share(run, tmp_path):
    (tmp_path / "empty.csv").write_text("id,domaine,p_autre\nR0,,\nR1,,\n")
    code, out, _ = run("shares", tmp_path / "empty.csv", "--json")
    assert code == 0
    assert [share["share"] for share in json.loads(out)["shares"]] == [None]
    (tmp_path / "sheet.csv").write_text("id,domaine_verifie\nR0,autre\n")
    code, _, err = run("shares", tmp_path / "empty.csv", "--annotated", tmp_path / "sheet.csv")
    assert code == 3
    assert "1 lignes vérifiées n'ont pas de domaine prédit (texte vide) : laissées de côté." in err
    assert "Aucune ligne vérifiée ne peut servir : en vérifier d'autres, tirées par « domaines audit draw »." in err


# ── rows that trained the model ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def taught(tmp_path, small_model, monkeypatch):
    """A model that remembers its texts, the file it labelled, and an audit that holds some of these texts."""
    scoring = load_model(str(small_model)).scoring
    texts, labels = zip(*SMALL_CORPUS, strict=True)
    held_out = HeldOut(
        np.array([fingerprint(text) for text in texts]),
        np.arange(len(texts)) % 5,
        np.array([LABELS.index(label) for label in labels]),
        np.full((len(texts), 5), 0.1) + 0.5 * np.eye(5)[[LABELS.index(label) for label in labels]],
        np.array([], dtype="<U16"),
    )
    folder = tmp_path / "models" / "taught"
    config = {"name": "taught", "version": "1", "review_threshold": 0.5}
    profile = {
        "unknown_word_rate": 0.1,
        "words_per_text": 6.0,
        "mean_confidence": 0.3,
        "predicted_mix": dict.fromkeys(LABELS, 0.2),
    }
    save_model(folder, scoring, config, {"scores": {}, "profile": profile}, "# t\n", held_out)
    monkeypatch.setenv("DOMAINES_MODELS", str(folder.parent))

    def with_folds():
        for number in range(5):
            name = {**config, "name": f"taught/folds/{number}"}
            save_model(folder / "folds" / str(number), scoring, name, {"scores": {}}, "# t\n")

    described = [f"{text} {number}" for number in range(20) for text in texts] + list(texts)
    (tmp_path / "in.csv").write_text(
        "id,description\n" + "".join(f"R{row},{text}\n" for row, text in enumerate(described)), encoding="utf-8"
    )
    sheet = "id,domaine_verifie\n" + "".join(
        f"R{row},{labels[row % len(labels)]}\n" for row in [*range(0, 300, 4), *range(300, 315)]
    )
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
    return tmp_path, with_folds


def test_audited_rows_that_trained_the_model_are_refused_without_folds(run, taught):
    folder, _ = taught
    run("label", folder / "in.csv", "-o", folder / "out.csv", "--model", "taught")
    code, _, err = run("shares", folder / "out.csv", "--annotated", folder / "sheet.csv")
    assert code == 3
    assert "15 lignes vérifiées ont servi à entraîner le modèle « taught » (lignes 301, 302, 303, 304, 305…" in err
    assert "« domaines train … --crossfit », qui garde de quoi les juger sans les avoir vues." in err


def test_with_folds_they_are_judged_by_models_that_never_saw_them(run, taught):
    folder, with_folds = taught
    with_folds()
    run("label", folder / "in.csv", "-o", folder / "out.csv", "--model", "taught")
    code, out, err = run("shares", folder / "out.csv", "--annotated", folder / "sheet.csv", "--json")
    assert code == 0
    assert "15 lignes vérifiées ont aussi entraîné le modèle" in err
    assert json.loads(out)["method"] == "cross-ppi++"


def test_each_text_gets_the_model_of_its_own_fold(taught, small_model):
    """Folds whose heads differ: the model of a text's fold is told by what it says."""
    import polars as pl

    from pipeline.calibration import Calibration
    from pipeline.head import Head
    from pipeline.registry import Model
    from pipeline.scoring import Scoring
    from pipeline.workflow.cross_fitting import out_of_fold
    from pipeline.workflow.labelled_rows import read_labelled

    folder, _ = taught
    (folder / "plain.csv").write_text("description,domaine\nwifi,autre\nwifi,autre\nwifi,autre\n")
    rows = read_labelled(str(folder / "plain.csv"), lambda _: None)
    base = load_model(str(small_model))
    heads = [Head(base.scoring.head.bias, Calibration(1.0, np.eye(5)[k] * 50)) for k in range(2)]
    models = [
        Model("x", Scoring(LABELS, base.scoring.space, base.scoring.projection, head), {}, {}, "") for head in heads
    ]
    found = out_of_fold(models, pl.Series(["wifi"] * 3), np.array([0, 1, -1]), rows)
    assert found[:2].argmax(axis=1).tolist() == [0, 1]
    assert found[2, :2] == pytest.approx([0.5, 0.5], abs=1e-6)


def test_without_an_audit_corrected_lines_and_drift_are_marked(run, taught):
    folder, _ = taught
    run("label", folder / "in.csv", "-o", folder / "out.csv", "--model", "taught")
    _, out, _ = run("shares", folder / "out.csv")
    caution = "valable seulement si la façon d'écrire n'a pas changé : Accès au numérique "
    assert f"Corrigé (EMQ, Saerens et al. 2002), {caution}" in out
    assert f"Corrigé (matrice de calibration, Kloos et al. 2020), {caution}" in out
    assert "mots inconnus " in out
    assert " %, soit moitié plus)" in out
    result = json.loads(run("shares", folder / "out.csv", "--json")[1])
    assert [one["valid_if"] for one in result["corrected"]] == ["wording_unchanged"] * 2
    assert all(sum(one["shares"].values()) == pytest.approx(100) for one in result["corrected"])
    assert [sign["key"] for sign in result["drift"]["signs"]] == ["unknown_words", "length", "confidence", "mix"]
    assert all(share["low"] is None for share in result["shares"])


def test_a_model_that_is_gone_is_said(run, files):
    labelled, audited = files
    text = labelled.read_text().replace("\nR", ",parti 1 abc\nR")
    labelled.write_text(text.replace("p_autre,parti 1 abc", "p_autre,modele", 1))
    code, _, err = run("shares", labelled, "--annotated", audited(spread(60)))
    assert code == 0
    assert "Le modèle « parti 1 abc » qui a étiqueté" in err
