"""Scores of predictions against people's labels on a sample, weighted by its inclusion probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from pipeline.evaluation import coverage_points, f1_scores, reliability_points
from pipeline.results.audit_report import Audit, ConfusedPair, DomainAudit, Proportion, SliceScore

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

RESAMPLES = 500
COVERAGES = tuple(share / 20 for share in range(1, 21))


def proportion(hits: Booleans, weights: Array, level: float = 0.95) -> Proportion:
    """Estimate a share from sampled rows: ``hits`` (n), ``weights`` (n), the inverse of inclusion probabilities.

    The weighted mean, in Wilson's interval (1927) at Kish's effective size (Σw)² / Σw² (Survey Sampling, 1965):
    with equal weights it is Wilson's interval itself, which stays inside [0, 1] and open at 0 and n.

    >>> found = proportion(np.array([True, True, True, False]), np.ones(4))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.n
    (0.75, 0.301, 0.954, 4)
    """
    if not len(hits):
        return Proportion(None, None, None, 0)
    share = float(weights[hits].sum() / weights.sum())
    size = float(weights.sum() ** 2 / (weights**2).sum())
    z = float(norm.ppf(0.5 + level / 2))
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return Proportion(share, max(0.0, float(middle - half)), min(1.0, float(middle + half)), len(hits))


def weighted_confusion(truth: Integers, guess: Integers, weights: Array, classes: int) -> Array:
    """Sum the weights of each (true, predicted) pair: (K × K).

    >>> weighted_confusion(np.array([0, 0]), np.array([0, 1]), np.array([1.0, 3.0]), 2).tolist()
    [[1.0, 3.0], [0.0, 0.0]]
    """
    flat = np.bincount(truth * classes + guess, weights=weights, minlength=classes * classes)
    return np.asarray(flat.reshape(classes, classes), dtype=np.float64)


def resampled_f1(truth: Integers, guess: Integers, weights: Array, classes: int, seed: int) -> Array:
    """Give each domain's F1 in resamples of the rows (resamples × K); Efron's percentile bootstrap (1979)."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(truth), size=(RESAMPLES, len(truth)))
    return np.array([f1_scores(weighted_confusion(truth[draw], guess[draw], weights[draw], classes)) for draw in draws])


def audit(
    truth: Integers,
    probabilities: Array,
    inclusion: Array,
    domains: Sequence[str],
    slices: Sequence[SliceScore] = (),
    seed: int = 2016,
) -> Audit:
    """Score a model on audited rows: ``truth`` (n), ``probabilities`` (n × K), ``inclusion`` (n) in (0, 1].

    The probability curves are of the rows as they are, the shares are estimates for the whole file.
    """
    weights, guess, classes = 1.0 / inclusion, probabilities.argmax(axis=1), len(domains)
    resampled = resampled_f1(truth, guess, weights, classes, seed)
    point = f1_scores(weighted_confusion(truth, guess, weights, classes))
    present = np.isin(np.arange(classes), np.concatenate([truth, guess]))
    reliability = tuple(reliability_points(probabilities, truth))
    return Audit(
        n=len(truth),
        weighted=bool(np.ptp(inclusion) > 0),
        domains=tuple(domains),
        accuracy=proportion(guess == truth, weights),
        macro_f1=_bounded(float(point[present].mean()), resampled[:, present].mean(axis=1), len(truth)),
        ece=float(sum(rows * abs(right - stated) for stated, right, rows in reliability) / len(truth)),
        confusion=np.rint(weighted_confusion(truth, guess, np.ones(len(truth)), classes)).astype(np.int64),
        row_shares=tuple(_row_shares(truth, guess, weights, k, classes) for k in range(classes)),
        by_domain=tuple(
            DomainAudit(
                domain,
                proportion(truth[guess == k] == k, weights[guess == k]),
                proportion(guess[truth == k] == k, weights[truth == k]),
                _bounded(float(point[k]), resampled[:, k], int((truth == k).sum())),
            )
            for k, domain in enumerate(domains)
        ),
        slices=tuple(slices),
        pairs=confused_pairs(truth, guess, weights, probabilities, domains),
        reliability=reliability,
        coverage=tuple(coverage_points(probabilities, truth, COVERAGES)),
    )


def confused_pairs(
    truth: Integers, guess: Integers, weights: Array, probabilities: Array, domains: Sequence[str]
) -> tuple[ConfusedPair, ...]:
    """Give the confusions, the most costly first: the share of the whole file they are estimated to touch.

    The rows of each come surest mistake first, which is where a wrong label or a gap in the corpus shows.
    """
    found = []
    for true in range(len(domains)):
        for guessed in range(len(domains)):
            hits = (truth == true) & (guess == guessed)
            if true == guessed or not hits.any():
                continue
            rows = np.flatnonzero(hits)
            surest = rows[np.argsort(-probabilities[rows, guessed], kind="stable")]
            share = proportion(hits, weights)
            found.append(ConfusedPair(domains[true], domains[guessed], share, tuple(int(row) for row in surest)))
    return tuple(sorted(found, key=lambda pair: -(pair.share.value or 0.0)))


def _row_shares(truth: Integers, guess: Integers, weights: Array, true: int, classes: int) -> tuple[Proportion, ...]:
    rows = truth == true
    return tuple(proportion(guess[rows] == k, weights[rows]) for k in range(classes))


def _bounded(value: float, resampled: Array, n: int) -> Proportion:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Proportion(value, float(low), float(high), n)
