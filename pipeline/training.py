"""Cross-validation without leaks, calibration on held-out folds, and the final fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from pipeline.calibration import PARTS
from pipeline.errors import InputError
from pipeline.memory import keep_freed, without_collection
from pipeline.words import words_of

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Folds = list[tuple[Integers, Integers]]

# Eight fits, with that on everything, are shared by two processes; with five and four parts they were ten, and scores
# the same but for 0.001.
FOLDS, ORDINARY_FOLDS = 4, 3


class Estimator(Protocol):
    """What cross-validation needs of a classifier of texts."""

    classes_: NDArray[np.str_]

    def fit(
        self, X: Sequence[str], y: Sequence[str], sample_weight: Sequence[float], **beside: Sequence[Any]
    ) -> object: ...

    def part_scores(self, X: Sequence[str]) -> Array: ...


E = TypeVar("E", bound=Estimator)


@dataclass(frozen=True)
class CrossValidation(Generic[E]):
    """The held-out scores (n × 5 × K + 1) of each split, and the model of all texts where it was asked for."""

    scores: list[Array]
    whole: E | None


def grouped_folds(labels: Sequence[str], groups: Sequence[str], seed: int, folds: int = FOLDS) -> Folds:
    """Split so that a group (kind of service, near-duplicate cluster) is never in both train and test."""
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labels)), np.asarray(labels), np.asarray(groups)))


def stratified_folds(labels: Sequence[str], seed: int, folds: int = FOLDS) -> Folds:
    """Split at random with the labels' proportions kept: the ordinary score, beside the headline."""
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labels)), np.asarray(labels)))


def always_training(folds: Folds, rows: Sequence[int]) -> Folds:
    """Add rows to the training part of every fold: they teach, and are never scored."""
    return [(np.concatenate([train, np.array(rows, dtype=np.int64)]), test) for train, test in folds]


def joined_groups(*keys: Sequence[str], links: Sequence[tuple[int, int]] = ()) -> list[str]:
    """Join rows that share a value of any key, or are linked, into one group; an empty value joins nothing.

    >>> joined_groups(["k1", "k1", "k2", ""], ["a", "b", "b", "c"])
    ['0', '0', '0', '3']
    """
    parent = list(range(len(keys[0])))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for key in keys:
        first: dict[str, int] = {}
        links = [*links, *((first.setdefault(value, row), row) for row, value in enumerate(key) if value)]
    for one, other in links:
        a, b = root(one), root(other)
        parent[max(a, b)] = min(a, b)
    return [str(root(row)) for row in range(len(parent))]


def cross_validated(
    make: Callable[[], E],
    texts: Sequence[str],
    labels: Sequence[str],
    weights: Sequence[float],
    splits: Sequence[Folds],
    workers: int = 1,
    whole: bool = False,
    **beside: Sequence[Any],
) -> CrossValidation[E]:
    """Give each text's scores (n × 5 × K + 1) from a model that saw neither it nor its group, for each split.

    What is given ``beside`` has one value per text, and goes to ``fit`` by its name, for those learnt from.
    With more ``workers`` than one, the fits are shared by as many processes: that on the ``whole``, if asked for, too.
    """

    def task(rows: Sequence[int], asked: list[str] | None) -> Task:
        taught = tuple([column[row] for row in rows] for column in (texts, labels, weights))
        return make, taught, {name: [column[row] for row in rows] for name, column in beside.items()}, asked

    classes = sorted(set(labels))
    tasks = [task(train.tolist(), [texts[row] for row in test]) for folds in splits for train, test in folds]
    answers = _answers([*tasks, *([task(range(len(texts)), None)] if whole else [])], workers)
    found = []
    for folds in splits:
        scores = np.full((len(texts), 1 + PARTS, len(classes) + 1), np.nan)
        for _, test in folds:
            _, names, scores_of_fold = next(answers)
            if names != classes:
                raise InputError(
                    "Trop peu de textes différents d'un même domaine pour valider le modèle (textes presque pareils, "
                    "ou d'un seul type de service) : en annoter d'autres, décrits autrement."
                )
            scores[test] = scores_of_fold
        found.append(scores)
    return CrossValidation(found, next(answers)[0] if whole else None)


Task = tuple[Callable[[], Any], tuple[list[Any], ...], dict[str, list[Any]], list[str] | None]
Answer = tuple[Any, list[str], Array]


def _answers(tasks: Sequence[Task], workers: int) -> Iterator[Answer]:
    if workers == 1:
        return map(_scored, tasks)
    from joblib import Parallel, delayed

    # Each process has its share of the fits at once: joblib, which replaces between two tasks a process that grew by
    # 300 MB, has none to replace.
    shares = Parallel(n_jobs=workers)(delayed(_all_scored)(tasks[first::workers]) for first in range(workers))
    return (shares[number % workers][number // workers] for number in range(len(tasks)))


@without_collection()
def _all_scored(tasks: Sequence[Task]) -> list[Answer]:
    """Do a share of the fits, in a process of our own."""
    keep_freed()
    return [_scored(task) for task in tasks]


def _scored(task: Task) -> Answer:
    make, (texts, labels, weights), beside, asked = task
    model = make()
    model.fit(texts, labels, weights, **beside)
    names = [str(name) for name in model.classes_]
    if asked is None:
        return model, names, np.zeros((0, 1 + PARTS, len(names) + 1))
    return None, names, model.part_scores(asked)


def training_profile(texts: Sequence[str], counted: NDArray[np.bool_], folds: Folds) -> dict[str, float]:
    """Give what drift is measured against: share of words unknown to the other folds, words a text.

    ``counted`` (n) says which texts count; the others (contrast pairs) only lend their words.
    """
    split = [words_of(text) for text in texts]
    unknown = total = 0
    for train, test in folds:
        known = {word for row in train for word in split[row]}
        found = [word for row in test if counted[row] for word in split[row]]
        unknown += sum(word not in known for word in found)
        total += len(found)
    return {"unknown_word_rate": unknown / max(total, 1), "words_per_text": total / max(int(counted.sum()), 1)}
