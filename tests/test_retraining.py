"""Sources joined, champion against challenger, promotion: on small real models in a folder of their own."""

import csv
import json
import shutil
from collections import defaultdict
from dataclasses import replace

import pytest

from pipeline.corpus import AnnotatedText
from pipeline.domains import LABELS
from pipeline.errors import InputError
from pipeline.registry import load_model
from pipeline.review import Decision, SqliteJournal
from pipeline.workflow.sources import join_sources
from tests.conftest import ROOT


def quiet(_):
    """Say nothing."""


def write(path, rows, head=("description", "domaine")):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def corpus_rows(per_domain, skip=0):
    """Some annotated texts of each domain of the project's own corpus."""
    found = defaultdict(list)
    with (ROOT / "corpora" / "annotated" / "v02.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["domaine"]].append((row["description"], row["domaine"], row["kind"]))
    return [row for label in LABELS for row in found[label][skip : skip + per_domain]]


def decide(path, *decisions):
    journal = SqliteJournal(str(path))
    journal.agree_on(LABELS)
    for number, (row, text, label) in enumerate(decisions):
        journal.record(Decision(f"k{number}", "Zoé", "choose", row, text, label))
    journal.close()
    return path


def labels_of(joined):
    return {item.text: item.label for item in joined.texts}


def test_the_later_source_decides_and_the_manifest_says_so(tmp_path):
    first = write(tmp_path / "old.csv", [("wifi au bourg", "autre"), ("cantine en ligne", "services_scolaires")])
    later = [("WIFI au bourg !", "acces_numerique"), ("blog du musée", "action_culturelle")]
    second = write(tmp_path / "new.csv", later)
    said = []
    joined = join_sources([str(first), str(second)], (), said.append)
    assert labels_of(joined) == {
        "wifi au bourg": "acces_numerique",
        "cantine en ligne": "services_scolaires",
        "blog du musée": "action_culturelle",
    }
    assert [vars(item) for item in joined.superseded] == [
        {"file": str(first), "row": 1, "before": "autre", "after": "acces_numerique", "by": "new.csv, ligne 1"}
    ]
    assert said == [f"{first}, ligne 1 : « autre » devient « acces_numerique » (new.csv, ligne 1)."]
    assert [record["new"] for record in joined.sources] == [2, 1]


def test_one_source_of_one_file_joins_to_itself():
    path = str(ROOT / "corpora" / "contrasts.csv")
    joined = join_sources([path], (), quiet)
    from pipeline.workflow.corpora import read_corpus

    assert list(joined.texts) == read_corpus(path)
    assert joined.superseded == ()


def test_a_contradiction_within_one_source_is_left_for_training_to_refuse(tmp_path):
    path = write(tmp_path / "a.csv", [("wifi au bourg", "autre"), ("wifi au bourg", "acces_numerique")])
    joined = join_sources([str(path)], (), quiet)
    assert [item.label for item in joined.texts] == ["autre", "acces_numerique"]


def test_the_last_decision_of_a_store_corrects_a_corpus_and_undone_ones_do_not(tmp_path):
    corpus = write(tmp_path / "old.csv", [("wifi au bourg", "autre"), ("site de la ville", "communication_publique")])
    store = decide(
        tmp_path / "annotations.db",
        ("1", "Wifi au bourg", "action_culturelle"),
        ("1", "Wifi au bourg", "acces_numerique"),
        ("2", "site de la ville", "autre"),
        ("3", "bornes de recharge", "autre"),
    )
    journal = SqliteJournal(str(store))
    journal.undo("u1", "Zoé", "")
    journal.undo("u2", "Zoé", "")
    journal.close()
    joined = join_sources([str(corpus), str(store)], (), quiet)
    assert labels_of(joined) == {"wifi au bourg": "acces_numerique", "site de la ville": "communication_publique"}
    assert joined.files == (str(corpus),)
    assert joined.superseded[0].by == "annotations.db"


def test_a_term_keeps_its_weight_and_takes_no_text_away(tmp_path):
    terms = write(tmp_path / "lexique.csv", [("wifi", "acces_numerique", "3")], ("terme", "domaine", "force"))
    texts = write(tmp_path / "a.csv", [("Wifi", "acces_numerique")])
    joined = join_sources([str(terms), str(texts)], (), quiet)
    assert [(item.term, item.weight) for item in joined.texts] == [(True, 2.0), (False, 1.0)]


def test_test_rows_never_train_whatever_the_source(tmp_path):
    texts = write(tmp_path / "a.csv", [("Wifi au bourg", "autre"), ("blog du musée", "action_culturelle")])
    store = decide(tmp_path / "annotations.db", ("1", "Cantine !", "services_scolaires"), ("2", "tri", "autre"))
    said = []
    joined = join_sources([str(texts), str(store)], ["wifi  au BOURG"], said.append, ["cantine"])
    assert set(labels_of(joined)) == {"blog du musée", "tri"}
    assert joined.set_aside == 2
    assert "2 textes des sources sont aussi dans un test : ils n'apprennent pas." in said


def test_a_file_that_is_not_a_store_is_refused(tmp_path):
    (tmp_path / "faux.db").write_text("description,domaine\n")
    with pytest.raises(InputError, match="n'est pas une base d'annotations"):
        join_sources([str(tmp_path / "faux.db")], (), quiet)


#: Three trainings take some ten seconds: whatever uses them is among the long tests.
@pytest.fixture(scope="module", params=[pytest.param("three", marks=pytest.mark.long)])
def trained(tmp_path_factory):
    """A folder of models: a champion, a challenger that learnt more, and one that learnt from wrong labels."""
    from pipeline.workflow.training import train

    folder = tmp_path_factory.mktemp("retraining")
    base, more = corpus_rows(30), corpus_rows(12, skip=30)
    moved = [LABELS[(LABELS.index(label) + 1) % 5] if n % 3 else label for n, (_, label, _) in enumerate(base)]
    wrong = [(text, label, kind) for (text, _, kind), label in zip(base, moved, strict=True)]
    for name, rows in (("default", base), ("mieux", base + more), ("faux", wrong)):
        path = write(folder / f"{name}.csv", rows, ("description", "domaine", "kind"))
        texts = [AnnotatedText(text, label, str(path), n, kind) for n, (text, label, kind) in enumerate(rows, start=1)]
        train(texts, [str(path)], folder / "models" / name, None, False, 2016, quiet)
    return folder


@pytest.fixture
def models(trained, tmp_path, monkeypatch):
    shutil.copytree(trained, tmp_path / "place")
    monkeypatch.setenv("DOMAINES_MODELS", str(tmp_path / "place" / "models"))
    return tmp_path / "place"


def test_two_models_are_compared_on_rows_neither_learnt(run, models):
    code, out, _ = run("models", "compare", "default", "mieux", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["n"] == 150
    assert found["champion"].startswith("default ")
    held_out = load_model("default").held_out()
    guess = held_out.probabilities.argmax(axis=1)
    from sklearn.metrics import f1_score

    assert found["champion_macro_f1"] == pytest.approx(f1_score(held_out.truth, guess, average="macro"), abs=1e-6)


def test_new_texts_are_judged_by_the_whole_champion_and_the_challenger_out_of_fold(run, models):
    code, out, _ = run("models", "compare", "default", "mieux", models / "mieux.csv", "--json")
    assert code == 0
    assert json.loads(out)["n"] == 210
    _, shown, _ = run("models", "compare", "default", "mieux", models / "mieux.csv", "--lang", "en")
    assert shown.startswith("On 210 held-out rows: macro-F1 ")
    assert "texts change domain :" in shown


def test_a_challenger_that_is_not_worse_is_promoted_and_the_old_one_can_come_back(run, models):
    before = load_model("default").digest
    code, out, _ = run("models", "promote", "mieux", models / "mieux.csv")
    assert code == 0, out
    assert out.startswith("« mieux » est le champion : --model default le désigne désormais.\n")
    assert load_model("default").digest == load_model("mieux").digest != before
    assert load_model(str(models / "models" / "default")).digest == before
    _, listed, _ = run("models", "list")
    assert [line[:8] for line in listed.splitlines()] == ["  defaul", "  faux  ", "* mieux "]
    assert "promu le 20" in listed
    code, _, err = run("models", "promote", "mieux")
    assert (code, err) == (2, "« mieux » est déjà le champion : rien à faire.\n")
    code, _, _ = run("models", "promote", "default", "--force", "--why", "retour")
    assert code == 0
    assert load_model("default").digest == before


def test_a_worse_challenger_is_refused_and_forced_only_with_a_reason(run, models):
    code, out, err = run("models", "promote", "faux", models / "default.csv")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith(
        "« faux » n'est pas promu : il est moins bon que le champion. Sur 150 lignes"
    )
    assert not (models / "models" / "champion.json").exists()
    code, _, err = run("models", "promote", "faux", "--force")
    assert (code, err) == (2, '--force demande une raison, qui sera gardée : ajouter --why "…".\n')
    code, _, _ = run("models", "promote", "faux", models / "default.csv", "--force", "--why", "essai du 3 décembre")
    assert code == 0
    record = json.loads((models / "models" / "champion.json").read_text(encoding="utf-8"))["history"][-1]
    assert record["why"] == "essai du 3 décembre"
    assert (record["from"], record["to"]) == ("default", "faux")
    assert record["refusals"][0].startswith("il est moins bon que le champion.")
    assert "(forcé : essai du 3 décembre)" in run("models", "list")[1]


def test_a_failed_sentence_refuses_a_challenger(run, models):
    sentences = write(models / "phrases.csv", [("tablettes pour l'école élémentaire", "autre")])
    code, _, err = run("models", "promote", "mieux", models / "mieux.csv", "--acceptance", sentences)
    assert code == 2
    assert "« tablettes pour l'école élémentaire » donne « services_scolaires » au lieu de « autre »" in err


def test_a_champion_of_the_first_release_cannot_be_compared_without_a_file(run, models):
    shutil.copytree(ROOT / "tests" / "models" / "first-release", models / "models" / "ancien")
    code, _, err = run("models", "compare", "ancien", "mieux")
    assert code == 3
    assert "« first-release » ne garde pas de prédictions hors échantillon" in err
    code, out, _ = run("models", "compare", "ancien", "mieux", models / "mieux.csv")
    assert code == 0
    assert "« first-release » ne garde pas la liste des textes qu'il a appris" in out


def test_a_pointer_that_cannot_be_read_or_leads_nowhere_is_said(run, models):
    pointer = models / "models" / "champion.json"
    for content in ("{", "[]", '{"champion": "../x"}', '{"champion": 3}'):
        pointer.write_text(content)
        code, _, err = run("models", "show", "default")
        assert code == 4
        assert "qui dit quel modèle est le champion, est illisible" in err
    pointer.write_text('{"champion": "parti"}')
    code, _, err = run("models", "show", "default")
    assert code == 4
    assert err.startswith("Le champion « parti » n'est plus dans ")


def test_a_model_out_of_the_folder_is_not_promoted(run, models, tmp_path):
    shutil.copytree(models / "models" / "mieux", tmp_path / "dehors")
    code, _, err = run("models", "promote", tmp_path / "dehors")
    assert code == 2
    assert "y copier le dossier, puis donner son nom." in err


def test_models_of_other_labels_are_not_compared(models):
    from pipeline.errors import UsageError
    from pipeline.workflow.comparing import Rows, compare_on

    model = load_model("mieux")
    other = replace(model, scoring=replace(model.scoring, labels=("a", "b", "c", "d", "e")))
    with pytest.raises(UsageError, match="n'ont pas les mêmes domaines"):
        compare_on(model, other, Rows((), (), ()), 1)


def test_training_joins_a_store_and_meets_the_champion(run, models, tmp_path):
    text, label, _ = corpus_rows(1)[0]
    store = decide(tmp_path / "annotations.db", ("1", text, "autre"), ("2", "tri des déchets suivi par puce", "autre"))
    sentences = write(tmp_path / "phrases.csv", [("wifi public sur la place", "acces_numerique")])
    output = models / "models" / "2026-12"
    code, out, err = run("train", models / "mieux.csv", store, "-o", output, "--acceptance", sentences)
    assert code == 0, err
    assert "2 décisions, 1 textes nouveaux, 1 corrections." in err
    assert f"« {label} » devient « autre » (annotations.db)." in err
    assert "Sur 211 lignes tenues à l'écart : macro-F1 " in out
    assert "/1 phrases d'acceptation réussies." in out
    manifest = load_model("2026-12").manifest
    assert manifest["parent"].startswith("default ")
    assert manifest["superseded"][0]["after"] == "autre"
    assert manifest["sources"][1]["source"] == "annotations.db"


def test_a_store_of_other_labels_is_refused_with_its_row(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DOMAINES_MODELS", str(tmp_path / "models"))
    journal = SqliteJournal(str(tmp_path / "annotations.db"))
    journal.agree_on(("sport", "autre"))
    journal.record(Decision("k", "Zoé", "choose", "1", "piste d'athlétisme", "sport"))
    journal.close()
    corpus = write(tmp_path / "a.csv", corpus_rows(6), ("description", "domaine", "kind"))
    code, _, err = run("train", corpus, tmp_path / "annotations.db", "-o", tmp_path / "models" / "m")
    assert code == 3
    assert "annotations.db, ligne 1 : étiquette inconnue « sport »" in err
    assert not (tmp_path / "models" / "m").exists()


def test_a_pointer_that_cannot_be_written_leaves_the_champion(run, models, monkeypatch):
    from pipeline.errors import OutputError
    from pipeline.workflow import promoting

    def full(path, content):
        raise OutputError(f"« {path} » : le disque est plein.")

    monkeypatch.setattr(promoting, "write_bytes", full)
    before = load_model("default").digest
    code, _, err = run("models", "promote", "mieux", models / "mieux.csv")
    assert code == 3
    assert err.endswith("le disque est plein.\n")
    assert load_model("default").digest == before


def test_a_model_trained_over_the_champion_is_compared_with_it(run, models):
    before = load_model("default")
    code, out, err = run("train", models / "mieux.csv", "-o", models / "models" / "default")
    assert code == 0, err
    assert load_model("default").digest != before.digest
    assert "macro-F1" in out
