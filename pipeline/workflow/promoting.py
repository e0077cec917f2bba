"""``domaines models promote``: which model ``default`` means, decided on rows and sentences, and remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.champion import DEFAULT, POINTER, promoted, read_pointer
from pipeline.corpus import AnnotatedText
from pipeline.errors import InputError, UsageError
from pipeline.model_comparison import is_worse
from pipeline.registry import Model, list_models, load_model, models_folder
from pipeline.results.model_comparison import ModelComparison
from pipeline.tables import write_bytes
from pipeline.workflow.acceptance import acceptance_files, failed_sentences, read_sentences
from pipeline.workflow.comparing import compare_models
from pipeline.workflow.reading import Say, shown

# Failed sentences named in a refusal; the others are counted.
SENTENCES_NAMED = 5


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
        raise UsageError(f"« {name} » est déjà le champion : rien à faire.")
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
        f"« {failure.text} » donne « {failure.given} » au lieu de « {failure.expected} »"
        for failure in failures[:SENTENCES_NAMED]
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
