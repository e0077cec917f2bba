"""Cross-validation without leaks, calibration on held-out folds, and the final fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from pipeline.errors import InputError
from pipeline.head import Head, hinges, softmax
from pipeline.memory import keep_freed, without_collection
from pipeline.words import words_of

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Folds = list[tuple[Integers, Integers]]

# The ordinary split has a part less: with the fit on everything beside them, ten fits are shared by two processes.
FOLDS, ORDINARY_FOLDS = 5, 4
# With 3, 200 texts are calibrated worse by corrections than without; with 10 as well, and 24,000 better by as much.
CORRECTIONS_PENALTY = 10.0


class Estimator(Protocol):
    """What cross-validation needs of a classifier of texts."""

    classes_: NDArray[np.str_]

    def fit(
        self, X: Sequence[str], y: Sequence[str], sample_weight: Sequence[float], **beside: Sequence[Any]
    ) -> object: ...

    def decision_function(self, X: Sequence[str]) -> Array: ...


E = TypeVar("E", bound=Estimator)


@dataclass(frozen=True)
class CrossValidation(Generic[E]):
    """The held-out scores (n × K) of each split, and the model of all texts where it was asked for."""

    scores: list[Array]
    whole: E | None


@dataclass(frozen=True)
class Calibration:
    """What makes held-out logits (n × K) mean what they say: see :class:`pipeline.head.Head`."""

    temperature: float
    shift: tuple[float, ...]
    corrections: Array

    def probabilities(self, logits: Array) -> Array:
        """Give the probabilities (n × K) of uncalibrated scores."""
        nothing = np.zeros(len(self.shift))
        return Head(nothing, self.temperature, np.array(self.shift), corrections=self.corrections).probabilities(logits)


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
    """Give each text's uncalibrated scores (n × K) from a model that saw neither it nor its group, for each split.

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
        logits = np.zeros((len(texts), len(classes)))
        for _, test in folds:
            _, names, logits_of_fold = next(answers)
            if names != classes:
                raise InputError(
                    "Trop peu de textes différents d'un même domaine pour valider le modèle (textes presque pareils, "
                    "ou d'un seul type de service) : en annoter d'autres, décrits autrement."
                )
            logits[test] = logits_of_fold
        found.append(logits)
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
    return (model, names, np.zeros((0, len(names)))) if asked is None else (None, names, model.decision_function(asked))


def calibrate(logits: Array, truth: Integers) -> Calibration:
    """Fit a calibration by maximum likelihood on held-out logits (n × K) and labels (n).

    Temperature and shift first (Guo et al. 2017); then corrections, which few texts can hardly move from zero: they are
    penalised by the same whatever n.
    """
    temperature, shift = _tempered(logits, truth)
    classes = logits.shape[1]
    values = np.vstack([*hinges(logits).transpose(0, 2, 1), np.ones((1, len(logits)))])
    start = logits / temperature + shift

    def loss(parameters: Array) -> tuple[float, Array]:
        missed, residuals = _log_loss(start + values.T @ parameters.reshape(-1, classes), truth)
        penalised = CORRECTIONS_PENALTY * parameters @ parameters / 2 + missed
        gradient = (values @ residuals).ravel() + CORRECTIONS_PENALTY * parameters
        return float(penalised) / len(truth), gradient / len(truth)

    nothing = np.zeros(len(values) * classes)
    # On one thread, as a fit: the last bits, and so the model's digest, would depend on the number of processors.
    with threadpool_limits(1, user_api="blas"):
        found = minimize(loss, nothing, method="L-BFGS-B", jac=True, options={"ftol": 1e-8}).x
    corrections = found.reshape(-1, classes)
    shifted = (shift + corrections[-1]).tolist()
    return Calibration(temperature, tuple(shifted), corrections[:-1].reshape(-1, classes, classes))


def _tempered(logits: Array, truth: Integers) -> tuple[float, Array]:
    """Fit temperature and shift alone."""

    def loss(parameters: Array) -> tuple[float, Array]:
        scaled = logits * np.exp(parameters[0])
        missed, residuals = _log_loss(scaled + np.append(parameters[1:], 0.0), truth)
        gradient = np.append(np.sum(residuals * scaled), residuals[:, :-1].sum(axis=0)) / len(truth)
        # The small penalty keeps the fit finite when every held-out row is right.
        return float(1e-4 * parameters @ parameters + missed / len(truth)), gradient + 2e-4 * parameters

    found = minimize(loss, np.zeros(logits.shape[1]), method="L-BFGS-B", jac=True).x
    return float(np.exp(-found[0])), np.append(found[1:], 0.0)


def _log_loss(scores: Array, truth: Integers) -> tuple[float, Array]:
    """Give the sum of −log of the probabilities of the true labels (n), and its slope by each score (n × K)."""
    residuals, rows = softmax(scores), np.arange(len(truth))
    missed = -np.log(np.maximum(residuals[rows, truth], np.finfo(float).tiny)).sum()
    residuals[rows, truth] -= 1.0
    return float(missed), residuals


def cross_calibrated(logits: Array, truth: Integers, folds: Folds) -> Array:
    """Give held-out probabilities, each fold calibrated on the other folds: nothing is judged on itself."""
    probabilities = np.zeros_like(logits)
    for _, test in folds:
        others = np.setdiff1d(np.arange(len(truth)), test)
        probabilities[test] = calibrate(logits[others], truth[others]).probabilities(logits[test])
    return probabilities


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
