"""Reasons to doubt a label: cleanlab as oracle, limit cases, and the one order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.doubts import (
    Evidence,
    confident_disagreement,
    doubtful_rows,
    explain_reasons,
    keyword_against_label,
    low_margin,
    neighbours_disagree,
    outlier,
    rank_doubts,
    scores_by_reason,
)
from pipeline.doubts.evidence import gather, naive_bayes_held_out
from pipeline.doubts.ranking import REASONS
from pipeline.doubts.reasons import label_thresholds
from pipeline.neighbours import Examples


def random_case(seed, rows=200, classes=5):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += 1.5
    raised = np.exp(logits)
    return raised / raised.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("seed", range(5))
def test_confident_learning_finds_the_rows_cleanlab_finds(seed):
    from cleanlab.count import compute_confident_joint

    probabilities, labels = random_case(seed)
    _, indices = compute_confident_joint(labels, probabilities, calibrate=False, return_indices_of_off_diagonals=True)
    ours = confident_disagreement(probabilities, labels)
    # cleanlab counts a row whose suggested label is another; one less probable than the given label scores 0 here.
    gap = probabilities.max(axis=1) > probabilities[np.arange(len(labels)), labels]
    assert set(np.flatnonzero(ours > 0)) == {row for row in indices if gap[row]}


@pytest.mark.parametrize("seed", range(3))
def test_the_margin_is_cleanlabs_normalized_margin_turned_round(seed):
    from cleanlab.rank import get_normalized_margin_for_each_label

    probabilities, labels = random_case(seed)
    assert low_margin(probabilities, labels) == pytest.approx(
        1 - get_normalized_margin_for_each_label(labels, probabilities)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_most_doubted_rows_are_those_of_cleanlabs_filter(seed):
    from cleanlab.filter import find_label_issues

    probabilities, labels = random_case(seed)
    issues = find_label_issues(labels, probabilities, filter_by="confident_learning", return_indices_ranked_by=None)
    assert np.flatnonzero(confident_disagreement(probabilities, labels) > 0).tolist() == np.flatnonzero(issues).tolist()


def test_a_label_nobody_gave_is_never_suggested_confidently():
    probabilities = np.array([[0.1, 0.9], [0.2, 0.8]])
    assert label_thresholds(probabilities, np.array([0, 0])).tolist() == [pytest.approx(0.15), np.inf]
    assert confident_disagreement(probabilities, np.array([0, 0])).tolist() == [0.0, 0.0]


def test_neighbours_of_no_likeness_say_nothing():
    assert neighbours_disagree(np.array([[1, 1]]), np.zeros((1, 2)), np.array([0])).tolist() == [0.0]
    assert neighbours_disagree(np.array([[1, 0]]), np.array([[0.1, 0.5]]), np.array([0])).tolist() == [0.0]
    assert outlier(np.zeros((1, 2))).tolist() == [1.0]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_every_reason_scores_from_nought_to_one(seed):
    evidence = case(seed)
    scores = scores_by_reason(evidence)
    assert scores.shape == (12, len(REASONS))
    assert (scores >= 0).all()
    assert (scores <= 1).all()


def case(seed, rows=12, classes=3):
    rng = np.random.default_rng(seed)
    probabilities, labels = random_case(seed, rows, classes)
    second, _ = random_case(seed + 1, rows, classes)
    words = rng.integers(0, 6, rows)
    return Evidence(
        labels,
        probabilities,
        second,
        rng.integers(0, classes, (rows, 4)),
        rng.random((rows, 4)),
        [str(value) for value in rng.integers(0, 5, rows)],
        words,
        rng.binomial(words, 0.5),
        rng.integers(0, 3, (rows, classes)).astype(float),
    )


def test_the_order_is_that_of_the_weighted_mean_worked_by_hand():
    # Row 0: nothing against it. Row 1: everything against it.
    evidence = Evidence(
        np.array([0, 0]),
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        np.array([[1.0, 0.0], [1.0, 0.0]]),
        np.array([[0], [1]]),
        np.array([[1.0], [1.0]]),
        ["a", "b"],
        np.array([2, 2]),
        np.array([2, 2]),
        np.array([[1.0, 0.0], [0.0, 2.0]]),
    )
    # Nobody gave label 1, so no confident disagreement; margin, neighbours and keyword score 1.
    assert rank_doubts(evidence).tolist() == pytest.approx([0.0, (2.0 + 1.0 + 0.3) / 6.3])
    doubts = doubtful_rows(evidence)
    assert [doubt.row for doubt in doubts] == [1]
    assert doubts[0].reasons == (
        "low_margin",
        "neighbours_disagree",
        "keyword_against_label",
        "disagreement_of_models",
    )
    assert doubts[0].suggested == 1


def test_the_table_of_reasons_explains_itself():
    lines = explain_reasons().splitlines()
    assert len(lines) == len(REASONS) == 8
    assert "même texte, deux domaines (poids 2) : le même texte est annoté ailleurs d'un autre domaine" in lines


def test_a_keyword_for_both_labels_weighs_less_than_one_for_the_other_alone():
    both = keyword_against_label(np.array([[1.0, 2.0]]), np.array([0]))
    alone = keyword_against_label(np.array([[0.0, 2.0]]), np.array([0]))
    assert 0 < both[0] < alone[0] == 1


def test_nearest_examples_are_the_cosines_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = ["wifi gratuit sur la place", "wifi payant", "école et cantine", "cantine gratuite de l'école", "rien"]
    found, similarity = Examples.of(texts).nearest(texts, 2, itself=True)
    oracle = TfidfVectorizer(
        tokenizer=lambda text: text.replace("l'", "l' ").replace("é", "e").split(), token_pattern=None
    )
    cosines = (rows := oracle.fit_transform(texts)) @ rows.T
    for row in range(4):
        assert similarity[row, 0] == pytest.approx(cosines[row, found[row, 0]])
    assert found[:4, 0].tolist() == [1, 0, 3, 2]
    assert similarity[4].tolist() == [0, 0]


def test_other_annotated_texts_lend_their_labels_and_words_and_are_not_judged():
    others = [("bornes de recharge pour vélos", 1), ("recharge des vélos au bourg", 1)]
    evidence = gather(["recharge vélos", "wifi"], np.array([0, 0]), np.full((2, 2), 0.5), ["a", "b"], others=others)
    assert evidence.neighbour_labels[0, :2].tolist() == [1, 1]
    assert (evidence.word_counts.tolist(), evidence.known_words.tolist()) == ([2, 1], [2, 0])
    assert neighbours_disagree(evidence.neighbour_labels, evidence.similarities, evidence.labels).tolist() == [1.0, 0.0]


def test_naive_bayes_does_not_learn_from_the_row_it_judges():
    texts = [f"wifi place {n}" for n in range(20)] + [f"cantine école {n}" for n in range(20)] + ["wifi place"]
    labels = np.array([0] * 20 + [1] * 20 + [1])
    found = naive_bayes_held_out(Examples.of(texts).rows, labels, 2, seed=1)
    assert (found.argmax(axis=1)[:40] == labels[:40]).all()
    assert found[40, 0] > 0.9


def test_a_wrong_label_among_clear_ones_comes_first():
    texts = [f"wifi gratuit place numéro {n}" for n in range(10)] + [f"cantine de l'école {n}" for n in range(10)]
    labels = np.array([0] * 10 + [1] * 10)
    labels[3] = 1
    probabilities = np.array([[0.9, 0.1]] * 10 + [[0.1, 0.9]] * 10)
    evidence = gather(texts, labels, probabilities, texts, [("wifi", 0, 2.0)])
    first = doubtful_rows(evidence, most=1)[0]
    assert (first.row, first.suggested) == (3, 0)
    assert set(first.reasons) >= {"confident_disagreement", "neighbours_disagree", "keyword_against_label"}
