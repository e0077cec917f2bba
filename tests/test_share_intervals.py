"""Shares with intervals: values worked by hand, ppi-python as oracle, limit cases, bounds whatever the input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ppi_py import ppi_mean_pointestimate

from pipeline.results import AuditedSample, Share, Shares
from pipeline.shares import (
    Population,
    audited_by_commune,
    audited_shares,
    calibration_matrix_shares,
    difference_of_shares,
    drift_of,
    expectation_maximisation_shares,
)
from pipeline.shares.estimation import estimate, power_tuning
from pipeline.shares.intervals import wilson
from pipeline.shares.population import sample_of

NAMES = ["a", "b", "c", "d", "e"]


def audit_of(rows, labels, inclusion=None, strata=None, of=100):
    rows = np.asarray(rows)
    inclusion = np.full(len(rows), len(rows) / of) if inclusion is None else np.asarray(inclusion, dtype=float)
    strata = np.zeros(len(rows), dtype=np.int64) if strata is None else np.asarray(strata)
    return AuditedSample(rows, np.asarray(labels), inclusion, strata, ())


def made_up(seed, size=300, read=60, classes=2):
    """A file whose probabilities are right more often than not, and an audit of it."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, size)
    probabilities = rng.dirichlet(np.ones(classes), size) + 1.5 * np.eye(classes)[truth]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    rows = rng.choice(size, read, replace=False)
    return Population(probabilities, np.ones(size)), truth, audit_of(rows, truth[rows], of=size)


def sampled(population, audit):
    return sample_of(population, audit.rows, audit.labels, audit.inclusion, audit.strata)


def test_a_table_of_eight_rows_by_hand():
    first = np.array([1.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0, 1.0])
    rows = Population(np.stack([first, 1 - first], axis=1), np.ones(8))
    audit = audit_of([0, 1, 2, 3], [0, 0, 1, 1], of=8)
    found = estimate(rows, sampled(rows, audit))
    # λ: cov(y, p) = (0.5 · 0.5 + 0.5 · 0.5) / 4 = 1/8; var(p) = (7 · 1/16 + 9/16) / 7 = 1/7.
    assert found.power == pytest.approx(7 / 8)
    # ȳ + λ (P̄ − p̄) = 1/2 + 7/8 (3/4 − 1/2)
    assert found.shares == pytest.approx([0.71875, 0.28125])
    # r = 1/8, 9/16, −7/16, 0; Σ (r − 1/16)² = 65/128; (1 − 1/2) / 4 / 3 of it. The model expects as much.
    assert found.variance == pytest.approx([65 / 128 / 24] * 2)
    assert (found.freedom, found.effective) == (pytest.approx(3), pytest.approx(8))
    shares = audited_shares(rows, audit, ["a", "b"]).shares
    # Two hits of each are few: Wilson on 8 rows with t(3) = 3.1824.
    assert [(round(s.low, 1), round(s.high, 1), s.few) for s in shares] == [(12.6, 87.4, True), (12.6, 87.4, True)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("classes", [2, 5])
def test_the_estimate_is_that_of_ppi_python(seed, classes):
    rows, truth, audit = made_up(seed, classes=classes)
    rest = np.setdiff1d(np.arange(rows.size), audit.rows)
    columns = slice(0, 1) if classes == 2 else slice(0, classes)
    theirs = ppi_mean_pointestimate(
        np.eye(classes)[truth[audit.rows]][:, columns],
        rows.probabilities[audit.rows][:, columns],
        rows.probabilities[rest][:, columns],
    )
    ours = estimate(rows, sampled(rows, audit)).shares[columns]
    assert ours == pytest.approx(np.atleast_1d(theirs), abs=1e-9)


def test_plain_ppi_at_lambda_one():
    rows, truth, audit = made_up(3)
    rest = np.setdiff1d(np.arange(rows.size), audit.rows)
    y, p = (truth[audit.rows] == 0).astype(float), rows.probabilities[:, 0]
    theirs = p[rest].mean() + (y - p[audit.rows]).mean()
    # The audited rows are part of the file here, and not in ppi-python: its λ is (N − n) / N of ours.
    ours = estimate(rows, sampled(rows, audit), rows.size / len(rest)).shares[0]
    assert ours == pytest.approx(theirs, abs=1e-12)
    assert ours == pytest.approx(ppi_mean_pointestimate(y, p[audit.rows], p[rest], lam=1).item(), abs=1e-9)


def test_all_rows_audited_give_the_plain_share():
    rows, truth, _ = made_up(1, size=50, read=50)
    found = audited_shares(rows, audit_of(np.arange(50), truth, np.ones(50)), ["a", "b"])
    plain = 100 * (truth == 0).mean()
    assert [found.shares[0].share, found.shares[0].low, found.shares[0].high] == pytest.approx([plain] * 3)


def test_no_audited_row_no_interval():
    rows, _, _ = made_up(1)
    found = audited_shares(rows, audit_of([], np.zeros(0, dtype=np.int64)), ["a", "b"])
    assert (found.method, found.level, found.audited) == ("counted", None, 0)
    assert all(s.low is None and s.high is None for s in found.shares)


def test_one_stratum_is_no_stratum():
    rows, _, audit = made_up(2)
    one = audit_of(audit.rows, audit.labels, audit.inclusion, np.full(len(audit.rows), 7))
    assert audited_shares(rows, one, ["a", "b"]) == audited_shares(rows, audit, ["a", "b"])


def test_strata_take_out_what_differs_between_them():
    """Two strata, each of one label: nothing is left to be unsure of, but by the model's own doubt."""
    truth = np.repeat([0, 1], 500)
    rows = Population(np.full((1000, 2), 0.5), np.ones(1000))
    read = np.concatenate([np.arange(40), np.arange(500, 540)])
    together = estimate(rows, sampled(rows, audit_of(read, truth[read], of=1000)))
    apart = estimate(rows, sampled(rows, audit_of(read, truth[read], strata=truth[read], of=1000)))
    assert apart.shares == pytest.approx([0.5, 0.5])
    assert apart.variance[0] < 0.1 * together.variance[0]


def test_a_stratum_of_one_row_is_joined_to_another():
    rows, _, audit = made_up(2)
    strata = np.zeros(len(audit.rows), dtype=np.int64)
    strata[0] = 3
    found = audited_shares(rows, audit_of(audit.rows, audit.labels, audit.inclusion, strata), ["a", "b"])
    assert found == audited_shares(rows, audit, ["a", "b"])


def test_weights_count_by_their_ratios_only():
    rows, _, audit = made_up(4)
    weights = np.random.default_rng(0).uniform(0.5, 3.0, rows.size)
    one, two = (audited_shares(Population(rows.probabilities, w), audit, ["a", "b"]) for w in (weights, 10 * weights))
    assert [s.share for s in one.shares] == pytest.approx([s.share for s in two.shares])
    assert [s.low for s in one.shares] == pytest.approx([s.low for s in two.shares])
    # Equal weights are no weights.
    same = audited_shares(Population(rows.probabilities, np.full(rows.size, 2.0)), audit, ["a", "b"])
    assert [s.share for s in same.shares] == pytest.approx(
        [s.share for s in audited_shares(rows, audit, ["a", "b"]).shares]
    )


def test_a_weighted_audit_of_equal_chances_is_the_weighted_share():
    """λ = 0, rows 0 and 1 weigh 3, rows 2 and 3 weigh 1: the share of `a` is (3 + 1) / 8."""
    rows = Population(np.full((8, 2), 0.5), np.array([3.0, 3, 1, 1, 1, 1, 1, 1]))
    found = estimate(rows, sampled(rows, audit_of([0, 1, 2, 3], [0, 1, 0, 1], of=8)), 0.0)
    assert found.shares == pytest.approx([0.5, 0.5])
    found = estimate(rows, sampled(rows, audit_of([0, 1, 2, 3], [0, 1, 1, 1], of=8)), 0.0)
    assert found.shares == pytest.approx([3 / 8, 5 / 8])


def test_unequal_chances_are_undone():
    """Rows drawn four times as often count a quarter."""
    rows = Population(np.full((8, 2), 0.5), np.ones(8))
    found = estimate(rows, sampled(rows, audit_of([0, 1, 2], [0, 0, 1], [0.8, 0.8, 0.2], of=8)), 0.0)
    assert found.shares == pytest.approx([2.5 / 7.5, 5 / 7.5])


def test_every_row_its_own_commune_is_no_commune():
    rows, _, audit = made_up(5)
    alone = Population(rows.probabilities, rows.weights, np.arange(rows.size))
    one, two = (audited_shares(r, audit, ["a", "b"], statement="communes") for r in (rows, alone))
    assert one.shares == two.shares


def test_communes_in_general_are_less_sure_than_this_file():
    rows, _, audit = made_up(5)
    file, general = (audited_shares(rows, audit, ["a", "b"], statement=s) for s in ("file", "communes"))
    assert file.shares[0].share == general.shares[0].share
    assert general.shares[0].high - general.shares[0].low > file.shares[0].high - file.shares[0].low


def test_rows_copied_within_their_commune_teach_nothing():
    rows, _, audit = made_up(6, size=400, read=120)
    once = Population(rows.probabilities, rows.weights, np.arange(rows.size))
    twice = Population(np.tile(rows.probabilities, (2, 1)), np.ones(800), np.tile(np.arange(400), 2))
    both = np.concatenate([audit.rows, audit.rows + 400])
    copied = audit_of(both, np.tile(audit.labels, 2), of=800)
    power = power_tuning(once, sampled(once, audit))
    one = estimate(once, sampled(once, audit), power, by_commune=True)
    two = estimate(twice, sampled(twice, copied), power, by_commune=True)
    assert two.shares == pytest.approx(one.shares)
    assert two.freedom == pytest.approx(one.freedom)
    # Within a few percent: what the model's own doubt adds goes by rows.
    assert two.variance == pytest.approx(one.variance, rel=0.05)


def test_one_commune_read_leaves_everything_open():
    rows, _, audit = made_up(6, size=400, read=120)
    one = Population(rows.probabilities, rows.weights, np.where(np.isin(np.arange(400), audit.rows), 0, 1))
    found = audited_shares(one, audit, ["a", "b"], statement="communes")
    assert [(s.low, s.high) for s in found.shares] == [(0.0, 100.0)] * 2


def test_whole_communes_are_told_from_rows_drawn_one_by_one():
    communes = np.repeat(np.arange(50), 20)
    rows = Population(np.full((1000, 2), 0.5), np.ones(1000), communes)
    drawn = np.random.default_rng(1).choice(1000, 100, replace=False)
    assert not audited_by_commune(rows, audit_of(drawn, np.zeros(100, dtype=np.int64)))
    assert audited_by_commune(rows, audit_of(np.arange(100), np.zeros(100, dtype=np.int64)))


def test_a_label_never_seen_has_an_honest_upper_bound():
    rows, _, audit = made_up(7, read=100)
    wide = Population(np.hstack([rows.probabilities, np.zeros((rows.size, 1))]), rows.weights)
    unseen = audited_shares(wide, audit, ["a", "b", "c"]).shares[2]
    assert (unseen.share, unseen.low, unseen.audited, unseen.few) == (0.0, 0.0, 0, True)
    # Wilson: t² / (rows + t²), 100 of 300 rows being worth 150.
    assert unseen.high == pytest.approx(100 * 1.9842**2 / (150 + 1.9842**2), abs=0.01)


def test_one_class_only_leaves_room_for_others():
    rows, _, audit = made_up(8, read=100)
    found = audited_shares(rows, audit_of(audit.rows, np.zeros(100, dtype=np.int64), of=300), ["a", "b"]).shares
    assert found[0].low < 99.0
    assert found[0].high == 100.0
    assert found[1].high > 1.0


def test_simultaneous_intervals_are_wider():
    rows, _, audit = made_up(9, size=600, read=200, classes=5)
    one, all_five = (audited_shares(rows, audit, NAMES, simultaneous=s) for s in (False, True))
    for alone, together in zip(one.shares, all_five.shares, strict=True):
        # t at 0.995 over t at 0.975, 199 degrees of freedom.
        assert together.high - together.share == pytest.approx((alone.high - alone.share) * 2.6009 / 1.9720, rel=1e-3)


def test_a_model_that_knows_nothing_is_ignored():
    rng = np.random.default_rng(0)
    rows = Population(rng.dirichlet(np.ones(2), 2000), np.ones(2000))
    labels = rng.integers(0, 2, 400)
    audit = audit_of(np.arange(400), labels, of=2000)
    found = estimate(rows, sampled(rows, audit))
    alone = estimate(rows, sampled(rows, audit), 0.0)
    assert found.power < 0.3
    assert np.sqrt(found.variance[0]) <= 1.02 * np.sqrt(alone.variance[0])


@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from(["file", "communes"]), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_bounds_hold_whatever_is_read(seed, read, statement, simultaneous, certain):
    rng = np.random.default_rng(seed)
    size, classes = read + int(rng.integers(0, 60)), int(rng.integers(2, 6))
    sharp = rng.dirichlet(np.full(classes, 0.05), size)
    probabilities = np.eye(classes)[sharp.argmax(axis=1)] if certain else sharp
    communes = rng.integers(0, max(2, size // 3), size)
    rows = Population(probabilities, rng.lognormal(0, 2, size), np.unique(communes, return_inverse=True)[1])
    audit = audit_of(
        rng.choice(size, read, replace=False),
        rng.integers(0, int(rng.integers(1, classes + 1)), read),
        rng.uniform(1e-6, 1.0, read),
        rng.integers(0, 4, read),
    )
    found = audited_shares(rows, audit, NAMES[:classes], statement=statement, simultaneous=simultaneous)
    assert sum(s.share for s in found.shares) == pytest.approx(100.0)
    for share in found.shares:
        assert 0.0 <= share.low <= share.share + 1e-9 <= share.high + 2e-9 <= 100.0 + 3e-9


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_changes_nothing(seed, shuffler):
    rows, _, audit = made_up(seed, classes=3)
    order = list(range(rows.size))
    shuffler.shuffle(order)
    place = np.argsort(order)
    moved = Population(rows.probabilities[order], rows.weights)
    again = audit_of(place[audit.rows][::-1], audit.labels[::-1], of=rows.size)
    one, two = audited_shares(rows, audit, NAMES[:3]), audited_shares(moved, again, NAMES[:3])
    for before, after in zip(one.shares, two.shares, strict=True):
        assert (after.low, after.share, after.high) == pytest.approx((before.low, before.share, before.high))


def test_wilson_by_hand():
    low, high = wilson(np.array([0.5]), 100, 2.0)
    # centre 0.5; half = 2 / 1.04 · √(0.0025 + 0.0001)
    assert (low[0], high[0]) == pytest.approx((0.5 - 0.098058, 0.5 + 0.098058), abs=1e-6)


def test_emq_finds_a_mix_that_has_shifted():
    rng = np.random.default_rng(1)
    truth = (rng.random(40_000) < 0.2).astype(int)
    signal = rng.normal(np.where(truth == 1, 1.0, -1.0), 1.0)
    # Calibrated for a mix of halves: log-odds of two unit normals at ±1 are twice the signal.
    chances = 1 / (1 + np.exp(-2 * signal))
    rows = Population(np.stack([1 - chances, chances], axis=1), np.ones(len(truth)))
    found = expectation_maximisation_shares(rows, np.array([0.5, 0.5]), ["a", "b"])
    assert rows.mean[1] > 0.26
    assert found.shares[1] == pytest.approx(20.0, abs=0.8)


def test_the_calibration_matrix_by_hand():
    truth, guess = np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1])
    found = calibration_matrix_shares(np.array([0.6, 0.4, 0.0]), truth, guess, ["a", "b", "c"])
    # Two in three of those predicted `a` are; all of those predicted `b`.
    assert found.shares == pytest.approx((40.0, 60.0, 0.0))


def test_a_difference_by_hand():
    here = Shares(9, 0, 9, "ppi++", 0.95, (Share("a", 5, 50.0, 44.0, 58.0),))
    there = Shares(9, 0, 9, "ppi++", 0.95, (Share("a", 4, 40.0, 34.0, 48.0),))
    found = difference_of_shares(here, there, "x", "y").differences[0]
    # 10 − √(6² + 8²), 10 + √(8² + 6²)
    assert (found.difference, found.low, found.high) == (10.0, 0.0, 20.0)
    counted = Shares(9, 0, 0, "counted", None, (Share("a", 4, 40.0),))
    assert difference_of_shares(here, counted, "x", "y").differences[0].low is None


def test_drift_by_hand():
    profile = {
        "unknown_word_rate": 0.1,
        "words_per_text": 10.0,
        "mean_confidence": 0.7,
        "predicted_mix": {"a": 0.5, "b": 0.5},
    }
    given_file = {"unknown_word_rate": 0.14, "words_per_text": 21.0, "mean_confidence": 0.65}
    found = drift_of(profile, ["a", "b"], **given_file, mean_probabilities=np.array([0.7, 0.3]))
    assert [(s.key, s.passed) for s in found.signs] == [
        ("unknown_words", False),
        ("length", True),
        ("confidence", False),
        ("mix", True),
    ]
    assert found.signs[3].here == pytest.approx(20.0)
    assert drift_of({}, [], **given_file, mean_probabilities=np.zeros(0)).signs == ()
