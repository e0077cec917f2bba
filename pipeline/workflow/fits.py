"""Fits of annotated texts, on folds and on everything: two processes for large corpora."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial

from pipeline.calibration import Array, Calibration
from pipeline.classifier import LEMMATISER, DomainClassifier
from pipeline.corpus import AnnotatedText, near_duplicates
from pipeline.memory import without_collection
from pipeline.training import CrossValidation, Folds, cross_validated, grouped_folds, joined_groups
from pipeline.words import lemmatised, remember_words, words_of

# Folds of so many texts are fitted by two processes: fewer are done before a process has started. 1.7 GB each
# with the corpus.
LARGE, WORKERS = 5000, 2
# Contrast pairs of so many rows that follow one another are one group.
PAIRS = 100

Split = tuple[list[tuple[str, ...]], dict[str, str]]


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


def folds_by_group(described: Sequence[AnnotatedText], texts: Sequence[AnnotatedText], seed: int) -> Folds:
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


@without_collection()
def _folds_of(texts: Sequence[AnnotatedText], seed: int) -> Folds:
    return grouped_folds([item.label for item in texts], groups_of(texts), seed)


def _workers(texts: Sequence[AnnotatedText]) -> int:
    return WORKERS if len(texts) >= LARGE and (os.cpu_count() or 1) > 1 else 1


def held_out_scores(texts: Sequence[AnnotatedText], splits: Sequence[Folds], seed: int) -> list[Array]:
    """Give the scores of texts (n × 5 × K + 1) by models that did not learn them, for each split.

    Labels are sorted by name. Standings are zero (see :mod:`pipeline.standing`).
    """
    return fitted(texts, splits, seed).scores


def fitted(
    texts: Sequence[AnnotatedText], splits: Sequence[Folds], seed: int, whole: bool = False
) -> CrossValidation[DomainClassifier]:
    """Fit on the folds of each split, and on everything if asked for the ``whole``; large corpora in two processes."""
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
