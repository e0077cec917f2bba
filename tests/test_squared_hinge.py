"""The linear part of the classifier: least squared hinge loss, by hand and beside scikit-learn's LinearSVC."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.svm import LinearSVC

from pipeline import squared_hinge
from pipeline.squared_hinge import Design, least_squared_hinge
from pipeline.textrows import TextRows


def problem(seed=7, texts=300, labels=3):
    """Texts of a few types each, types of named features and of dense axes, dense columns beside; noisy labels."""
    rng = np.random.default_rng(seed)
    named, vectors = rng.random((40, 25)) * (rng.random((40, 25)) < 0.2), rng.normal(size=(30, 4))
    vectors[::3] = 0
    counts = sparse.random(texts, 40, 0.15, "csr", random_state=seed)
    rows = TextRows(counts, sparse.csr_matrix(named), vectors)
    beside = rng.random((texts, 2))
    whole = np.hstack([rows.matrix().toarray(), beside])
    numbers = (whole @ rng.normal(size=(31, labels)) + rng.normal(size=(texts, labels))).argmax(axis=1)
    return rows, beside, whole, numbers, rng.uniform(0.2, 3, texts)


def loss(whole, weights, signs, costs):
    scores = np.hstack([whole, np.ones((len(whole), 1))]) @ weights
    return 0.5 * (weights**2).sum() + (costs * np.maximum(0, 1 - signs * scores) ** 2).sum()


def test_one_text_of_each_label_by_hand():
    # Two texts with one feature each: w = (a, -a), b = 0, and a minimises a² + 2·C(1 - a)²: a = 2C / (1 + 2C).
    one, none = sparse.eye(2, format="csr"), np.zeros((2, 0))
    design = Design.of(TextRows(one, one, none), none)
    found = least_squared_hinge(design, np.array([0, 1]), np.full((2, 2), 1.5))
    assert np.allclose(found, [[0.75, -0.75], [-0.75, 0.75], [0, 0]], atol=1e-5)


def test_the_design_maps_and_sums_as_the_rows_it_never_makes():
    rows, beside, whole, _, _ = problem()
    design = Design.of(rows, beside)
    made = np.hstack([whole, np.ones((len(whole), 1))])
    weights, residuals = np.random.default_rng(1).normal(size=(32, 3)), np.random.default_rng(2).normal(size=(300, 3))
    assert design.width == 32
    assert np.allclose(design.mapped(weights.astype(np.float32)), made @ weights, atol=1e-4)
    assert np.allclose(design.summed(residuals.astype(np.float32)), made.T @ residuals, atol=1e-4)


@pytest.mark.parametrize("labels", [2, 3, 5])
def test_the_weights_are_those_of_linear_svc(monkeypatch, labels):
    monkeypatch.setattr(squared_hinge, "TOLERANCE", 1e-5)
    rows, beside, whole, numbers, given = problem(labels=labels)
    balance = np.linspace(0.5, 2, labels)
    own = numbers[:, None] == np.arange(labels)
    found = least_squared_hinge(Design.of(rows, beside), numbers, 1.5 * given[:, None] * np.where(own, balance, 1.0))
    for label in range(labels):
        peer = LinearSVC(C=1.5, class_weight={0: 1.0, 1: balance[label]}, tol=1e-8, max_iter=100_000, dual=True)
        peer.fit(whole, (numbers == label).astype(int), sample_weight=given)
        assert np.allclose(found[:, label], [*peer.coef_[0], *peer.intercept_], atol=2e-3)


def test_with_the_tolerance_kept_the_loss_is_nearly_the_least():
    rows, beside, whole, numbers, given = problem(texts=2000)
    signs = np.where(numbers[:, None] == np.arange(3), 1, -1)
    costs = np.tile(given[:, None], 3)
    found = least_squared_hinge(Design.of(rows, beside), numbers, costs)
    least = loss(
        whole,
        np.column_stack(
            [
                [*peer.coef_[0], *peer.intercept_]
                for peer in (
                    LinearSVC(C=1.0, tol=1e-8, max_iter=100_000, dual=True).fit(whole, signs[:, k], sample_weight=given)
                    for k in range(3)
                )
            ]
        ),
        signs,
        costs,
    )
    assert least <= loss(whole, found, signs, costs) <= 1.001 * least


def test_steps_that_end_too_soon_still_leave_what_they_found(monkeypatch):
    rows, beside, whole, numbers, given = problem()
    signs, costs = np.where(numbers[:, None] == np.arange(3), 1, -1), np.tile(given[:, None], 3)
    monkeypatch.setattr(squared_hinge, "STEPS", 1)
    found = least_squared_hinge(Design.of(rows, beside), numbers, costs)
    assert loss(whole, found, signs, costs) < loss(whole, np.zeros_like(found), signs, costs)


def test_no_cost_no_weight_and_labels_do_not_mix():
    rows, beside, _, numbers, given = problem()
    design = Design.of(rows, beside)
    costs = np.tile(given[:, None], 3)
    alone = costs * [1, 0, 1]
    found, without = (least_squared_hinge(design, numbers, each) for each in (costs, alone))
    assert not without[:, 1].any()
    assert np.allclose(found[:, [0, 2]], without[:, [0, 2]], atol=2e-3)
