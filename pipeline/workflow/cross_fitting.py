"""Audited rows that also trained the model: recognised, then judged by models that never saw them.

A model is too sure of the texts it learnt: shares corrected by them would have intervals that miss
the truth 14 times in a hundred, 43 at n = 100 (design). Cross-prediction-powered inference (Zrnic & Candès
2024) gives each text the probabilities of a model trained without it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.corpus import fingerprint
from pipeline.errors import InputError, ModelError
from pipeline.registry import Model, load_model
from pipeline.results import HeldOut
from pipeline.wordtable import WordTable
from pipeline.workflow.labelled_rows import LISTED, LabelledRows
from pipeline.workflow.reading import Say, shown

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def model_behind(rows: LabelledRows, name: str | None, say: Say) -> Model | None:
    """Give the model that labelled the file, or the one named; nothing, and say so, when it is no longer there."""
    if name is not None:
        return load_model(name)
    for reference in rows.models:
        try:
            model = load_model(reference.split(" ")[0])
        except ModelError:
            continue
        if model.reference == reference:
            return model
    if rows.models:
        say(
            f"Le modèle « {rows.models[0]} » qui a étiqueté {shown(rows.path)} n'est pas là : on ne peut vérifier si "
            "des lignes vérifiées ont servi à l'entraîner, ni corriger sans vérification ; le nommer avec --model."
        )
    return None


def trained_rows(held_out: HeldOut, texts: Sequence[str]) -> Integers:
    """Give, for each text, the fold that left it out; −1 when it never trained, −2 when it trained in every fold."""
    fold_of = dict.fromkeys(held_out.also_trained.tolist(), -2)
    fold_of |= dict(zip(held_out.fingerprints.tolist(), held_out.fold.tolist(), strict=True))
    known = {text: fold_of.get(fingerprint(text), -1) for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=np.int64)


def cross_fitted(rows: LabelledRows, read: Integers, model: Model | None, say: Say) -> tuple[Array | None, Integers]:
    """Give the out-of-fold probabilities of the population where they are needed, and which audited rows may be used.

    ``read`` (n) are audited rows' positions in the file. Nothing but the rows is given when none trained the
    model. Raise ``InputError`` when some did and the models of the folds were not kept.
    """
    held_out = None if model is None else model.held_out()
    every = np.arange(len(read))
    if model is None or held_out is None or "description" not in rows.keys.columns:
        if model is not None:
            say("On ne peut vérifier si des lignes vérifiées ont servi à entraîner le modèle : il n'en dit rien.")
        return None, every
    texts = rows.keys["description"]
    trained = trained_rows(held_out, texts.gather(read.tolist()).to_list())
    if (trained == -1).all():
        return None, every
    folds = model.fold_models()
    if not folds:
        raise InputError(_refusal(rows, read[trained != -1], model))
    everywhere = trained == -2
    if everywhere.any():
        say(f"{int(everywhere.sum())} lignes vérifiées ont entraîné tous les modèles partiels : laissées de côté.")
    say(
        f"{int((trained >= 0).sum())} lignes vérifiées ont aussi entraîné le modèle : "
        "tout le fichier est étiqueté de nouveau par des modèles qui ne les ont pas vues."
    )
    population_texts = texts.filter(pl.Series(rows.kept))
    fold = trained_rows(held_out, population_texts.to_list())
    return out_of_fold(folds, population_texts, fold, rows), every[~everywhere]


def out_of_fold(folds: Sequence[Model], texts: pl.Series, fold: Integers, rows: LabelledRows) -> Array:
    """Give each text (n) the probabilities of its ``fold``'s model, or the mean of all where it never trained."""
    mean = np.zeros((len(texts), len(rows.domains)))
    own = np.zeros_like(mean)
    for number, model in enumerate(folds):
        order = [rows.domains.index(label) for label in model.scoring.labels]
        found = np.zeros_like(mean)
        found[:, order] = np.nan_to_num(WordTable(model.scoring).probabilities(texts))
        mean += found / len(folds)
        own[fold == number] = found[fold == number]
    chances = np.where((fold >= 0)[:, None], own, mean)
    # A text without a word for these models keeps the probabilities it came with.
    silent = chances.sum(axis=1) <= 0
    chances[silent] = rows.population.probabilities[silent]
    return chances


def _refusal(rows: LabelledRows, trained: Integers, model: Model) -> str:
    listed = ", ".join(str(row + 1) for row in trained[:LISTED].tolist())
    more = "…" if len(trained) > LISTED else ""
    return (
        f"{len(trained)} lignes vérifiées ont servi à entraîner le modèle « {model.name} » (lignes {listed}{more} de "
        f"{shown(rows.path)}) : il les connaît, et les intervalles seraient trop étroits. Vérifier d'autres lignes, ou "
        "refaire le modèle avec « domaines train … --crossfit », qui garde de quoi les juger sans les avoir vues."
    )
