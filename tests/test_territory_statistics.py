"""The estimators of the territorial findings: statsmodels as an oracle, values worked by hand, limits that reduce."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.truncated_model import TruncatedLFNegativeBinomialP

from pipeline.territory.composition import centred_log_ratios, ratio_slopes
from pipeline.territory.correction import one_hot, pseudo_labels
from pipeline.territory.correlation import spearman
from pipeline.territory.counts import fit_counts
from pipeline.territory.covariance import jackknife, sandwich
from pipeline.territory.equivalence import all_within_p, any_beyond_p, beyond_p, holm, within_p
from pipeline.territory.mixes import commune_weights, fit_mix, shares_at, shift_of
from pipeline.territory.needed import Equivalence, needed_for, p_to_reach
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.sign_flips import effective_scores, flipped_p
from pipeline.territory.survey import density_terms, quarters, region_terms


def survey_by_hand(communes=120, seed=3):
    """A small table of communes: design with a constant, counts, labels of services and their communes."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(communes), rng.normal(9, 1, communes), rng.integers(0, 2, communes)])
    mean = np.exp(-6 + 0.9 * design[:, 1] - 0.3 * design[:, 2])
    counts = rng.poisson(rng.gamma(2.0, 0.5 * mean)).astype(float)
    places = np.repeat(np.arange(communes), counts.astype(int))
    labels = np.minimum(rng.integers(0, 4, len(places)), rng.integers(0, 4, len(places)))
    return design, counts, places, labels


def test_the_counts_are_those_of_statsmodels():
    design, counts, _, _ = survey_by_hand()
    ours = fit_counts(counts, design, truncated=False)
    theirs = sm.NegativeBinomial(counts, design).fit(disp=0, maxiter=500)
    np.testing.assert_allclose(ours.coefficients, theirs.params[:-1], atol=1e-4)
    assert ours.alpha == pytest.approx(theirs.params[-1], abs=1e-4)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    assert ours.poisson_log_likelihood == pytest.approx(sm.Poisson(counts, design).fit(disp=0).llf, abs=0.05)


def test_the_truncated_counts_are_those_of_statsmodels():
    design, counts, _, _ = survey_by_hand()
    seen = counts > 0
    ours = fit_counts(counts[seen], design[seen], truncated=True)
    model = TruncatedLFNegativeBinomialP(counts[seen], design[seen], p=2, truncation=0)
    theirs = model.fit(disp=0, maxiter=5000, method="bfgs", gtol=1e-7)
    np.testing.assert_allclose(ours.coefficients, theirs.params[:-1], atol=1e-3)
    assert ours.alpha == pytest.approx(theirs.params[-1], abs=1e-3)
    assert ours.log_likelihood >= theirs.llf - 1e-6


def test_poisson_counts_are_not_called_overdispersed_and_spread_ones_are():
    rng = np.random.default_rng(5)
    design = np.ones((300, 1))
    poisson = fit_counts(rng.poisson(6, 300).astype(float), design, truncated=False)
    spread = fit_counts(rng.poisson(rng.gamma(1.0, 6.0, 300)).astype(float), design, truncated=False)
    assert poisson.dispersion_p > 0.05
    assert poisson.coefficients[0] == pytest.approx(np.log(6), abs=0.1)
    assert spread.dispersion_p < 1e-6
    assert spread.alpha == pytest.approx(1.0, abs=0.3)


def test_truncation_recovers_the_mean_of_all_from_those_that_are_seen():
    rng = np.random.default_rng(6)
    counts = rng.poisson(rng.gamma(2.0, 0.75, 20_000)).astype(float)
    seen = counts[counts > 0]
    fit = fit_counts(seen, np.ones((len(seen), 1)), truncated=True)
    assert np.exp(fit.coefficients[0]) == pytest.approx(1.5, abs=0.08)
    assert seen.mean() > 2


def test_counts_that_cannot_be_fitted_say_why():
    ones = np.ones((20, 1))
    with pytest.raises(ObstacleError, match="one_service_each"):
        fit_counts(np.ones(20), ones, truncated=True)
    with pytest.raises(ObstacleError, match="no_variation"):
        fit_counts(np.arange(20.0), np.ones((20, 2)), truncated=False)
    with pytest.raises(ValueError, match="at least 1"):
        fit_counts(np.arange(20.0), ones, truncated=True)


def test_the_mix_is_that_of_statsmodels_with_clustered_errors(monkeypatch):
    design, counts, places, labels = survey_by_hand()
    totals = np.zeros((len(design), 4))
    np.add.at(totals, (places, labels), 1)
    seen = counts > 0
    # statsmodels has the sandwich only; without the jackknife the errors must be the same up to its N/(N − p).
    monkeypatch.setattr("pipeline.territory.mixes.JACKKNIFE_UP_TO", 0)
    ours = fit_mix(totals[seen], design[seen])
    theirs = sm.MNLogit((labels + 1) % 4, design[places]).fit(
        disp=0, method="newton", cov_type="cluster", cov_kwds={"groups": places}
    )
    np.testing.assert_allclose(ours.coefficients, theirs.params, atol=1e-6)
    n, p = len(places), 9
    errors = np.sqrt(np.diag(ours.covariance)).reshape(3, 3).T * np.sqrt((n - 1) / (n - p))
    np.testing.assert_allclose(errors, theirs.bse, rtol=0.02)


def test_the_jackknife_is_wider_than_the_sandwich_and_equals_leaving_each_commune_out_of_a_mean():
    values = np.array([1.0, 4.0, 2.0, 9.0])
    scores, each = (values - values.mean())[:, None], np.ones((4, 1, 1))
    left_out = np.array([np.delete(values, at).mean() for at in range(4)])
    by_hand = 3 / 4 * ((left_out - left_out.mean()) ** 2).sum()
    assert jackknife(np.array([[4.0]]), each, scores)[0, 0] == pytest.approx(by_hand)
    assert sandwich(np.array([[4.0]]), scores)[0, 0] == pytest.approx(values.var(ddof=1) / 4)


def test_a_two_valued_covariate_gives_the_observed_difference_of_shares():
    # 10 communes of 20 services each side: 8 of 20 services are « a » on the left, 5 of 20 on the right.
    totals = np.array([[8.0, 12.0]] * 10 + [[5.0, 15.0]] * 10)
    design = np.column_stack([np.ones(20), np.repeat([0.0, 1.0], 10)])
    fit = fit_mix(totals, design)
    shift = shift_of(fit, 1, 0.0, 1.0)
    np.testing.assert_allclose(shift.points, [-15.0, 15.0], atol=1e-8)
    # By hand: log-odds log(5/15) − log(8/12) = −0.6931.
    assert fit.coefficients[1, 0] == pytest.approx(-0.6931, abs=1e-4)


def test_shifts_sum_to_nothing_and_the_delta_method_agrees_with_differences():
    design, counts, places, labels = survey_by_hand()
    totals = np.zeros((len(design), 4))
    np.add.at(totals, (places, labels), 1)
    fit = fit_mix(totals[counts > 0], design[counts > 0], commune_weights(counts[counts > 0]))
    shift = shift_of(fit, 1, 8.0, 10.0)
    assert shift.points.sum() == pytest.approx(0.0, abs=1e-9)
    assert np.abs(shift.covariance.sum(axis=0)).max() < 1e-9
    rng = np.random.default_rng(1)
    draws = []
    for _ in range(2000):
        moved = fit.coefficients + rng.multivariate_normal(np.zeros(9), fit.covariance).reshape(3, 3).T
        weights = fit.sizes / fit.sizes.sum()
        high, low = fit.design.copy(), fit.design.copy()
        high[:, 1], low[:, 1] = 10.0, 8.0
        draws.append(100 * weights @ (shares_at(moved, high) - shares_at(moved, low)))
    np.testing.assert_allclose(np.std(draws, axis=0), shift.errors, rtol=0.1)


def test_perfect_separation_and_an_empty_domain_are_said():
    design = np.column_stack([np.ones(20), np.arange(20.0)])
    separated = np.array([[10.0, 0.0]] * 10 + [[0.0, 10.0]] * 10)
    with pytest.raises(ObstacleError, match="separation"):
        fit_mix(separated, design)
    with pytest.raises(ObstacleError, match="empty_domain"):
        fit_mix(np.array([[0.0, 10.0]] * 20), design)
    with pytest.raises(ObstacleError, match="no_variation"):
        fit_mix(np.array([[5.0, 5.0]] * 20), np.ones((20, 2)))


def test_flipped_signs_worked_by_hand():
    # Scores 3, 1 and 1: |±3 ±1 ±1| reaches 5 in 2 of the 8 draws of signs; 3, −1 and 1 reach 3 in 6 of them.
    assert flipped_p(np.array([[3.0], [1.0], [1.0]])) == pytest.approx(2 / 8, abs=0.02)
    assert flipped_p(np.array([[3.0], [-1.0], [1.0]])) == pytest.approx(6 / 8, abs=0.02)
    # The same scores give the same p, whatever their units.
    scores = np.random.default_rng(1).normal(0.1, 1, (60, 2))
    assert flipped_p(scores) == flipped_p(scores) == pytest.approx(flipped_p(scores * [1e3, 1e-3]), abs=0.002)


def test_with_many_communes_flipped_signs_are_a_chi_square():
    from scipy import stats

    scores = np.random.default_rng(2).normal(0.04, 1, (3_000, 3))
    total = scores.sum(axis=0)
    asymptotic = stats.chi2.sf(total @ np.linalg.solve(scores.T @ scores, total), 3)
    assert flipped_p(scores) == pytest.approx(asymptotic, abs=0.015)
    # Past the threshold it is the chi-square itself: two copies double the statistic.
    twice = np.vstack([scores, scores])
    assert flipped_p(twice) == pytest.approx(
        stats.chi2.sf(2 * (total @ np.linalg.solve(scores.T @ scores, total)), 3), rel=1e-9
    )


def test_without_any_slope_the_scores_sum_to_nothing_and_with_one_they_are_shown():
    totals = np.array([[8.0, 7.0, 5.0]] * 12 + [[6.0, 8.0, 6.0]] * 12)
    ones = np.ones(24)
    none = effective_scores(totals, np.column_stack([ones, np.tile([0.0, 1.0], 12)]), ones, 1)
    np.testing.assert_allclose(none.sum(axis=0), 0.0, atol=1e-8)
    assert flipped_p(none) > 0.9
    # By hand: without the covariate shares are 7/20, 7.5/20 and 5.5/20; the second half adds −1 and +0.5 each, from
    # which half of what the covariate shares with the constant is taken.
    design = np.column_stack([ones, np.repeat([0.0, 1.0], 12)])
    scores = effective_scores(totals, design, ones, 1)
    np.testing.assert_allclose(scores, np.repeat([[-0.5, 0.25], [-0.5, 0.25]], 12, axis=0), atol=1e-8)


def test_a_pseudo_label_is_right_on_average_whatever_the_guess():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 300)
    wrong = one_hot(np.zeros(300, dtype=np.int64), 3)
    means = []
    for _ in range(400):
        drawn = rng.choice(300, 60, replace=False)
        means.append(pseudo_labels(wrong, drawn, truth[drawn], np.full(60, 0.2)).mean(axis=0))
    np.testing.assert_allclose(np.mean(means, axis=0), np.bincount(truth) / 300, atol=0.01)


def test_an_audit_of_every_row_gives_the_truth_back():
    guesses, truth = one_hot(np.array([0, 1, 1]), 2), np.array([1, 1, 0])
    corrected = pseudo_labels(guesses, np.arange(3), truth, np.ones(3))
    np.testing.assert_array_equal(corrected, one_hot(truth, 2))


def test_unequal_chances_are_weighted():
    # Rows 0 and 1 were drawn for sure, row 2 with one chance in two: it stands for row 3 as well.
    guesses = one_hot(np.zeros(4, dtype=np.int64), 2)
    corrected = pseudo_labels(guesses, np.array([0, 1, 2]), np.array([0, 0, 1]), np.array([1.0, 1.0, 0.5]))
    np.testing.assert_allclose(corrected.sum(axis=0), [2.0, 2.0])


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000))
def test_pseudo_labels_of_a_row_sum_to_one(seed):
    rng = np.random.default_rng(seed)
    guesses = rng.dirichlet(np.ones(4), 30)
    rows = rng.choice(30, 7, replace=False)
    corrected = pseudo_labels(guesses, rows, rng.integers(0, 4, 7), rng.uniform(0.1, 1, 7))
    np.testing.assert_allclose(corrected.sum(axis=1), 1.0)


def test_spearman_with_ties_is_scipys_and_its_interval_is_bonett_and_wrights():
    from scipy import stats

    x, y = np.array([1.0, 2, 2, 4, 7, 8, 9, 9]), np.array([3.0, 1, 4, 4, 6, 5, 9, 8])
    found = spearman(x, y)
    assert found.rho == pytest.approx(stats.spearmanr(x, y).statistic)
    error = np.sqrt((1 + found.rho**2 / 2) / 5)
    low, high = found.interval(0.95)
    assert low == pytest.approx(np.tanh(np.arctanh(found.rho) - 1.959964 * error))
    assert low < found.rho < high < 1


def test_a_perfect_correlation_keeps_an_interval_and_a_constant_has_none():
    low, high = spearman(np.arange(10.0), np.arange(10.0)).interval(0.95)
    assert 0.5 < low < high <= 1
    with pytest.raises(ObstacleError, match="no_variation"):
        spearman(np.ones(10), np.arange(10.0))
    with pytest.raises(ObstacleError, match="too_few"):
        spearman(np.arange(4.0), np.arange(4.0))


def test_equivalence_worked_by_hand():
    # 1 point, error 0.8, margin 3: (3 − 1)/0.8 = 2.5 errors from the nearest edge; one-sided p of a normal: 0.0062.
    assert within_p(1.0, 0.8, 3.0, 1e9) == pytest.approx(0.00621, abs=1e-5)
    # 5 points, error 1, margin 3: 2 errors beyond; two-sided: 0.0455.
    assert beyond_p(5.0, 1.0, 3.0, 1e9) == pytest.approx(0.0455, abs=1e-4)
    assert all_within_p(np.array([0.0, 1.0]), np.array([0.8, 0.8]), 3.0, 1e9) == pytest.approx(0.00621, abs=1e-5)
    assert any_beyond_p(np.array([0.0, 5.0]), np.array([1.0, 1.0]), 3.0, 1e9) == pytest.approx(0.0910, abs=1e-4)
    assert within_p(1.0, 0.0, 3.0, 10) == 0.0


def test_holm_by_hand():
    # 0.01 × 3, then 0.03 × 2, then 0.04 × 1 raised to the one before.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([None, None]) == [None, None]


def test_centred_log_ratios_sum_to_nothing_and_a_slope_is_that_of_least_squares():
    rng = np.random.default_rng(4)
    totals = rng.multinomial(40, [0.3, 0.3, 0.4], 60).astype(float)
    design = np.column_stack([np.ones(60), rng.normal(size=60)])
    np.testing.assert_allclose(centred_log_ratios(totals).sum(axis=1), 0.0, atol=1e-12)
    found = ratio_slopes(totals, design, 1, -1.0, 1.0)
    theirs = sm.OLS(centred_log_ratios(totals)[:, 0], design).fit(cov_type="HC3")
    assert found.change[0] == pytest.approx(2 * theirs.params[1])
    assert found.errors[0] == pytest.approx(2 * theirs.bse[1], rel=0.02)
    with pytest.raises(ObstacleError, match="too_few_services"):
        ratio_slopes(totals / 10, design, 1, -1.0, 1.0)


def test_quarters_and_terms():
    assert quarters(np.arange(1.0, 9.0)) == (1.5, 7.5)
    with pytest.raises(ObstacleError, match="no_variation"):
        quarters(np.ones(8))
    columns, names = region_terms(np.array(["a"] * 12 + ["b"] * 11 + ["c"] * 3, dtype=object))
    assert (names, columns.sum(axis=0).tolist()) == (("a", "b"), [12.0, 11.0])
    columns, names = region_terms(np.array(["a"] * 12 + ["b"] * 11, dtype=object))
    assert names == ("b",)
    columns, names = density_terms(np.array([1.0] * 6 + [3.0] * 6))
    assert names == ("rural",)


def test_the_p_to_reach_is_what_holm_asks_beside_the_other_tests():
    # Beside two tests already shown, the third needs α alone; beside two that show nothing, α / 3.
    assert p_to_reach([0.001, 0.5, 0.002], 1, 0.05) == pytest.approx(0.05)
    assert p_to_reach([0.6, 0.5, 0.7, None], 1, 0.05) == pytest.approx(0.05 / 3)


def test_the_margin_and_the_communes_needed_worked_by_hand():
    # One effect of 2 points, error 1, many degrees: at p = 0.05 the margin is 2 + 1.645; communes are counted with
    # nothing moving, both sides sharing a risk of 0.2: (1.645 + 1.2816)² × 100 for a margin of 1 point.
    part = Equivalence("points", np.array([2.0]), np.array([1.0]), 1.0, 1e9)
    needed = needed_for([part], 100, 0.05)
    assert needed.points == pytest.approx(3.6449, abs=1e-3)
    assert needed.ratio is None
    assert needed.communes == 857
    # Errors small enough already: the estimate itself stands in the way, and no number of communes is told.
    assert needed_for([replace(part, errors=np.array([0.3]))], 100, 0.05).communes is None
    ratio = Equivalence("ratio", np.array([0.1]), np.array([0.1]), np.log(1.25), 1e9)
    assert needed_for([ratio], 100, 0.05).ratio == pytest.approx(np.exp(0.1 + 0.16449), abs=1e-3)


def test_with_as_many_communes_as_told_four_surveys_in_five_conclude():
    rng = np.random.default_rng(3)
    part = Equivalence("points", np.zeros(5), np.full(5, 2.0), 3.0, 1e9)
    n = needed_for([part], 100, 0.05).communes
    errors = part.errors * np.sqrt(100 / n)
    shown = [all_within_p(rng.normal(0, errors), errors, 3.0, 1e9) < 0.05 for _ in range(500)]
    assert np.mean(shown) >= 0.8
