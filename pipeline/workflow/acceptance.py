"""Acceptance sentences: short texts a model must get right before it is promoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from pipeline.corpus import AnnotatedText
from pipeline.registry import Model, models_folder
from pipeline.results.model_comparison import Failure, ModelComparison
from pipeline.wordtable import WordTable
from pipeline.workflow.corpora import read_corpus


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
