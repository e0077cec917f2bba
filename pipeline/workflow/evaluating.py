"""``domaines evaluate`` and ``domaines explain``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline import schema
from pipeline.errors import InputError, UsageError
from pipeline.explanation import Explanation, explain
from pipeline.registry import Model
from pipeline.results import Evaluation, PairScore
from pipeline.tables import open_table
from pipeline.workflow.reading import Say, read_annotated, shown


def evaluate(source: str, model: Model, text: str | None, label_column: str | None, say: Say) -> Evaluation:
    """Score a model on an annotated file, or on a file of contrast pairs (``text_a``, ``domaine_a``, ``text_b``…)."""
    import polars as pl

    from pipeline.evaluation import evaluate as score
    from pipeline.wordtable import WordTable

    pairs = set(schema.PAIR_COLUMNS) <= set(open_table(source).columns)
    if pairs:
        sides = [read_annotated(source, f"text_{side}", f"domaine_{side}", model.scoring.labels, say) for side in "ab"]
        texts, labels = [text for side in sides for text in side[0]], [label for side in sides for label in side[1]]
    else:
        texts, labels = read_annotated(source, text, label_column, model.scoring.labels, say)
    names = list(model.scoring.labels)
    probabilities = WordTable(model.scoring).probabilities(pl.Series(texts))
    kept = ~np.isnan(probabilities).any(axis=1)
    if not kept.all():
        say(f"{int((~kept).sum())} lignes sans texte ni mot laissées de côté.")
    truth = np.array([names.index(name) for name in labels], dtype=np.int64)[kept]
    if not len(truth):
        raise InputError(
            f"{shown(source)} n'a aucune ligne annotée avec un texte : y annoter des lignes, puis recommencer."
        )
    result = score(truth, probabilities[kept].argmax(axis=1), names, probabilities[kept])
    if not pairs:
        return result
    right = np.zeros(len(texts), dtype=bool)
    right[kept] = probabilities[kept].argmax(axis=1) == truth
    a, b = right.reshape(2, -1)
    return replace(result, pairs=PairScore(len(a), int((a & b).sum())))


def explain_text(text: str, model: Model) -> Explanation:
    """Say what each word adds to each domain's score."""
    found = explain(model.scoring, text)
    if not found.words:
        raise UsageError("Le texte ne contient aucun mot : donner une description entre guillemets.")
    return found
