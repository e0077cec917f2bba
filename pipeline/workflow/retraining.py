"""``domaines train``: join the sources, train, then set the challenger against the champion on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.champion import DEFAULT
from pipeline.corpus import AnnotatedText
from pipeline.domains import LABELS
from pipeline.errors import InputError, ModelError
from pipeline.registry import Model, load_model
from pipeline.results.model_comparison import ModelComparison
from pipeline.workflow.acceptance import acceptance_files, read_sentences, with_sentences
from pipeline.workflow.comparing import compare_texts, judged_texts
from pipeline.workflow.reading import Say, read_annotated
from pipeline.workflow.sources import join_sources


@dataclass(frozen=True)
class Retraining:
    """What retraining gave: the model's digest, the texts that taught it, and the comparison with the champion."""

    digest: str
    texts: tuple[AnnotatedText, ...]
    comparison: ModelComparison | None


def retrain(
    sources: Sequence[str],
    output: Path,
    test: str | None,
    allow_overlap: bool,
    acceptance: Sequence[str],
    seed: int,
    say: Say,
    crossfit: bool = False,
) -> Retraining:
    """Train on joined sources and compare with the champion; acceptance sentences and test rows never train."""
    from pipeline.workflow.training import train

    # Loaded first: the challenger may be written where the champion stands.
    champion = _champion()
    sentences = read_sentences(acceptance_files(acceptance))
    held_apart = [] if test is None else read_annotated(test, None, None, LABELS, lambda _: None)[0]
    joined = join_sources(sources, [item.text for item in sentences], say, held_apart)
    lineage = {**joined.as_json(), "parent": None if champion is None else champion.reference}
    digest = train(joined.texts, joined.files, output, test, allow_overlap, seed, say, crossfit, lineage)
    if champion is None or champion.digest == digest:
        return Retraining(digest, joined.texts, None)
    challenger = load_model(str(output))
    try:
        comparison = compare_texts(champion, challenger, joined.texts, seed)
    except InputError as error:
        # A champion of an older format may have learnt any of these texts: the model is made, and not compared.
        say(str(error))
        return Retraining(digest, (), None)
    return Retraining(digest, judged_texts(joined.texts), with_sentences(comparison, challenger, sentences))


def _champion() -> Model | None:
    try:
        champion = load_model(DEFAULT)
        # Read now: the challenger may be written over it.
        champion.held_out()
        return champion
    except ModelError:
        return None
