"""Probabilities of annotated texts from models that did not learn from them, for the audit and the doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.calibrating import cross_calibrated
from pipeline.corpus import AnnotatedText
from pipeline.domains import LABELS
from pipeline.training import always_training, stratified_folds
from pipeline.workflow.fits import held_out_scores

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class CrossValidated:
    """Annotated texts, their labels' numbers among ``LABELS`` (n), their out-of-fold probabilities (n × K)."""

    texts: tuple[AnnotatedText, ...]
    truth: Integers
    probabilities: Array


def cross_validated(texts: Sequence[AnnotatedText], seed: int) -> CrossValidated:
    """Cross-validate on ordinary folds; terms and contrast pairs teach in every fold and are not judged."""
    judged = [item for item in texts if not (item.term or item.pair)]
    others = [item for item in texts if item.term or item.pair]
    listed = [*judged, *others]
    folds = stratified_folds([item.label for item in judged], seed)
    taught = always_training(folds, range(len(judged), len(listed)))
    scores = held_out_scores(listed, [taught], seed)[0][: len(judged)]
    # scikit-learn sorts labels by name.
    order = [sorted(LABELS).index(label) for label in LABELS]
    truth = np.array([LABELS.index(item.label) for item in judged], dtype=np.int64)
    return CrossValidated(tuple(judged), truth, cross_calibrated(scores[..., [*order, -1]], truth, folds))
