"""Scores of predicted labels against people's labels: with intervals, calibration, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.results import DomainScore, Evaluation

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

RESAMPLES = 1000
BINS = 10


def confusion_matrix(truth: Integers, guess: Integers, classes: int) -> Integers:
    """Count (true, predicted) pairs: (K × K).

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    flat = np.bincount(truth * classes + guess, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)


def f1_scores(confusion: NDArray[Any]) -> Array:
    """Give each label's F1 (…, K) from confusion matrices (…, K, K); 0 where a label is nowhere."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    both = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    return np.asarray(np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0))


def macro_f1(truth: Integers, guess: Integers, classes: int) -> float:
    """Give the mean F1 of the labels found in the truth or the predictions, as scikit-learn does."""
    confusion = confusion_matrix(truth, guess, classes)
    present = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
    return float(f1_scores(confusion)[present].mean())


def bootstrap_macro_f1(truth: Integers, guess: Integers, classes: int, seed: int = 2016) -> Array:
    """Give the macro-F1 of ``RESAMPLES`` resamples of the rows (percentile bootstrap, Efron 1979)."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(truth), size=(RESAMPLES, len(truth)))
    return np.array([macro_f1(truth[draw], guess[draw], classes) for draw in draws])


def calibration_error(probabilities: Array, truth: Integers, bins: int = BINS) -> float:
    """Give the expected calibration error of the predicted label (Guo et al. 2017), bins of equal size.

    The mean, over bins of rows ordered by the probability of their label, of |share right − mean
    probability|, weighted by the bins' sizes. Bins of equal size rather than equal width, because
    with equal widths the nearly empty ones say nothing.
    """
    points = reliability_points(probabilities, truth, bins)
    return float(sum(rows * abs(right - stated) for stated, right, rows in points) / len(truth))


def coverage_accuracy(probabilities: Array, truth: Integers) -> tuple[Array, Array, Array]:
    """Give, for rows ordered by falling confidence index, the index, the coverage and the accuracy so far."""
    ranked = np.sort(probabilities, axis=1)
    index = ranked[:, -1] - ranked[:, -2]
    order = np.argsort(-index, kind="stable")
    right = (probabilities.argmax(axis=1) == truth)[order]
    number = np.arange(1, len(truth) + 1)
    return index[order], number / len(truth), np.cumsum(right) / number


def coverage_points(
    probabilities: Array, truth: Integers, coverages: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Give (coverage, confidence index, accuracy) where the surest rows make up each share of all rows."""
    index, _, accuracy = coverage_accuracy(probabilities, truth)
    rows = [max(round(share * len(truth)), 1) - 1 for share in coverages]
    return [(share, float(index[row]), float(accuracy[row])) for share, row in zip(coverages, rows, strict=True)]


def reliability_points(probabilities: Array, truth: Integers, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Give (mean probability of the predicted label, share right, rows) of bins of equal size."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(bins, len(truth)))
    return [(float(confidence[part].mean()), float(right[part].mean()), len(part)) for part in parts if len(part)]


def review_threshold(probabilities: Array, truth: Integers, wanted: float = 0.97) -> tuple[float, float]:
    """Give the confidence index at and above which rows are ``wanted`` right, and the share of rows there."""
    index, coverage, accuracy = coverage_accuracy(probabilities, truth)
    enough = np.flatnonzero(accuracy >= wanted)
    if not len(enough):
        return 1.0, 0.0
    return float(index[enough[-1]]), float(coverage[enough[-1]])


def evaluate(
    truth: Integers, guess: Integers, domains: Sequence[str], probabilities: Array | None = None
) -> Evaluation:
    """Score predictions: ``truth`` and ``guess`` (n) index ``domains`` (K), ``probabilities`` is (n × K)."""
    classes = len(domains)
    confusion = confusion_matrix(truth, guess, classes)
    hits = np.diagonal(confusion).astype(np.float64)
    predicted, support = confusion.sum(axis=0), confusion.sum(axis=1)
    precision = np.divide(hits, predicted, out=np.zeros(classes), where=predicted > 0)
    recall = np.divide(hits, support, out=np.zeros(classes), where=support > 0)
    f1 = f1_scores(confusion)
    resampled = bootstrap_macro_f1(truth, guess, classes)
    scores = tuple(
        DomainScore(domain, float(precision[k]), float(recall[k]), float(f1[k]), int(support[k]))
        for k, domain in enumerate(domains)
    )
    return Evaluation(
        len(truth),
        float(hits.sum() / len(truth)),
        macro_f1(truth, guess, classes),
        float(np.quantile(resampled, 0.025)),
        float(np.quantile(resampled, 0.975)),
        None if probabilities is None else calibration_error(probabilities, truth),
        scores,
        confusion,
    )
