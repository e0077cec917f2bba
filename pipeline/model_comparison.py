"""Champion against challenger on the same rows: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation import confusion_matrix, f1_scores
from pipeline.results.audit_report import Proportion
from pipeline.results.model_comparison import DomainChange, Flip, ModelComparison

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

RESAMPLES = 1000
# A loss of macro-F1 that a retrain may show by chance alone, and that nobody would notice in the shares.
TOLERATED_LOSS = 0.005


def compare(
    truth: Integers,
    champion: Array,
    challenger: Array,
    domains: Sequence[str],
    names: tuple[str, str],
    seed: int = 2016,
) -> ModelComparison:
    """Compare two models' probabilities (n × K each) of the same rows, whose people's labels are ``truth`` (n).

    The interval is that of the paired percentile bootstrap: both models are scored on the same resampled rows, so
    that what makes rows hard for both cancels out (Efron and Tibshirani 1993; Koehn, EMNLP 2004, for two systems).
    """
    old, new = champion.argmax(axis=1), challenger.argmax(axis=1)
    classes = len(domains)
    present = np.isin(np.arange(classes), np.concatenate([truth, old, new]))
    before, after = (f1_scores(confusion_matrix(truth, guess, classes)) for guess in (old, new))
    changes = paired_changes(truth, old, new, classes, seed)
    both = changes[:, present].mean(axis=1)
    flipped = np.flatnonzero(old != new)
    return ModelComparison(
        *names,
        n=len(truth),
        champion_f1=float(before[present].mean()),
        challenger_f1=float(after[present].mean()),
        difference=_interval(float((after - before)[present].mean()), both, len(truth)),
        by_domain=tuple(
            DomainChange(
                domain,
                float(before[k]),
                float(after[k]),
                _interval(float(after[k] - before[k]), changes[:, k], int((truth == k).sum())),
            )
            for k, domain in enumerate(domains)
        ),
        gained=int(((new == truth) & (old != truth)).sum()),
        lost=int(((new != truth) & (old == truth)).sum()),
        flips=tuple(Flip(int(row), domains[truth[row]], domains[old[row]], domains[new[row]]) for row in flipped),
    )


def paired_changes(truth: Integers, old: Integers, new: Integers, classes: int, seed: int) -> Array:
    """Give the change of each domain's F1 in resamples of the rows (resamples × K).

    >>> truth = np.array([0, 1, 0, 1])
    >>> float(np.abs(paired_changes(truth, truth, truth, 2, seed=1)).max())
    0.0
    """
    rng = np.random.default_rng(seed)
    changes = np.empty((RESAMPLES, classes))
    for number in range(RESAMPLES):
        draw = rng.integers(0, len(truth), size=len(truth))
        before, after = (f1_scores(confusion_matrix(truth[draw], guess[draw], classes)) for guess in (old, new))
        changes[number] = after - before
    return changes


def is_worse(comparison: ModelComparison) -> bool:
    """Tell whether the challenger is worse: surely so (interval under 0), or by more than half a point of macro-F1.

    Merely "the difference is under 0" would refuse half of the retrains that change nothing.
    """
    value, high = comparison.difference.value, comparison.difference.high
    if value is None or high is None:
        return False
    return high < 0 or value < -TOLERATED_LOSS


def _interval(value: float, resampled: Array, n: int) -> Proportion:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Proportion(value, float(low), float(high), n)
