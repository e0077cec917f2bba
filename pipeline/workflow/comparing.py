"""``domaines models compare``: two models on the same rows, that neither has learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.errors import InputError, UsageError
from pipeline.model_comparison import compare
from pipeline.registry import Model
from pipeline.results.model_comparison import ModelComparison
from pipeline.wordtable import WordTable
from pipeline.workflow.reading import Say
from pipeline.workflow.sources import join_sources

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Fewer common rows than this say nothing of a difference.
FEWEST_ROWS = 30


@dataclass(frozen=True)
class Rows:
    """Rows both models can be judged on: people's labels (n), texts where they are known."""

    fingerprints: tuple[str, ...]
    truth: Integers
    texts: tuple[str, ...] | None


def compare_models(champion: Model, challenger: Model, sources: Sequence[str], seed: int, say: Say) -> ModelComparison:
    """Compare two models on annotated sources, or without any on the rows both kept out-of-fold predictions of."""
    rows = _rows_of_sources(sources, challenger, say) if sources else _common_rows(champion, challenger)
    return compare_on(champion, challenger, rows, seed)


def compare_texts(champion: Model, challenger: Model, texts: Sequence[AnnotatedText], seed: int) -> ModelComparison:
    """Compare two models on the texts that taught the challenger, terms and contrast pairs left out.

    Raise ``InputError`` for a champion that does not say which texts it learnt: they are most of these.
    """
    if champion.held_out() is None:
        raise InputError(
            f"« {champion.name} » ne dit pas quels textes il a appris : pour le comparer, donner un fichier annoté "
            f"à part, domaines models compare {champion.name} {challenger.name} FICHIER."
        )
    return compare_on(champion, challenger, _rows_of_texts(texts, challenger), seed)


def compare_on(champion: Model, challenger: Model, rows: Rows, seed: int) -> ModelComparison:
    """Compare on rows that both can judge without having learnt from them."""
    if set(champion.scoring.labels) != set(challenger.scoring.labels):
        raise UsageError(
            f"« {champion.name} » et « {challenger.name} » n'ont pas les mêmes domaines : les comparer ne dirait rien."
        )
    domains = challenger.scoring.labels
    known = [_predictions(model, rows, domains) for model in (champion, challenger)]
    kept = np.flatnonzero(~np.isnan(known[0]).any(axis=1) & ~np.isnan(known[1]).any(axis=1))
    if len(kept) < FEWEST_ROWS:
        raise InputError(
            f"Seulement {len(kept)} lignes annotées que ni « {champion.name} » ni « {challenger.name} » "
            f"n'ont apprises : il en faut au moins {FEWEST_ROWS}. Donner un fichier annoté à part : "
            "domaines models compare A B FICHIER."
        )
    found = compare(
        rows.truth[kept], known[0][kept], known[1][kept], domains, (champion.reference, challenger.reference), seed
    )
    numbered = tuple(replace(flip, row=int(kept[flip.row])) for flip in found.flips)
    return replace(found, flips=numbered, notes=_notes((champion, challenger), len(rows.truth) - len(kept)))


def _notes(models: Sequence[Model], left_out: int) -> tuple[str, ...]:
    notes = [
        f"« {model.name} » ne garde pas la liste des textes qu'il a appris : "
        "s'il en est parmi ces lignes, son score est flatté."
        for model in models
        if model.held_out() is None
    ]
    if left_out:
        notes.append(f"{left_out} lignes laissées de côté : apprises par un modèle, ou sans mot.")
    return tuple(notes)


def _predictions(model: Model, rows: Rows, domains: Sequence[str]) -> Array:
    """Give the model's probabilities (n × K); NaN where the only ones would come from a model that learnt the row."""
    held_out = model.held_out()
    order = [model.scoring.labels.index(label) for label in domains]
    found = np.full((len(rows.truth), len(domains)), np.nan)
    at = np.full(len(rows.fingerprints), -1, dtype=np.int64)
    learnt: set[str] = set()
    if held_out is not None:
        at, learnt = held_out.rows_of(rows.fingerprints), set(held_out.also_trained.tolist())
        found[at >= 0] = held_out.probabilities[at[at >= 0]][:, order]
    new = [row for row, name in enumerate(rows.fingerprints) if at[row] < 0 and name not in learnt]
    if rows.texts is not None and new:
        texts = pl.Series([rows.texts[row] for row in new], dtype=pl.String)
        found[new] = WordTable(model.scoring).probabilities(texts)[:, order]
    return found


def _common_rows(champion: Model, challenger: Model) -> Rows:
    """Give the rows both kept predictions of, with the challenger's labels: later decisions win."""
    first, second = champion.held_out(), challenger.held_out()
    if first is None or second is None:
        missing = champion.name if first is None else challenger.name
        raise InputError(
            f"« {missing} » ne garde pas de prédictions hors échantillon : donner un fichier annoté à part, "
            f"domaines models compare {champion.name} {challenger.name} FICHIER."
        )
    known = set(first.fingerprints.tolist())
    names = second.fingerprints.tolist()
    # A text met twice counts once.
    rows = [row for row, name in dict(zip(names[::-1], range(len(names))[::-1], strict=True)).items() if row in known]
    places = {name: place for place, name in enumerate(names)}
    return Rows(tuple(rows), second.truth[[places[name] for name in rows]], None)


def _rows_of_sources(sources: Sequence[str], model: Model, say: Say) -> Rows:
    return _rows_of_texts(join_sources(sources, (), say).texts, model)


def _rows_of_texts(texts: Sequence[AnnotatedText], model: Model) -> Rows:
    labels = model.scoring.labels
    judged = judged_texts(texts)
    unknown = sorted({item.label for item in judged} - set(labels))
    if unknown:
        raise InputError(f"Étiquette inconnue de « {model.name} » : « {unknown[0]} » ; connues : {', '.join(labels)}.")
    truth = np.array([labels.index(item.label) for item in judged], dtype=np.int64)
    return Rows(tuple(fingerprint(item.text) for item in judged), truth, tuple(item.text for item in judged))


def texts_of(sources: Sequence[str]) -> list[AnnotatedText]:
    """Give the texts of annotated sources, in the order comparisons number them."""
    return list(judged_texts(join_sources(sources, (), lambda _: None).texts)) if sources else []


def judged_texts(texts: Sequence[AnnotatedText]) -> tuple[AnnotatedText, ...]:
    """Give the texts a model is judged on: each once, without the lexicon's terms and the contrast pairs."""
    return tuple({fingerprint(item.text): item for item in texts if not (item.term or item.pair)}.values())
