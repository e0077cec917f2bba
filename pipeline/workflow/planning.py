"""``domaines audit plan``: how many rows of a labelled file must be checked."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import planning
from pipeline.errors import InputError, ModelError, UsageError
from pipeline.registry import Model, load_model
from pipeline.results import Plan
from pipeline.tables import open_table
from pipeline.workflow.auditing import read_audited
from pipeline.workflow.reading import Say, labelled_column, labels_of, shown

Floats = NDArray[np.float64]


def plan_audit(source: str, within: float, level: float, annotated: str | None, say: Say) -> Plan:
    """Plan an audit from what is known of the model's errors: an audit already made, else its held-out predictions."""
    if not 0 < within < 50:
        raise UsageError(f"--within {within:g} : donner des points entre 0 et 50, par exemple 2.")
    if not 0.5 <= level < 1:
        raise UsageError(f"--level {level:g} : donner un niveau entre 0.5 et 1, par exemple 0.95.")
    labels, probabilities, model, positions = _read(source)
    population, mean = len(probabilities), probabilities.mean(axis=0)
    if annotated is not None:
        known = _audited(annotated, source, labels, probabilities, positions, say)
        variance, basis, size = planning.error_variance(known), "annotated", len(known.truth)
    elif (found := _held_out(model, labels, probabilities, say)) is not None:
        variance, basis, size = planning.error_variance(found), "held_out", len(found.truth)
    else:
        variance, basis, size = planning.at_its_word(probabilities), "probabilities", 0
    return planning.plan(labels, mean, variance, population, within, level, basis, size)


def _read(source: str) -> tuple[list[str], Floats, str, NDArray[np.int64]]:
    """Give labels, probabilities of the labelled rows (n × K), the model, and each row's place among those rows."""
    table = open_table(source)
    labelled_column(table)
    labels = labels_of(table)
    names = [f"p_{label}" for label in labels]
    if not set(names) <= set(table.columns):
        raise InputError(f"{shown(source)} n'a pas de colonnes « p_… » : l'étiqueter avec « domaines label ».")
    numbers = pl.col(names).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    models = ["modele"] if "modele" in table.columns else []
    frame = pl.concat([chunk.frame.select(numbers, *models) for chunk in table.chunks()])
    kept = frame.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series()
    rows = frame.filter(kept)
    if not rows.height:
        raise InputError(f"{shown(source)} n'a aucune ligne étiquetée : il n'y a rien à vérifier.")
    places = np.where(kept.to_numpy(), np.cumsum(kept.to_numpy()) - 1, -1)
    model = str(rows["modele"][0]) if models else ""
    return labels, rows.select(names).to_numpy(), model, places


def _held_out(reference: str, labels: list[str], probabilities: Floats, say: Say) -> planning.KnownErrors | None:
    model = _model_of(reference)
    if model is None and reference:
        say(f"Le modèle « {reference} » qui a étiqueté ce fichier n'est plus là, ou a changé.")
    found = None if model is None else model.held_out()
    if model is None or found is None or set(model.scoring.labels) != set(labels):
        return None
    order = [labels.index(label) for label in model.scoring.labels]
    held = np.empty_like(found.probabilities)
    held[:, order] = found.probabilities
    predicted = np.bincount(probabilities.argmax(axis=1), minlength=len(labels)) / len(probabilities)
    return planning.like_the_file(np.array(order)[found.truth], held, predicted)


def _model_of(reference: str) -> Model | None:
    try:
        model = load_model(reference.split(" ")[0]) if reference else None
    except ModelError:
        return None
    return model if model is not None and model.reference == reference else None


def _audited(
    annotated: str, source: str, labels: list[str], probabilities: Floats, places: NDArray[np.int64], say: Say
) -> planning.KnownErrors:
    sample = read_audited(annotated, source, labels)
    for sentence in sample.notes:
        say(sentence)
    for fault in sample.faults:
        say(f"{shown(fault.file)}, ligne {fault.row} : {fault.reason}")
    usable = places[sample.rows] >= 0
    if usable.sum() < planning.FEWEST_ROWS:
        raise InputError(
            f"{shown(annotated)} n'a que {int(usable.sum())} lignes vérifiées : "
            f"en faire vérifier au moins {planning.FEWEST_ROWS} avant de planifier d'après elles."
        )
    weights = 1.0 / sample.inclusion[usable]
    return planning.KnownErrors(
        sample.labels[usable], probabilities[places[sample.rows[usable]]], weights / weights.sum()
    )
