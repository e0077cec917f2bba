"""The estimator, and the fast path that must give its numbers."""

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import SkipTestWarning
from sklearn.utils import estimator_checks

from pipeline.calibration import Calibration, softmax
from pipeline.classifier import DomainClassifier
from pipeline.head import Head
from pipeline.keys import KeyIndex
from pipeline.pieces import distinct, numberless, single_words, split, suspect_rows
from pipeline.registry import load_model
from pipeline.scoring import reordered
from pipeline.text import clean
from pipeline.vocabulary import piece_words
from pipeline.words import words
from pipeline.wordtable import WordTable
from tests.conftest import ROOT

# scikit-learn's checks that need no data. It leaves out the others itself for an estimator whose tags
# say "strings, not a matrix", with a warning: they all feed matrices of numbers (shapes, NaN, dtypes,
# n_features_in_, sparse formats), which a classifier of texts has no use for.
CHECKS = [
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_mixin_order,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_follows_scikit_learns_rules_that_need_no_matrix(check):
    check("DomainClassifier", DomainClassifier())


def test_check_estimator_finds_no_failure_in_what_it_runs():
    with pytest.warns(SkipTestWarning, match="string=True"):
        results = estimator_checks.check_estimator(DomainClassifier(), on_fail=None, on_skip=None)
    assert {result["status"] for result in results} == {"passed"}


def test_it_can_be_cloned_and_fitted_again(small_classifier):
    again = clone(small_classifier).fit(["wifi", "école", "wifi gratuit", "école maternelle"], ["a", "b", "a", "b"])
    assert again.predict(["le wifi", "des écoles"]).tolist() == ["a", "b"]


def test_probabilities_sum_to_one_in_the_order_of_the_classes(small_classifier):
    probabilities = small_classifier.predict_proba(["tablettes pour l'école", "wifi gratuit"])
    assert probabilities.shape == (2, 5)
    assert np.allclose(probabilities.sum(axis=1), 1.0)
    assert small_classifier.classes_[probabilities.argmax(axis=1)].tolist() == ["services_scolaires", "acces_numerique"]


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (["a", "b"], ["x"], "2 texts but 1 labels"),
        (["a", "b"], ["x", "x"], "needs at least 2 classes"),
        ("un texte", ["x"], "X is one text"),
        ([], [], "X has 0 texts"),
    ],
)
def test_what_cannot_be_fitted_is_said(texts, labels, message):
    with pytest.raises(ValueError, match=message):
        DomainClassifier().fit(texts, labels)


def test_contributions_and_the_empty_score_sum_to_the_score(small_classifier):
    text = "wifi gratuit pour l'école"
    found = small_classifier.explain(text)
    scoring = small_classifier.scoring_
    logits = small_classifier.decision_function([text])[0]
    assert found.words == ("wifi", "gratuit", "pour", "l'", "école")
    assert np.allclose(
        found.contributions.sum(axis=0), (logits - scoring.head.bias) / scoring.head.calibration.temperature
    )


def test_a_head_worked_by_hand():
    head = Head(np.array([1.0, 0.0]), Calibration(2.0, np.array([0.0, 0.5])))
    # (1 + 1) / 2 + 0 = 1 ; (0 + 0) / 2 + 0.5 = 0.5
    expected = np.exp([1.0, 0.5]) / np.exp([1.0, 0.5]).sum()
    assert np.allclose(head.calibration.probabilities(head.logits(np.array([[1.0, 0.0]])))[0], expected)
    assert np.allclose(softmax(np.array([[0.0, np.log(3.0)]])), [[0.25, 0.75]])


ODD_TEXTS = [
    "", " ", "-", "é", "l'école", "L’ÉCOLE   du  bourg", "wi-fi", "wifi\tgratuit\nplace", 
    "MÃ©diathÃ¨que &amp; <b>wifi</b>",
    "http://exemple.fr wifi", "numé-\nrique", "a" * 1_000_000, "wifi " * 100_000, "inconnu " * 3, "lâ€™école",
    "İstanbul ΣΑΣ",
    "site : www.exemple.fr, courriel a@b.fr", "…", "1 2 3", "d'Arles d' Arles", "x\u00a0y\u2028z",
]  # fmt: skip


def test_both_paths_agree_on_odd_texts(small_classifier):
    assert _difference(small_classifier, ODD_TEXTS) <= 1e-9


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.text(max_size=60) | st.text(alphabet="aéÉ l'’-wifWIF0 \n&<>â€™Ã©@.:/", max_size=60), min_size=1, max_size=5
    )
)
def test_both_paths_agree_on_any_text(small_classifier, texts):
    assert _difference(small_classifier, texts) <= 1e-9


@pytest.mark.long
def test_both_paths_agree_on_the_real_texts(small_classifier, real):
    texts = pl.read_csv(real / "reserve_parlementaire.csv", infer_schema=False)["description"].fill_null("").to_list()
    assert len(texts) == 72_130
    assert _difference(small_classifier, texts) <= 1e-9


@pytest.mark.long
def test_both_paths_agree_on_all_corpora_with_the_default_model():
    scoring = load_model("default").scoring
    classifier = DomainClassifier()
    classifier.classes_, classifier.scoring_ = np.array(scoring.labels), scoring
    frames = [pl.read_csv(path, infer_schema=False) for path in sorted((ROOT / "corpora").rglob("*.csv"))]
    columns = ("description", "texte", "text_a", "text_b", "terme")
    texts = [text for frame in frames for name in columns if name in frame.columns for text in frame[name].drop_nulls()]
    assert len(texts) > 10_000
    assert _difference(classifier, texts) <= 1e-6


def test_a_batch_gives_the_same_numbers_whole_or_in_parts(small_classifier):
    table = WordTable(small_classifier.scoring_)
    texts = pl.Series(ODD_TEXTS * 3)
    whole = table.probabilities(texts)
    parts = np.vstack(
        [WordTable(small_classifier.scoring_).probabilities(texts[start : start + 4]) for start in range(0, 63, 4)]
    )
    assert np.array_equal(whole, parts, equal_nan=True)


def test_a_table_of_words_outlives_its_batches(small_classifier):
    table = WordTable(small_classifier.scoring_)
    first = table.probabilities(pl.Series(["wifi gratuit", "tablettes école"]))
    table.probabilities(pl.Series(["autre chose encore"]))
    assert np.array_equal(table.probabilities(pl.Series(["wifi gratuit", "tablettes école"])), first)


def test_the_cache_of_pieces_starts_anew_when_it_is_too_large(small_classifier, monkeypatch):
    table = WordTable(small_classifier.scoring_)
    expected = table.probabilities(pl.Series(["wifi gratuit"]))
    monkeypatch.setattr("pipeline.vocabulary.MAX_CACHE_BYTES", 1)
    before = table._vocabulary
    assert np.array_equal(table.probabilities(pl.Series(["wifi gratuit"])), expected)
    assert table._vocabulary is not before


def test_labels_can_be_reordered(small_classifier):
    scoring = small_classifier.scoring_
    turned = reordered(scoring, tuple(reversed(scoring.labels)))
    texts = pl.Series(["wifi gratuit"])
    assert np.allclose(WordTable(turned).probabilities(texts)[:, ::-1], WordTable(scoring).probabilities(texts))


ODD_LETTERS = "aéÉ l'’-wifWIF0 \n\t\xa0&;<>â€™Ã©@.:/œ²"


@settings(max_examples=500, deadline=None)
@example(["€Â"])
@example(["théâtre, l’âge"])
@given(st.lists(st.text(max_size=40) | st.text(alphabet=ODD_LETTERS, max_size=40), min_size=1, max_size=4))
def test_pieces_hold_the_words_of_each_cleaned_text(texts):
    column = pl.Series(texts, dtype=pl.String)
    pieces = split(column)
    flags = np.array([piece_words(piece)[1] for piece in pieces.met], dtype=np.uint8)[pieces.codes]
    suspect = suspect_rows(flags, pieces.ends).tolist()
    for row, text in enumerate(texts):
        left = clean(text).lower() if row in suspect else text
        assert [word for piece in left.split(" ") for word in piece_words(piece)[0]] == words(clean(text))


PIECES = st.lists(
    st.text(alphabet=st.characters(exclude_characters=" ", exclude_categories=["Cs"]), max_size=12)
    | st.text(alphabet="aéÉœâİßwiWW.0123²½٣-'’,/:_n°\n()€§ªº", max_size=10)
    | st.from_regex(r"[(«n°]{0,2}[0-9]{1,3}[,./-]?[0-9]{0,2}[a-zé½²_]?[)»,]{0,2}", fullmatch=True),
    min_size=1,
    max_size=8,
)


@settings(max_examples=500, deadline=None)
@given(PIECES)
def test_a_piece_whose_numbers_are_zeros_has_the_same_words_and_flags(texts):
    assert [piece_words(piece) for piece in numberless(pl.Series(texts, dtype=pl.String))] == [
        piece_words(piece) for piece in texts
    ]


@settings(max_examples=500, deadline=None)
@given(PIECES)
def test_the_single_words_of_pieces_are_those_found_one_by_one(texts):
    for piece, word in zip(texts, single_words(pl.Series(texts, dtype=pl.String)), strict=True):
        assert word is None or piece_words(piece) == ([word], 0)


def test_pieces_of_the_real_texts_lose_nothing_but_the_value_of_their_numbers(real):
    texts = pl.read_csv(real / "reserve_parlementaire.csv", infer_schema=False)["description"].fill_null("")
    pieces = texts.str.split(" ").explode().unique()
    alike, single = numberless(pieces), single_words(pieces)
    assert alike.n_unique() < len(pieces) - 500
    for piece, numbered, word in zip(pieces, alike, single, strict=True):
        assert piece_words(numbered) == piece_words(piece)
        assert word is None or piece_words(piece) == ([word], 0)


def test_a_batch_that_fails_leaves_no_piece_without_its_row(small_classifier, monkeypatch):
    table = WordTable(small_classifier.scoring_)
    texts = pl.Series(["wifi gratuit", "tablettes"])
    expected = table.probabilities(texts)
    with monkeypatch.context() as broken:
        broken.setattr("pipeline.vocabulary.grouped", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            table.probabilities(pl.Series(["jamais vu encore"]))
    assert np.array_equal(table.probabilities(texts), expected)
    assert table.probabilities(pl.Series(["encore jamais vu"])).shape == (1, 5)


@given(st.lists(st.text(alphabet="ab", max_size=2), max_size=20))
def test_distinct_texts_put_back_in_their_places_are_the_texts(texts):
    found, places = distinct(pl.Series(texts, dtype=pl.String))
    assert found.to_list() == list(dict.fromkeys(texts))
    assert [found[int(place)] for place in places] == texts


@given(st.lists(st.integers(0, 60), unique=True), st.lists(st.integers(-3, 60)))
def test_an_index_of_keys_finds_what_a_dictionary_finds(keys, asked):
    numbers = {key: number for number, key in enumerate(keys)}
    found = KeyIndex(np.array(keys, dtype=np.int64)).find(np.array(asked, dtype=np.int64))
    assert found.tolist() == [numbers.get(key, -1) for key in asked]


def _difference(classifier, texts):
    slow = classifier.predict_proba(texts)
    fast = WordTable(classifier.scoring_).probabilities(pl.Series(texts, dtype=pl.String))
    worded = ~np.isnan(fast).any(axis=1)
    return float(np.abs(fast[worded] - slow[worded]).max(initial=0.0))


def test_a_text_of_no_weight_is_left_out_with_its_words():
    texts, labels = ["wifi du bourg", "tableau de classe", "orgue de salon"], ["acces", "ecole", "ecole"]
    less = DomainClassifier(minimum_texts=1).fit(texts, labels, [1.0, 1.0, 0.0])
    same = DomainClassifier(minimum_texts=1).fit(texts[:2], labels[:2])
    assert np.array_equal(less.decision_function(texts), same.decision_function(texts))
    assert "orgue" not in less.scoring_.space.lemma_of


@pytest.mark.parametrize(("texts", "vector"), [(2, 1.0), (100_000, 0.5)])
def test_vectors_weigh_more_where_texts_are_few(texts, vector):
    written, labels = ["wifi du bourg", "tableau de classe"] * (texts // 2), ["acces", "ecole"] * (texts // 2)
    usual = DomainClassifier(directions=0).fit(written, labels)
    told = DomainClassifier(directions=0, vector=vector).fit(written, labels)
    assert np.array_equal(usual.decision_function(["réseau du lycée"]), told.decision_function(["réseau du lycée"]))
    assert usual.scoring_.space.families.vector == vector
