"""The head's calibration: corrections of scores by straight pieces, and what words add on them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.explanation import explain
from pipeline.head import KNOTS, Head
from pipeline.scoring import reordered
from pipeline.wordtable import WordTable

CORRECTIONS = np.zeros((5, 2, 2))
# Each point of the first score adds a quarter to the second label; above −0.5, a point less to the first.
CORRECTIONS[0, 0, 1], CORRECTIONS[2, 0, 0] = 0.25, -1.0


def test_what_words_add_is_exact_with_corrections_too(small_classifier):
    rng = np.random.default_rng(3)
    scoring = small_classifier.scoring_
    head = replace(scoring.head, corrections=rng.normal(size=(5, 5, 5)))
    nothing = explain(replace(scoring, head=replace(head, bias=head.bias * 0)), "wifi gratuit pour l'école")
    logits = small_classifier.decision_function(["wifi gratuit pour l'école"])[0]
    found = explain(replace(scoring, head=head), "wifi gratuit pour l'école")
    assert found.contributions.sum(axis=0) == pytest.approx((logits - head.bias) @ head.slopes(logits))
    assert nothing.contributions.sum(axis=0) == pytest.approx((logits - head.bias) @ head.slopes(logits - head.bias))


def test_corrections_worked_by_hand():
    head = Head(np.zeros(2), 0.5, np.array([0.1, 0.0]), corrections=CORRECTIONS)
    # 1 / 0.5 + 0.1 − (1 + 0.5) = 0.6 ; −2 / 0.5 + 0.25 × 1 = −3.75
    assert head.calibrated(np.array([[1.0, -2.0]]))[0] == pytest.approx([0.6, -3.75])
    # Under −0.5 nothing is taken from the first: −1 / 0.5 + 0.1 = −1.9 ; 0 / 0.5 − 0.25 = −0.25
    assert head.calibrated(np.array([[-1.0, 0.0]]))[0] == pytest.approx([-1.9, -0.25])
    assert head.slopes(np.array([1.0, -2.0])).tolist() == [[1.0, 0.25], [0.0, 2.0]]
    assert head.slopes(np.array([-1.0, 0.0])).tolist() == [[2.0, 0.25], [0.0, 2.0]]


def test_corrections_of_nothing_change_nothing():
    logits = np.random.default_rng(0).normal(size=(50, 3))
    plain = Head(np.zeros(3), 0.4, np.array([0.1, -0.2, 0.0]))
    corrected = replace(plain, corrections=np.zeros((5, 3, 3)))
    assert corrected.calibrated(logits).tolist() == plain.calibrated(logits).tolist()


@given(st.lists(st.floats(-2, 2).filter(lambda x: min(abs(x - knot) for knot in KNOTS) > 1e-3), min_size=2, max_size=2))
def test_slopes_are_those_of_the_calibrated_scores(scores):
    head = Head(np.zeros(2), 0.7, np.zeros(2), corrections=np.random.default_rng(1).normal(size=(5, 2, 2)))
    here, step = np.array(scores), 1e-5
    moved = head.calibrated(here + step * np.eye(2)) - head.calibrated(here[None])
    assert moved / step == pytest.approx(head.slopes(here), abs=1e-6)


def test_labels_in_another_order_have_the_same_probabilities(small_classifier):
    corrections = np.random.default_rng(5).normal(size=(5, 5, 5))
    scoring = small_classifier.scoring_
    scoring = replace(scoring, head=replace(scoring.head, corrections=corrections))
    asked, order = pl.Series(["wifi gratuit", "cantine de l'école"]), scoring.labels[::-1]
    other = WordTable(reordered(scoring, order)).probabilities(asked)
    assert other[:, ::-1] == pytest.approx(WordTable(scoring).probabilities(asked))
