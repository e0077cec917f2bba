"""Shares, scores and calibration: values worked by hand, and the library's own as oracle."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from pipeline.calibrating import calibrate
from pipeline.evaluation import (
    calibration_error,
    confusion_matrix,
    coverage_accuracy,
    evaluate,
    macro_f1,
    review_threshold,
)
from pipeline.shares import counted_shares
from pipeline.training import grouped_folds, joined_groups

NAMES = ["a", "b", "c"]


def test_counted_shares_by_hand():
    result = counted_shares(np.array([0, 0, 2, -1, 2, 2]), NAMES)
    assert [(s.domain, s.count, s.share) for s in result.shares] == [("a", 2, 40.0), ("b", 0, 0.0), ("c", 3, 60.0)]
    assert (result.n, result.without_text, result.audited, result.level) == (5, 1, 0, None)
    assert all(s.low is None and s.high is None for s in result.shares)


def test_no_labelled_row_gives_no_share():
    assert [s.share for s in counted_shares(np.array([-1, -1]), NAMES).shares] == [None, None, None]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=50))
def test_shares_sum_to_a_hundred_and_do_not_depend_on_the_order(numbers):
    result = counted_shares(np.array(numbers), NAMES)
    assert sum(s.share for s in result.shares) == pytest.approx(100.0)
    assert counted_shares(np.array(numbers[::-1]), NAMES) == result


def test_scores_by_hand():
    truth, guess = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2])
    result = evaluate(truth, guess, NAMES)
    assert result.confusion.tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert result.accuracy == pytest.approx(4 / 6)
    # F1 : 2·2/(3+2) = 0.8 ; 2·1/(2+2) = 0.5 ; 2·1/(1+2) = 2/3
    assert [s.f1 for s in result.by_domain] == pytest.approx([0.8, 0.5, 2 / 3])
    assert result.macro_f1 == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert result.macro_f1_low <= result.macro_f1 <= result.macro_f1_high


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_macro_f1_is_scikit_learns(pairs):
    truth, guess = np.array(pairs).T
    assert macro_f1(truth, guess, 3) == pytest.approx(f1_score(truth, guess, average="macro"))
    assert confusion_matrix(truth, guess, 3).sum() == len(pairs)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    # Two bins: 0.6 said, 1 of 2 right; 0.9 said, 2 of 2 right: (2·0.1 + 2·0.1) / 4.
    assert calibration_error(probabilities, np.array([0, 0, 0, 1]), bins=2) == pytest.approx(0.1)


def test_coverage_and_threshold_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    truth = np.array([0, 0, 1, 0])
    index, coverage, accuracy = coverage_accuracy(probabilities, truth)
    assert index == pytest.approx([0.8, 0.6, 0.4, 0.2])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert accuracy == pytest.approx([1, 1, 2 / 3, 3 / 4])
    assert review_threshold(probabilities, truth, 0.97) == pytest.approx((0.6, 0.5))
    assert review_threshold(probabilities, 1 - truth, 0.97) == (1.0, 0.0)


def test_calibration_recovers_a_known_temperature():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(20_000, 3))
    chances = np.exp(logits / 0.5 + [0.4, 0.0, 0.0])
    chances /= chances.sum(axis=1, keepdims=True)
    truth = (rng.random((len(logits), 1)) > chances.cumsum(axis=1)).sum(axis=1)
    found = calibrate(logits, truth)
    assert found.temperature == pytest.approx(0.5, abs=0.02)
    assert np.array(found.shift) == pytest.approx([0.4, 0.0, 0.0], abs=0.05)
    assert np.abs(found.probabilities(logits) - chances).mean() < 0.01


def test_calibration_learns_that_a_score_says_less_beyond_a_knot():
    rng = np.random.default_rng(2)
    logits = rng.uniform(-2, 2, size=(20_000, 2))
    told = np.minimum(logits, 0.5) * 3
    chances = np.exp(told) / np.exp(told).sum(axis=1, keepdims=True)
    truth = (rng.random(len(logits)) > chances[:, 0]).astype(np.int64)
    found = calibrate(logits, truth)
    assert np.abs(found.probabilities(logits) - chances).mean() < 0.01
    assert np.abs(replace(found, corrections=0 * found.corrections).probabilities(logits) - chances).mean() > 0.05


def test_few_texts_are_calibrated_by_little_more_than_a_temperature():
    rng = np.random.default_rng(4)
    logits = rng.normal(size=(30, 3))
    truth = logits.argmax(axis=1)
    assert np.abs(calibrate(logits, truth).corrections).max() < 0.5


# scikit-learn warns of a label of fewer texts than folds (training refuses it); the property holds there too.
@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
@example(["a"] * 25 + ["b", "c", "e", "g", "i"])
@given(st.lists(st.sampled_from("abcdefghijklmnop"), min_size=30, max_size=60))
def test_a_group_is_never_on_both_sides(kinds):
    labels = [str(ord(kind) % 2) for kind in kinds]
    if len(set(labels)) == 2 and len(set(kinds)) >= 6:
        for train, test in grouped_folds(labels, joined_groups(kinds), seed=0, folds=2):
            assert not {kinds[row] for row in train} & {kinds[row] for row in test}
