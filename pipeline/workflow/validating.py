"""What is known of a model before it is saved: held-out results, and what they settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.calibrating import calibrate, cross_calibrated
from pipeline.calibration import Array, Calibration
from pipeline.classifier import DomainClassifier
from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.domains import LABELS
from pipeline.evaluation import evaluate, review_threshold
from pipeline.results import Evaluation, HeldOut
from pipeline.standing import with_standing
from pipeline.training import ORDINARY_FOLDS, Folds, always_training, stratified_folds, training_profile
from pipeline.workflow.fits import fitted, folds_by_group
from pipeline.workflow.reading import Say


@dataclass(frozen=True)
class Validation:
    """Held-out results: on unseen kinds (the headline), on the ordinary split, and what they settle."""

    unseen: Evaluation
    stratified: Evaluation
    calibration: Calibration
    threshold: float
    coverage: float
    known_probabilities: Array
    truth: NDArray[np.int64]
    held_out: HeldOut
    profile: dict[str, Any]
    model: DomainClassifier
    # Scores of texts and sides of pairs (m × 5 × K + 1) by models that saw neither their kind, and their labels (m).
    unknown: Array
    labelled: NDArray[np.int64]


def validate(texts: Sequence[AnnotatedText], seed: int, say: Say) -> Validation:
    """Cross-validate by groups and at random, calibrate on the held-out rows, find the review threshold.

    Contrast pairs train in both and are scored apart: the headline is on whole descriptions of
    kinds of service that no training text describes.
    """
    texts = sorted(texts, key=lambda item: item.term)
    scored = np.array([not item.pair and not item.term for item in texts])
    classes = sorted({item.label for item in texts})
    truth = np.array([classes.index(item.label) for item in texts], dtype=np.int64)
    described = [item for item in texts if not item.term]
    labels = [item.label for item in described]
    folds = folds_by_group(described, texts, seed)
    ordinary = stratified_folds(labels, seed, ORDINARY_FOLDS)
    # The terms, which come last in ``texts``, train in every fold.
    splits = [always_training(split, range(len(described), len(texts))) for split in (folds, ordinary)]
    fits = fitted(texts, splits, seed, whole=True)
    model = fits.whole
    assert model is not None
    apart, labelled = ~scored[: len(described)], truth[: len(described)]
    unknown, ordinarily = (found[: len(described)] for found in fits.scores)
    unknown = with_standing(model, [item.text for item in described], unknown, labelled, folds)
    # Standings are learnt once: those of kinds never seen serve the ordinary split too, which is prudent.
    ordinarily[..., -1] = unknown[..., -1]
    calibrated = cross_calibrated(unknown, labelled, folds, apart)[~apart]
    unseen = evaluate(truth[scored], calibrated.argmax(axis=1), classes, calibrated)
    say(f"Types de service jamais vus : macro-F1 {unseen.macro_f1:.3f}, ECE {unseen.ece:.3f}.")
    calibration = calibrate(unknown, labelled, apart)
    known = calibration.probabilities(ordinarily[~apart])
    stratified = evaluate(truth[scored], known.argmax(axis=1), classes, known)
    say(f"Découpage ordinaire : macro-F1 {stratified.macro_f1:.3f}.")
    # A new response is most often about a kind of service the corpus knows: the threshold is chosen
    # on the ordinary split. The probabilities are calibrated on unseen kinds, which is prudent.
    threshold, coverage = review_threshold(known, truth[scored])
    model.calibrate(calibration)
    kept = _kept(texts, scored, ordinary, known, truth)
    profile = _profile(texts, scored, ordinary, known, classes)
    return Validation(
        unseen,
        stratified,
        calibration,
        threshold,
        coverage,
        known,
        truth[scored],
        kept,
        profile,
        model,
        unknown,
        labelled,
    )


def _profile(
    texts: Sequence[AnnotatedText], scored: NDArray[np.bool_], folds: Folds, known: Array, classes: Sequence[str]
) -> dict[str, Any]:
    described = [item.text for item in texts if not item.term]
    ranked = np.sort(known, axis=1)
    return {
        **training_profile(described, scored[: len(described)], folds),
        "mean_confidence": float((ranked[:, -1] - ranked[:, -2]).mean()),
        "predicted_mix": dict(zip(classes, known.mean(axis=0).round(6).tolist(), strict=True)),
    }


def _kept(
    texts: Sequence[AnnotatedText], scored: NDArray[np.bool_], folds: Folds, known: Array, truth: NDArray[np.int64]
) -> HeldOut:
    """Give what the model keeps of its validation, its labels in the codebook's order."""
    prints = np.array([fingerprint(item.text) for item in texts])
    also = np.array([not flag and not item.term for flag, item in zip(scored, texts, strict=True)])
    fold = np.zeros(len(texts), dtype=np.int64)
    for number, (_, test) in enumerate(folds):
        fold[test] = number
    order = [sorted(LABELS).index(label) for label in LABELS]
    place = np.argsort(order)
    return HeldOut(prints[scored], fold[scored], place[truth[scored]], known[:, order], prints[also])
