"""Draws: sizes, exact inclusion probabilities, allocations worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sampling import (
    active,
    active_inclusion,
    doubt,
    neyman,
    proportional,
    proportional_within,
    stratified,
    systematic,
    uniform,
)

uncertainties = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=30).map(np.array)


def test_a_uniform_draw_takes_each_row_once_and_the_seed_decides():
    one, same, other = (uniform(1000, 50, np.random.default_rng(seed)).rows.tolist() for seed in (1, 1, 2))
    assert len(set(one)) == 50
    assert one == same != other


def test_rows_of_a_uniform_draw_are_drawn_as_often_as_said():
    generator = np.random.default_rng(3)
    counts = np.bincount(np.concatenate([uniform(10, 3, generator).rows for _ in range(4000)]), minlength=10)
    assert np.abs(counts / 4000 - 0.3).max() < 4.5 * np.sqrt(0.3 * 0.7 / 4000)


def test_all_rows_drawn_is_a_census():
    drawn = uniform(5, 5, np.random.default_rng(1))
    assert sorted(drawn.rows.tolist()) == [0, 1, 2, 3, 4]
    assert drawn.inclusion.tolist() == [1.0] * 5


def test_one_stratum_is_a_uniform_draw():
    drawn = stratified(np.zeros(20, dtype=int), np.array([5]), np.random.default_rng(1))
    assert drawn.inclusion.tolist() == uniform(20, 5, np.random.default_rng(1)).inclusion.tolist()
    assert len(set(drawn.rows.tolist())) == 5


def test_strata_get_their_sizes_and_their_probabilities():
    strata = np.array([0] * 10 + [1] * 5 + [2])
    drawn = stratified(strata, np.array([4, 1, 1]), np.random.default_rng(1))
    assert np.bincount(drawn.strata).tolist() == [4, 1, 1]
    assert (strata[drawn.rows] == drawn.strata).all()
    assert set(zip(drawn.strata.tolist(), drawn.inclusion.tolist(), strict=True)) == {(0, 0.4), (1, 0.2), (2, 1.0)}


@settings(deadline=None)
@given(uncertainties, st.floats(0.05, 1.0), st.data())
def test_active_probabilities_sum_to_the_size_and_keep_their_floor(uncertainty, share, data):
    size = data.draw(st.integers(1, len(uncertainty)))
    inclusion = active_inclusion(uncertainty, size, share)
    assert inclusion.sum() == pytest.approx(size, abs=1e-6)
    assert inclusion.max() <= 1.0
    assert inclusion.min() >= share * size / len(uncertainty) - 1e-12


@settings(deadline=None)
@given(uncertainties, st.data())
def test_the_doubtful_are_never_drawn_less_often_than_the_sure(uncertainty, data):
    inclusion = active_inclusion(uncertainty, data.draw(st.integers(1, len(uncertainty))))
    order = np.argsort(uncertainty, kind="stable")
    assert (np.diff(inclusion[order]) >= -1e-9).all()


def test_equal_doubts_and_a_floor_of_one_are_uniform_draws():
    assert active_inclusion(np.full(8, 0.3), 2).round(12).tolist() == [0.25] * 8
    assert active_inclusion(np.zeros(8), 2).round(12).tolist() == [0.25] * 8
    assert active_inclusion(np.arange(8.0), 2, 1.0).round(12).tolist() == [0.25] * 8


@settings(max_examples=30, deadline=None)
@given(uncertainties, st.data())
def test_a_systematic_draw_includes_each_row_with_its_exact_probability(uncertainty, data):
    size = data.draw(st.integers(1, len(uncertainty)))
    inclusion = active_inclusion(uncertainty, size)
    starts = (np.arange(2000) + 0.5) / 2000
    taken = [systematic(inclusion, start) for start in starts]
    assert {len(rows) for rows in taken} == {size}
    frequency = np.bincount(np.concatenate(taken), minlength=len(inclusion)) / 2000
    np.testing.assert_allclose(frequency, inclusion, atol=1.01 / 2000)


def test_an_active_draw_estimates_a_total_without_bias():
    generator = np.random.default_rng(5)
    value = generator.random(40)
    inclusion = active_inclusion(generator.random(40), 10)
    estimates = []
    for _ in range(3000):
        drawn = active(inclusion, generator)
        estimates.append((value[drawn.rows] / drawn.inclusion).sum())
    assert abs(np.mean(estimates) - value.sum()) < 4.5 * np.std(estimates) / np.sqrt(3000)


def test_doubt_is_the_deviation_of_a_calibrated_row():
    assert doubt(np.array([[0.8, 0.2, 0.0]])) == pytest.approx([np.sqrt(0.16 + 0.16)])


def test_allocations_worked_by_hand():
    assert proportional(np.array([500, 300, 200]), 10).tolist() == [5, 3, 2]
    # 60, 30 and 10 % of 7 rows: 4.2, 2.1, 0.7, and the last row goes to the largest remainder.
    assert proportional(np.array([60, 30, 10]), 7, 1).tolist() == [4, 2, 1]
    # 100 × 0.5 to 100 × 0.1 is 5 to 1.
    assert neyman(np.array([100, 100]), np.array([0.5, 0.1]), 12, 1).tolist() == [10, 2]
    # A stratum of which the model is sure still gets the floor; a small one gives all it has.
    assert neyman(np.array([100, 100, 1]), np.array([0.5, 0.0, 0.5]), 12, 3).tolist() == [8, 3, 1]


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=8).map(np.array), st.integers(1, 3), st.data())
def test_an_allocation_sums_up_and_stays_within_its_strata(counts, floor, data):
    fewest = int(np.minimum(counts, floor).sum())
    size = data.draw(st.integers(fewest, int(counts.sum())))
    deviations = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(counts), max_size=len(counts))))
    sizes = neyman(counts, deviations, size, floor)
    assert sizes.sum() == size
    assert (sizes <= counts).all()
    assert (sizes >= np.minimum(counts, floor)).all()


def test_amounts_are_proportional_where_nothing_holds_them():
    free = proportional_within(np.array([1.0, 2.0, 3.0]), np.zeros(3), np.full(3, 100.0), 12.0)
    assert free == pytest.approx([2.0, 4.0, 6.0])
