"""Squared directions: what two words mean together, in training, labelling, explaining and saving."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from pipeline import directions
from pipeline.calibration import Calibration
from pipeline.classifier import DomainClassifier
from pipeline.directions import squared_directions
from pipeline.errors import ModelError
from pipeline.explanation import explain
from pipeline.head import Head
from pipeline.registry import load_model, save_model
from pipeline.textrows import TextRows
from pipeline.training import cross_validated, stratified_folds
from pipeline.wordtable import WordTable

NOTHING = Calibration(1.0, np.zeros(2))
FILLERS = ["ici", "hier", "demain", "encore", "souvent", "bientot", "jamais", "dehors"]
# Neither word alone tells the label: only whether both are of one sort.
ALIKE = [
    (f"{filler} {first} {second}", "autre" if kind == other else "scolaire")
    for filler in FILLERS
    for first, kind in (("tablette", 0), ("cantine", 1))
    for second, other in (("agents", 0), ("rationnaires", 1))
]


def fitted(count):
    texts, labels = zip(*ALIKE, strict=True)
    model = DomainClassifier(characters=0, pair=0, vector=0, directions=count, regularisation=10.0)
    return model.fit(list(texts), list(labels)), list(texts), list(labels)


def test_squares_learn_what_a_sum_of_words_cannot():
    linear, texts, labels = fitted(0)
    squared, _, _ = fitted(4)
    assert np.mean(linear.predict(texts) == labels) <= 0.75
    assert np.mean(squared.predict(texts) == labels) == 1.0


def test_without_directions_scores_are_the_sums_alone():
    model, _, _ = fitted(0)
    assert model.scoring_.head.squares is None
    rows = np.array([[1.0, -2.0]])
    assert Head(np.array([0.5, 0.25]), NOTHING).logits(rows).tolist() == [[1.5, -1.75]]


def test_scores_of_squares_worked_by_hand():
    head = Head(np.array([0.0, 1.0]), NOTHING, np.array([[2.0, -1.0], [0.5, 0.0]]))
    # 3² × 2 + 4² × 0.5 = 26 and 3² × −1 = −9, beside the sums 10 and 20 and the bias 0 and 1.
    assert head.logits(np.array([[10.0, 20.0, 3.0, 4.0]])).tolist() == [[36.0, 12.0]]
    # Of the square of 1 + 2, the first word has 1 × 3, the second 2 × 3.
    parts = np.array([[4.0, 8.0, 1.0, 4.0], [6.0, 12.0, 2.0, 0.0]])
    assert head.contributions(parts).tolist() == [[4 + 6 + 8, 8 - 3, 0], [6 + 12, 12 - 6, 0]]
    # How far a part stands is one column more, which no square touches.
    standing = replace(head, has_standing=True)
    rows = np.hstack([parts, [[0.25], [-1.0]]])
    assert standing.contributions(rows).tolist() == [[4 + 6 + 8, 8 - 3, 0.25], [6 + 12, 12 - 6, -1]]
    assert standing.lines(rows.sum(axis=0)[None]).tolist() == [[36.0, 12.0, -0.75]]
    assert head.lines(parts.sum(axis=0)[None]).tolist() == [[36.0, 12.0, 0.0]]


@given(st.lists(st.lists(st.integers(-50, 50), min_size=5, max_size=5), min_size=1, max_size=6))
def test_contributions_of_parts_sum_to_the_scores_less_the_bias(parts):
    head = Head(np.array([1.0, 2.0]), NOTHING, np.array([[1.0, -2.0], [0.0, 3.0], [0.5, 0.5]]))
    found = np.array(parts, dtype=np.float64)
    added = head.contributions(found).sum(axis=0)
    assert added == pytest.approx(head.lines(found.sum(axis=0)[None])[0] - [*head.bias, 0.0])


def rows_of(vectors):
    """Give texts of one type each, which has a vector and no named feature."""
    size = len(vectors)
    return TextRows(sparse.eye(size, format="csr"), sparse.csr_matrix((size, 0)), np.asarray(vectors, dtype=float))


def test_few_texts_or_none_asked_give_no_direction():
    one = sparse.eye(4, format="csr")
    rows = TextRows(one, one, np.zeros((4, 0)))
    assert squared_directions(rows, np.array([0, 1, 0, 1]), np.ones(4), 3, 0).shape == (4, 0)
    many = rows_of(np.ones((8, 4)))
    assert squared_directions(many, np.arange(8) % 2, np.ones(8), 0, 0).shape == (4, 0)


def test_quadratic_forms_are_those_of_a_ridge_on_all_products(monkeypatch):
    monkeypatch.setattr(directions, "STEPS", 60)
    rng = np.random.default_rng(5)
    values, weights = rng.normal(size=(60, 4)).astype(np.float32), rng.uniform(0.5, 2, 60).astype(np.float32)
    numbers = rng.integers(0, 3, 60)
    found = directions._quadratic_forms(values, 3, numbers, weights)
    # Every product of two of the first three, twice where they differ; a matrix's cells are penalised one by one.
    products = np.einsum("ni,nj->nij", values[:, :3], values[:, :3]).reshape(60, 9)
    design = np.hstack([products, values, np.ones((60, 1))]).astype(np.float64)
    penalty = np.diag([directions.PENALTY / directions.PRODUCT_WEIGHT] * 9 + [directions.PENALTY] * 5)
    targets = np.where(numbers[:, None] == np.arange(3), 1.0, -0.5)
    exact = np.linalg.solve(design.T @ (weights[:, None] * design) + penalty, design.T @ (weights[:, None] * targets))
    assert found == pytest.approx(exact[:9].T.reshape(3, 3, 3), abs=1e-4)


def test_a_kind_counts_by_its_mean_text_times_the_root_of_its_number():
    rows = rows_of([[1.0, 0.0], [3.0, 0.0], [0.0, 5.0], [9.0, 9.0]])
    found = directions._mean_texts(rows, np.array([7, 7, 2, -1]))
    assert found.matrix().toarray() == pytest.approx(np.array([[0.0, 5.0], [4.0 / np.sqrt(2), 0.0]]))


def test_a_feature_of_few_words_of_texts_has_no_part_in_directions():
    counts = sparse.csr_matrix(np.array([[1.0, 0.0, 2.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]] * 4))
    named = sparse.csr_matrix(np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 1.0]]))
    # The first feature is of sixteen words of texts (twelve and four), the second of eight; vectors are always kept.
    assert directions._common_columns(TextRows(counts, named, np.ones((3, 2)))).tolist() == [0, 2, 3]


def test_too_few_kinds_leave_the_components_to_the_texts():
    rows = rows_of(np.random.default_rng(3).normal(size=(40, 6)))
    labels, weights = np.arange(40) % 2, np.ones(40)
    plain = squared_directions(rows, labels, weights, 2, seed=1)
    assert np.array_equal(plain, squared_directions(rows, labels, weights, 2, seed=1, kinds=np.arange(40) % 3))
    many = squared_directions(rows, labels, weights, 2, seed=1, kinds=np.arange(40) % 20)
    assert not np.allclose(plain, many)


def test_a_kind_for_each_text_gives_the_directions_of_texts_at_full_length():
    rows = rows_of(np.random.default_rng(4).normal(size=(40, 6)))
    labels, weights = np.arange(40) % 2, np.ones(40)
    plain = squared_directions(rows, labels, weights, 2, seed=1)
    alone = squared_directions(rows, labels, weights, 2, seed=1, kinds=np.arange(40))
    assert alone == pytest.approx(plain / directions.AMONG_TEXTS, abs=1e-3)


def test_the_engine_gives_the_same_probabilities_as_the_classifier_with_squares():
    model, texts, _ = fitted(4)
    asked = [*texts, "tablette", "agents cantine tablette", "mot inconnu", "cantine cantine agents"]
    found = WordTable(model.scoring_).probabilities(pl.Series(asked))
    assert np.abs(found - model.predict_proba(asked)).max() < 1e-9


def test_contributions_of_words_sum_to_the_scores():
    model, _, _ = fitted(4)
    found = explain(model.scoring_, "tablette pour agents")
    head = model.scoring_.head
    scores = (model.decision_function(["tablette pour agents"])[0] - head.bias) / head.calibration.temperature
    assert found.contributions.sum(axis=0) == pytest.approx(scores)


def saved(tmp_path):
    model, texts, _ = fitted(4)
    folder = tmp_path / "carres"
    config = {"name": "carres", "version": "1", "review_threshold": 0.5}
    save_model(folder, model.scoring_, config, {"scores": {}}, "# carres\n")
    return folder, model, texts


def test_squares_are_saved_and_loaded_whole(tmp_path):
    folder, model, texts = saved(tmp_path)
    loaded = load_model(str(folder)).scoring
    # Sums are kept in single precision, directions in half: training works on these same numbers.
    assert np.array_equal(loaded.projection, model.scoring_.projection)
    assert np.array_equal(loaded.head.squares, model.scoring_.head.squares)
    assert np.abs(WordTable(loaded).probabilities(pl.Series(texts)) - model.predict_proba(texts)).max() < 1e-12
    header, first = (folder / "words.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert header == "mot,lemme,autre,scolaire"
    assert first.count(",") == 3


def test_squares_of_another_shape_are_refused(tmp_path):
    folder, model, _ = saved(tmp_path)
    wrong = Head(model.scoring_.head.bias, NOTHING, np.ones((7, 2)))
    scoring = type(model.scoring_)(model.scoring_.labels, model.scoring_.space, model.scoring_.projection, wrong)
    config = json.loads((folder / "config.json").read_text())
    save_model(folder, scoring, config, {"scores": {}}, "# carres\n")
    with pytest.raises(ModelError, match="projection : forme"):
        load_model(str(folder))


@pytest.mark.long
def test_folds_fitted_by_two_processes_give_the_same_scores():
    _, texts, labels = fitted(4)
    folds = stratified_folds(labels, seed=1, folds=2)
    make = DomainClassifier
    one = cross_validated(make, texts, labels, [1.0] * len(texts), [folds]).scores[0]
    two = cross_validated(make, texts, labels, [1.0] * len(texts), [folds], workers=2).scores[0]
    assert np.array_equal(one, two, equal_nan=True)
