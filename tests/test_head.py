"""Calibration: corrections of scores by straight pieces, what parts of a text add, and what words add on them."""

from copy import copy
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.calibration import KNOTS, MOST, Calibration, in_parts
from pipeline.explanation import explain
from pipeline.scoring import reordered
from pipeline.wordtable import WordTable

CORRECTIONS = np.zeros((5, 2, 2))
# Each point of the first score adds a quarter to the second label; above −0.5, a point less to the first.
CORRECTIONS[0, 0, 1], CORRECTIONS[2, 0, 0] = 0.25, -1.0
LIST = "wifi gratuit, cantine de l'école et musée"


def calibrated(classifier, **calibration):
    """The scoring of a classifier with other numbers in its calibration."""
    scoring = classifier.scoring_
    return replace(scoring, head=replace(scoring.head, calibration=replace(scoring.head.calibration, **calibration)))


def slopes(calibration, scores):
    """Where scores have not moved, secants are slopes."""
    return calibration.secants(scores, scores)


def line(*scores):
    """A text of one part: its scores, and no standing."""
    return np.array([[*scores, 0.0]])


def parted(seed=7):
    rng = np.random.default_rng(seed)
    parts, led = rng.normal(size=(4, 5, 5, 5)), rng.normal(size=(4, 5, 5))
    return {"parts": parts, "division": rng.normal(size=5), "leads": rng.normal(size=(2, 5)), "led": led}


@pytest.fixture
def standing(small_classifier):
    """The small classifier, taught what stands by weights drawn."""
    taught = copy(small_classifier)
    taught.stand(np.random.default_rng(8).normal(size=taught.scoring_.space.width))
    return taught


def test_what_words_add_is_exact_with_corrections_too(small_classifier):
    rng = np.random.default_rng(3)
    scoring = calibrated(small_classifier, corrections=rng.normal(size=(5, 5, 5)))
    head = scoring.head
    nothing = explain(replace(scoring, head=replace(head, bias=head.bias * 0)), "wifi gratuit pour l'école")
    logits = small_classifier.decision_function(["wifi gratuit pour l'école"])[0]
    found = explain(scoring, "wifi gratuit pour l'école")
    gained = head.calibration.calibrated(np.stack([logits, head.bias, logits - head.bias, head.bias * 0]))
    assert found.contributions.sum(axis=0) == pytest.approx(gained[0] - gained[1])
    assert nothing.contributions.sum(axis=0) == pytest.approx(gained[2] - gained[3])


def test_what_words_add_is_exact_with_parts_too(standing):
    scoring = calibrated(standing, **parted())
    head, scores = scoring.head, standing.part_scores([LIST])[0]
    found = explain(scoring, LIST)
    assert found.words == ("wifi", "gratuit", "cantine", "de", "l'", "école", "et", "musée")
    assert np.abs(scores[1:, -1]).min() > 0
    gained = head.calibration.calibrated(np.stack([scores, np.tile([*head.bias, 0.0], (5, 1))]))
    assert found.contributions.sum(axis=0) == pytest.approx(gained[0] - gained[1])
    assert found.probabilities == pytest.approx(head.calibration.probabilities(scores[None])[0])


def test_corrections_worked_by_hand():
    calibration = Calibration(0.5, np.array([0.1, 0.0]), CORRECTIONS)
    # 1 / 0.5 + 0.1 − (1 + 0.5) = 0.6 ; −2 / 0.5 + 0.25 × 1 = −3.75
    assert calibration.calibrated(np.array([[1.0, -2.0]]))[0] == pytest.approx([0.6, -3.75])
    # Under −0.5 nothing is taken from the first: −1 / 0.5 + 0.1 = −1.9 ; 0 / 0.5 − 0.25 = −0.25
    assert calibration.calibrated(np.array([[-1.0, 0.0]]))[0] == pytest.approx([-1.9, -0.25])
    assert slopes(calibration, line(1.0, -2.0))[0].tolist() == [[1.0, 0.25], [0.0, 2.0], [0.0, 0.0]]
    assert slopes(calibration, line(-1.0, 0.0))[0].tolist() == [[2.0, 0.25], [0.0, 2.0], [0.0, 0.0]]
    # From −1 to 1 the first score gains 2 / 0.5 − 1.5 for the first label: 1.25 a point.
    assert calibration.secants(line(1.0, -2.0), line(-1.0, -2.0))[0].tolist() == [
        [1.25, 0.25],
        [0.0, 2.0],
        [0.0, 0.0],
    ]


def test_parts_worked_by_hand():
    # What the first part says counts as corrections do; of the rest, nothing but its second score, for the first label;
    # of what is around the last mark, nothing.
    parts = np.zeros((4, 5, 2, 2))
    parts[0], parts[1, 0, 1, 0] = CORRECTIONS, 10.0
    calibration = Calibration(0.5, np.zeros(2), None, parts, np.array([0.0, 3.0]))
    lines = np.array([[1.0, -2.0, 0.9], [5.0, 0.5, 0.4], [1.0, -2.0, 4.0], [3.0, 2.0, 0.0]])
    scores = in_parts(np.ones((2, 2)), np.array([1]), lines[:, None])
    # The whole 1 / 0.5; the first part −(1 + 0.5) and 0.25 × 1; the rest 10 × 0.5; the division 3.
    assert calibration.calibrated(scores).tolist() == [[2.0, 2.0], [2.0 - 1.5 + 5.0, 2.0 + 0.25 + 3.0]]
    assert slopes(calibration, scores[1])[1].tolist() == [[-1.0, 0.25], [0.0, 0.0], [0.0, 0.0]]
    assert not slopes(calibration, scores[0])[1:].any()
    # The first part leads by 0.5 at the first mark; at the last, by 4, which counts for 3. A point of the first lead
    # adds 2 to the second label, and 3 for each point of the rest's first score; of the second lead, 1 to the first.
    led = np.zeros((4, 2, 2))
    led[1, 0, 1] = 3.0
    leading = replace(calibration, leads=np.array([[0.0, 2.0], [1.0, 0.0]]), led=led)
    added = leading.calibrated(scores) - calibration.calibrated(scores)
    assert added == pytest.approx(np.array([[0.0, 0.0], [3.0, 0.5 * 2.0 + 0.5 * 3.0 * 5.0]]))


def test_corrections_and_parts_of_nothing_change_nothing():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(50, 3))
    plain = Calibration(0.4, np.array([0.1, -0.2, 0.0]))
    corrected = replace(plain, corrections=np.zeros((5, 3, 3)))
    assert corrected.calibrated(logits).tolist() == plain.calibrated(logits).tolist()
    scores = in_parts(logits, np.arange(0, 50, 2), rng.normal(size=(4, 25, 4)))
    divided = replace(plain, parts=np.zeros((4, 5, 3, 3)), division=np.zeros(3))
    assert divided.calibrated(scores).tolist() == plain.calibrated(logits).tolist()
    leading = replace(divided, leads=np.zeros((2, 3)), led=np.zeros((4, 3, 3)))
    assert leading.calibrated(scores).tolist() == plain.calibrated(logits).tolist()


def test_a_model_of_before_knows_the_first_mark_alone():
    rng = np.random.default_rng(6)
    scores = in_parts(rng.normal(size=(9, 3)), np.arange(9), rng.normal(size=(4, 9, 4)))
    before = Calibration(0.4, np.zeros(3), None, rng.normal(size=(2, 5, 3, 3)), rng.normal(size=3))
    after = replace(before, parts=np.concatenate([before.parts, np.zeros((2, 5, 3, 3))]))
    assert before.calibrated(scores) == pytest.approx(after.calibrated(scores))


@given(
    st.lists(st.floats(-2, 2).filter(lambda x: min(abs(x - knot) for knot in KNOTS) > 1e-3), min_size=15, max_size=15)
)
def test_slopes_are_those_of_the_calibrated_scores(scores):
    rng = np.random.default_rng(1)
    calibration = Calibration(
        0.7,
        np.zeros(2),
        rng.normal(size=(5, 2, 2)),
        rng.normal(size=(4, 5, 2, 2)),
        rng.normal(size=2),
        rng.normal(size=(2, 2)),
        rng.normal(size=(4, 2, 2)),
    )
    here, step = np.array(scores).reshape(5, 3), 1e-5
    assume(np.abs(np.abs(here[1::2, 2] - here[2::2, 2]) - MOST).min() > 1e-3)
    for part, score in np.ndindex(5, 3):
        moved = here.copy()
        moved[part, score] += step
        difference = calibration.calibrated(moved[None]) - calibration.calibrated(here[None])
        assert difference[0] / step == pytest.approx(slopes(calibration, here)[part, score], abs=1e-4)


def test_labels_in_another_order_have_the_same_probabilities(standing):
    corrections = np.random.default_rng(5).normal(size=(5, 5, 5))
    scoring = calibrated(standing, corrections=corrections, **parted())
    asked, order = pl.Series(["wifi gratuit", "cantine de l'école", LIST]), scoring.labels[::-1]
    other = WordTable(reordered(scoring, order)).probabilities(asked)
    assert other[:, ::-1] == pytest.approx(WordTable(scoring).probabilities(asked))
