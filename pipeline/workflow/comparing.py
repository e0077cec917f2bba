"""``domaines models compare`` and ``promote``: two models on the same rows, and which of them is the default one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.champion import DEFAULT, POINTER, promoted, read_pointer
from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.errors import InputError, UsageError
from pipeline.model_comparison import compare, is_worse
from pipeline.registry import Model, list_models, load_model, models_folder
from pipeline.results.model_comparison import Failure, ModelComparison
from pipeline.tables import write_bytes
from pipeline.wordtable import WordTable
from pipeline.workflow.corpora import read_corpus
from pipeline.workflow.reading import Say, shown
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
    place: dict[str, int] = {}
    learnt: set[str] = set()
    if held_out is not None:
        place = {fingerprint: row for row, fingerprint in enumerate(held_out.fingerprints.tolist())}
        learnt = set(held_out.also_trained.tolist())
    kept = [row for row, name in enumerate(rows.fingerprints) if name in place]
    if held_out is not None and kept:
        found[kept] = held_out.probabilities[[place[rows.fingerprints[row]] for row in kept]][:, order]
    new = [row for row, name in enumerate(rows.fingerprints) if name not in place and name not in learnt]
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


def acceptance_files(given: Sequence[str]) -> list[str]:
    """Give the files of sentences to pass: the project's, where it is beside the models, and the user's own."""
    project = models_folder().parent / "corpora" / "acceptance.csv"
    return [*([str(project)] if project.is_file() else []), *given]


def read_sentences(files: Sequence[str]) -> list[AnnotatedText]:
    """Read sentences and their domains."""
    return [item for file in files for item in read_corpus(file)]


def failed_sentences(model: Model, sentences: Sequence[AnnotatedText]) -> tuple[Failure, ...]:
    """Give the sentences a model gets wrong."""
    if not sentences:
        return ()
    found = WordTable(model.scoring).probabilities(pl.Series([item.text for item in sentences], dtype=pl.String))
    given = ["" if np.isnan(row).any() else model.scoring.labels[int(row.argmax())] for row in found]
    return tuple(
        Failure(item.text, item.label, guess)
        for item, guess in zip(sentences, given, strict=True)
        if item.label != guess
    )


def with_sentences(comparison: ModelComparison, model: Model, sentences: Sequence[AnnotatedText]) -> ModelComparison:
    """Add to a comparison the acceptance sentences the challenger fails."""
    return replace(comparison, sentences=len(sentences), failures=failed_sentences(model, sentences))


def promote(
    name: str,
    sources: Sequence[str],
    acceptance: Sequence[str],
    why: str | None,
    force: bool,
    seed: int,
    say: Say,
) -> ModelComparison | None:
    """Make a model the one that ``default`` means, unless it is worse or fails a sentence; ``force`` needs ``why``."""
    if force and not (why or "").strip():
        raise UsageError('--force demande une raison, qui sera gardée : ajouter --why "…".')
    if name != DEFAULT and name not in list_models():
        load_model(name)
        raise UsageError(f"{shown(name)} est hors de « {models_folder()} » : y copier le dossier, puis donner son nom.")
    champion = load_model(DEFAULT)
    challenger = load_model(str(models_folder() / name))
    if champion.digest == challenger.digest:
        raise UsageError(f"« {name} » est déjà le champion.")
    sentences = read_sentences(acceptance_files(acceptance))
    comparison, refusals = _judged(champion, challenger, sources, sentences, seed, say)
    if refusals and not force:
        listed = " ; ".join(refusals)
        raise UsageError(
            f'« {name} » n\'est pas promu : {listed}. Pour passer outre : --force --why "…", la raison sera gardée.'
        )
    record = _record(champion, challenger, comparison, refusals, why or "")
    pointer = models_folder() / POINTER
    write_bytes(str(pointer), promoted(read_pointer(models_folder()), name, record))
    return comparison


def _judged(
    champion: Model,
    challenger: Model,
    sources: Sequence[str],
    sentences: Sequence[AnnotatedText],
    seed: int,
    say: Say,
) -> tuple[ModelComparison | None, list[str]]:
    """Compare, and give the reasons to refuse."""
    failures = failed_sentences(challenger, sentences)
    refusals = [
        f"« {failure.text} » donne « {failure.given} » au lieu de « {failure.expected} »" for failure in failures[:5]
    ]
    if len(failures) > len(refusals):
        refusals.append(f"… et {len(failures) - len(refusals)} autres phrases d'acceptation")
    try:
        comparison = compare_models(champion, challenger, sources, seed, say)
    except InputError as error:
        return None, [*refusals, f"rien ne montre qu'il vaut le champion ({error})"]
    comparison = replace(comparison, sentences=len(sentences), failures=failures)
    if is_worse(comparison):
        refusals.insert(0, f"il est moins bon que le champion. {comparison.sentence()[:-1]}")
    return comparison, refusals


def _record(
    champion: Model, challenger: Model, comparison: ModelComparison | None, refusals: Sequence[str], why: str
) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "from": Path(champion.folder).name,
        "from_digest": champion.digest,
        "to": Path(challenger.folder).name,
        "to_digest": challenger.digest,
        "comparison": None if comparison is None else comparison.sentence(),
        "sentences": 0 if comparison is None else comparison.sentences,
        "refusals": list(refusals),
        "why": why,
    }
