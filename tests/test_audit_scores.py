"""Scores of an audit: worked by hand, statsmodels as oracle, and weights that must reduce to none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.auditing import audit, bands_of_length, proportion, quartile_bands, slice_scores
from pipeline.auditing.scores import weighted_confusion
from pipeline.evaluation import confusion_matrix


def sure(guess, classes=2):
    return np.eye(classes)[np.array(guess)]


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(0, 200), st.floats(0.01, 100))
def test_equal_weights_give_wilsons_interval(rows, hits, weight):
    from statsmodels.stats.proportion import proportion_confint

    hits = min(hits, rows)
    found = proportion(np.arange(rows) < hits, np.full(rows, weight))
    low, high = proportion_confint(hits, rows, method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((hits / rows, low, high), abs=1e-9)


def test_unequal_weights_worked_by_hand():
    # Two rows of weight 1 right, one of weight 2 wrong: half of the file; effective size 16 / 6.
    found = proportion(np.array([True, True, False]), np.array([1.0, 1.0, 2.0]))
    size, z = 16 / 6, 1.959963984540054
    half = z / (1 + z * z / size) * np.sqrt(0.25 / size + z * z / (4 * size * size))
    assert found.value == 0.5
    assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half))


def test_no_row_has_no_proportion():
    found = proportion(np.zeros(0, dtype=bool), np.zeros(0))
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 0)


def test_the_weighted_confusion_reduces_to_the_plain_one():
    rng = np.random.default_rng(1)
    truth, guess = rng.integers(0, 4, 100), rng.integers(0, 4, 100)
    assert (weighted_confusion(truth, guess, np.ones(100), 4) == confusion_matrix(truth, guess, 4)).all()


def test_an_audit_worked_by_hand():
    truth = np.array([0, 0, 0, 1, 1])
    found = audit(truth, sure([0, 0, 1, 1, 0]), np.ones(5), ("a", "b"))
    assert found.accuracy.value == pytest.approx(3 / 5)
    assert found.confusion.tolist() == [[2, 1], [1, 1]]
    first = found.by_domain[0]
    assert (first.precision.value, first.recall.value, first.f1.value) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert found.row_shares[1][0].value == pytest.approx(1 / 2)
    assert [(pair.truth, pair.guess, pair.rows) for pair in found.pairs] == [("a", "b", (2,)), ("b", "a", (4,))]
    assert not found.weighted


def test_a_row_drawn_rarely_counts_for_more():
    truth, guess = np.array([0, 0, 1, 1]), [0, 0, 1, 0]
    # The wrong row had one chance in ten, the others were sure to be drawn: 10 of 13 rows of the file are wrong.
    found = audit(truth, sure(guess), np.array([1.0, 1.0, 1.0, 0.1]), ("a", "b"))
    assert found.weighted
    assert found.accuracy.value == pytest.approx(3 / 13)
    assert found.pairs[0].share.value == pytest.approx(10 / 13)
    assert found.confusion.tolist() == [[2, 0], [1, 1]]


def test_a_model_always_right_has_no_pair_and_says_so():
    found = audit(np.array([0, 1] * 20), sure([0, 1] * 20), np.ones(40), ("a", "b"))
    assert found.pairs == ()
    assert found.macro_f1.value == 1.0
    assert (
        found.sentence()
        == "40 lignes auditées : 100,0 % (91,2–100,0) des domaines sont justes, macro-F1 100,0 % (100,0–100,0)."
    )


def test_the_sentence_names_the_most_costly_confusion():
    found = audit(np.array([0, 0, 1, 1]), sure([0, 1, 1, 1]), np.ones(4), ("a", "b"))
    assert found.sentence("en").endswith("; the most costly confusion: a taken for b.")


def test_slices_are_ordered_by_errors_and_small_ones_marked():
    values = ["ville"] * 40 + ["bourg"] * 10 + [""] * 2
    right = np.array([True] * 39 + [False] + [False] * 3 + [True] * 7 + [True, False])
    found = slice_scores("taille", values, right, np.ones(52))
    assert [(one.value, one.errors, one.accuracy.n, one.small) for one in found] == [
        ("bourg", 3, 10, True),
        ("ville", 1, 40, False),
        ("–", 1, 2, True),
    ]


def test_bands():
    assert bands_of_length([0, 5, 6, 31, 61]) == ["1–5 mots", "1–5 mots", "6–15 mots", "31–60 mots", "61 mots et plus"]
    assert quartile_bands(["ville", "12", "13"]) is None
    assert quartile_bands(["1", "2", "1", "2"]) is None
    assert quartile_bands(["100", "200", "300", "400", "1000"])[0] == "100 à 200"
