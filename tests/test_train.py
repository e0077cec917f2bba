"""Training from files to a model folder; faults of the corpus are refused with their rows."""

import csv
import json

import numpy as np
import pytest

from pipeline.calibrating import cross_calibrated
from pipeline.classifier import DomainClassifier
from pipeline.corpus import AnnotatedText, fingerprint, near_duplicates, opening, overlap, shared_openings
from pipeline.domains import LABELS
from pipeline.registry import load_model
from pipeline.training import cross_validated, joined_groups, stratified_folds
from pipeline.workflow.corpora import check_corpus
from tests.conftest import ROOT


@pytest.fixture
def corpus(tmp_path):
    """Forty annotated texts of each domain, from the project's own corpus."""
    path = tmp_path / "corpus.csv"
    left = dict.fromkeys(LABELS, 40)
    with (
        (ROOT / "corpora" / "annotated" / "v02.csv").open(encoding="utf-8", newline="") as source,
        path.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(
            file, ["id", "description", "domaine", "source", "kind", "voice"], extrasaction="ignore"
        )
        writer.writeheader()
        for row in csv.DictReader(source):
            if left[row["domaine"]]:
                left[row["domaine"]] -= 1
                writer.writerow(row)
    assert not any(left.values())
    return path


def first_text(path):
    with path.open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["domaine"] == "autre")["description"]


def append(path, *rows):
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.long
def test_training_writes_a_model_that_labels_and_says_what_it_was_made_from(run, corpus, tmp_path):
    code, out, err = run("train", corpus, "-o", tmp_path / "models" / "m")
    assert code == 0
    assert "200 textes annotés dans 1 fichiers." in err
    model = load_model(str(tmp_path / "models" / "m"))
    assert out.splitlines()[0] == f"{tmp_path / 'models' / 'm'} {model.digest}"
    # The same corpus gives the same bytes.
    assert run("train", corpus, "-o", tmp_path / "models" / "m", "-q")[1].split()[1] == model.digest
    assert model.scoring.labels == LABELS
    assert model.manifest["corpora"][0]["bytes"] == corpus.stat().st_size
    assert model.manifest["seed"] == 2016
    kept = model.held_out()
    assert kept.probabilities.shape == (200, 5)
    assert set(kept.fold) == {0, 1, 2}
    assert fingerprint(first_text(corpus)) in kept.fingerprints
    truth = kept.truth[list(kept.fingerprints).index(fingerprint(first_text(corpus)))]
    assert LABELS[truth] == "autre"
    assert (kept.probabilities.argmax(axis=1) == kept.truth).mean() > 0.3
    assert 0 < model.profile["unknown_word_rate"] < 1
    assert model.fold_models() == []
    card = (tmp_path / "models" / "m" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlanguage: fr\n")
    for heading in ("explainability", "accuracy", "reproducibility", "timeliness", "cost effectiveness"):
        assert f"({heading})" in card
    assert "](reliability.svg)" in card
    assert (tmp_path / "models" / "m" / "reliability.svg").read_text(encoding="utf-8").count("<circle") == 10


def test_the_default_model_gives_the_digest_written_in_its_manifest():
    model = load_model("default")
    assert len(model.digest) == 64
    assert model.manifest["libraries"].keys() >= {"scikit-learn", "spacy", "polars"}


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("un texte", "service_scolaire", "ligne 201 : étiquette inconnue « service_scolaire » ; le plus proche est"),
        ("{first} !", "acces_numerique", "mais « acces_numerique » au lieu de « autre »"),
        ("…", "autre", "ligne 201 : texte vide"),
    ],
)
def test_a_fault_of_the_corpus_is_refused_with_its_row(run, corpus, tmp_path, text, label, words):
    append(corpus, ["x", text.format(first=first_text(corpus).upper()), label, "", "", ""])
    code, out, err = run("train", corpus, "-o", tmp_path / "m")
    assert (code, out) == (3, "")
    assert words in err
    assert not (tmp_path / "m").exists()


def test_texts_all_alike_cannot_be_validated(run, tmp_path):
    rows = [f"{label.replace('_', ' ')} au bourg {n},{label}" for label in LABELS for n in range(8)]
    (tmp_path / "alike.csv").write_text("description,domaine\n" + "\n".join(rows) + "\n")
    code, _, err = run("train", tmp_path / "alike.csv", "-o", tmp_path / "m", "-q")
    assert code == 3
    assert "en annoter d'autres, décrits autrement." in err


def test_a_class_with_too_few_texts_is_refused():
    texts = [AnnotatedText(f"texte {n}", LABELS[n % 4], "f.csv", n) for n in range(40)]
    texts += [AnnotatedText("un seul", "autre", "f.csv", 41)]
    from pipeline.errors import InputError

    with pytest.raises(InputError) as raised:
        check_corpus(texts)
    assert str(raised.value) == (
        "Trop peu de textes pour « autre » (1) : il en faut au moins 5 de chaque domaine, en annoter d'autres."
    )


@pytest.mark.long
def test_a_test_file_that_overlaps_is_refused_unless_allowed(run, corpus, tmp_path):
    test = tmp_path / "test.csv"
    with test.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["texte", "domaine"], [f"  {first_text(corpus).upper()} ", "autre"], ["wifi", "acces_numerique"]]
        )
    code, _, err = run("train", corpus, "-o", tmp_path / "m", "--test", test)
    assert code == 3
    assert f"1 lignes de « {test} » sont aussi dans l'apprentissage (lignes 1)" in err
    code, _, _ = run("train", corpus, "-o", tmp_path / "m", "--test", test, "--allow-overlap")
    assert code == 0
    assert json.loads((tmp_path / "m" / "manifest.json").read_text())["scores"]["test_n"] == 2


def test_a_folder_that_is_not_a_model_is_not_overwritten(run, corpus, tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "these.txt").write_text("précieux")
    code, _, err = run("train", corpus, "-o", tmp_path / "m")
    assert code == 3
    assert "existe et n'est pas un modèle" in err
    # Before the corpus is even counted.
    assert "200 textes" not in err
    assert (tmp_path / "m" / "these.txt").read_text() == "précieux"


def test_a_file_is_not_overwritten_by_a_model(run, corpus, tmp_path):
    (tmp_path / "m").write_text("précieux")
    code, _, err = run("train", corpus, "-o", tmp_path / "m")
    assert code == 3
    assert f"« {tmp_path / 'm'} » est un fichier : donner à -o le nom d'un dossier, pour ne rien écraser." in err
    assert (tmp_path / "m").read_text() == "précieux"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.csv", "m"]


def test_fingerprints_openings_and_near_duplicates():
    texts = ["Wifi à l'École du bourg", "WIFI a l’ecole du  bourg !", "Wifi à l'école du port", "rien à voir du tout"]
    assert fingerprint(texts[0]) == fingerprint(texts[1]) != fingerprint(texts[2])
    assert opening(texts[0]) == "wifi a lecole"
    assert shared_openings(texts) == [0, 1, 2]
    assert [(a, b) for a, b, _ in near_duplicates(texts, 0.9)] == [(0, 1)]
    assert (0, 2) in [(a, b) for a, b, _ in near_duplicates(texts, 0.5)]
    assert overlap(texts[:1], texts[1:]) == [0]


def test_links_join_groups():
    assert joined_groups(["a", "", "", "b"], links=[(1, 2), (2, 3)]) == ["0", "1", "1", "1"]


def test_held_out_scores_come_from_models_that_did_not_see_the_text():
    class Remembers:
        def fit(self, X, y, sample_weight):
            self.classes_ = np.unique(y)
            self.seen = set(X)
            return self

        def part_scores(self, X):
            assert not self.seen & set(X)
            return np.zeros((len(X), 5, 3))

    texts, labels = [f"t{n}" for n in range(20)], ["a", "b"] * 10
    folds = stratified_folds(labels, seed=1, folds=5)
    logits = cross_validated(Remembers, texts, labels, [1.0] * 20, [folds]).scores[0]
    truth = np.array([0, 1] * 10)
    assert cross_calibrated(logits, truth, folds) == pytest.approx(0.5)


def test_the_estimator_learns_any_labels():
    texts = ["rouge vif", "rouge clair", "bleu nuit", "bleu roi"]
    model = DomainClassifier(minimum_texts=1).fit(texts, ["r", "r", "b", "b"])
    assert model.predict(["un rouge", "un bleu"]).tolist() == ["r", "b"]


@pytest.mark.long
def test_the_models_of_the_folds_are_kept_on_request_each_without_its_part(run, corpus, tmp_path):
    code, _, err = run("train", corpus, "-o", tmp_path / "m", "--crossfit")
    assert code == 0
    assert "Modèles des 3 parts gardés" in err
    model = load_model(str(tmp_path / "m"))
    folds = model.fold_models()
    assert [fold.name for fold in folds] == [f"m/folds/{number}" for number in range(3)]
    assert len({fold.digest for fold in folds}) == 3
