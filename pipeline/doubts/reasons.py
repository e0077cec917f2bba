"""One function per reason to doubt a label: arrays in, a score from 0 (no doubt) to 1 (much) for each row.

``labels`` (n) are numbers from 0 to K − 1; ``probabilities`` (n × K) come from models that did not
learn from the row they judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Cosine similarity of TF-IDF rows under which two short texts have little in common.
LEAST_ALIKE = 0.15


def label_thresholds(probabilities: Array, labels: Integers) -> Array:
    """Give the mean probability of each label over the rows that bear it (K); infinite for a label nobody gave.

    The thresholds of confident learning: Northcutt, Jiang, Chuang, Confident Learning: Estimating
    Uncertainty in Dataset Labels, JAIR 70 (2021), equation 2.

    >>> label_thresholds(np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7]]), np.array([0, 0, 1])).tolist()
    [0.7, 0.7]
    """
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    totals = np.bincount(labels, weights=probabilities[np.arange(len(labels)), labels], minlength=classes)
    return np.asarray(np.divide(totals, counts, out=np.full(classes, np.inf), where=counts > 0))


def confident_disagreement(probabilities: Array, labels: Integers) -> Array:
    """Score rows the model would confidently give another label (confident learning, Northcutt 2021).

    A row is doubtful when, among the labels whose probability reaches that label's threshold, the most
    probable is not the given one; its score is the probability of that label less that of the given one.

    >>> confident_disagreement(np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8]]), np.array([0, 0, 1])).tolist()
    [0.0, 0.8, 0.0]
    """
    reached = probabilities >= label_thresholds(probabilities, labels) - 1e-6
    candidates = np.where(reached, probabilities, -1.0)
    suggested = candidates.argmax(axis=1)
    rows = np.arange(len(labels))
    doubtful = reached.any(axis=1) & (suggested != labels)
    gap = probabilities[rows, suggested] - probabilities[rows, labels]
    return np.where(doubtful, np.clip(gap, 0.0, 1.0), 0.0)


def low_margin(probabilities: Array, labels: Integers) -> Array:
    """Score how far the given label falls short of the best other one: (best other − given + 1) / 2.

    One less cleanlab's "normalized margin" quality; 0.5 where the two are level.

    >>> low_margin(np.array([[0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]), np.array([0, 0])).tolist()
    [0.5, 1.0]
    """
    rows = np.arange(len(labels))
    others = probabilities.copy()
    others[rows, labels] = -np.inf
    return np.asarray((others.max(axis=1) - probabilities[rows, labels] + 1.0) / 2.0)


def disagreement_of_models(first: Array, second: Array) -> Array:
    """Score rows two models see differently: the total variation distance of their probabilities.

    >>> disagreement_of_models(np.array([[1.0, 0.0]]), np.array([[0.25, 0.75]])).tolist()
    [0.75]
    """
    return np.asarray(np.abs(first - second).sum(axis=1) / 2.0)


def neighbours_disagree(
    neighbour_labels: Integers, similarities: Array, labels: Integers, least: float = LEAST_ALIKE
) -> Array:
    """Score the share of the nearest annotated texts (n × k), weighted by similarity, with another label.

    Neighbours less than ``least`` alike share a few grammatical words and do not count; a row without any other
    scores 0: nothing speaks against its label.

    >>> neighbours_disagree(np.array([[1, 0]]), np.array([[0.75, 0.25]]), np.array([0])).tolist()
    [0.75]
    """
    alike = np.where(similarities >= least, similarities, 0.0)
    total = alike.sum(axis=1)
    other = np.where(neighbour_labels != labels[:, None], alike, 0.0).sum(axis=1)
    return np.asarray(np.divide(other, total, out=np.zeros_like(total), where=total > 0))


def same_text_two_labels(fingerprints: Sequence[str], labels: Integers) -> Array:
    """Score texts met under several labels: the share of the other rows of that text that have another label.

    >>> same_text_two_labels(["a", "a", "a", "b"], np.array([0, 0, 1, 1])).tolist()
    [0.5, 0.5, 1.0, 0.0]
    """
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, fingerprint in enumerate(fingerprints):
        rows_of[fingerprint].append(row)
    scores = np.zeros(len(labels))
    for rows in rows_of.values():
        given = labels[rows]
        if len(rows) > 1:
            scores[rows] = [(given != label).sum() / (len(rows) - 1) for label in given]
    return scores


def empty_or_off_topic(word_counts: Integers, known_words: Integers) -> Array:
    """Score texts that say little the corpus knows: 1 without a word, else the share of words never met.

    >>> empty_or_off_topic(np.array([0, 4, 4]), np.array([0, 4, 1])).tolist()
    [1.0, 0.0, 0.75]
    """
    known = np.divide(known_words, word_counts, out=np.zeros(len(word_counts)), where=word_counts > 0)
    return np.asarray(1.0 - known)


def outlier(similarities: Array) -> Array:
    """Score texts unlike any annotated one: 1 less the mean similarity to the nearest (n × k).

    The k-nearest-neighbour distance of Ramaswamy, Rastogi, Shim (SIGMOD 2000), averaged as by
    Angiulli and Pizzuti (2002).

    >>> outlier(np.array([[0.5, 0.25], [1.0, 1.0]])).tolist()
    [0.625, 0.0]
    """
    return np.asarray(1.0 - similarities.mean(axis=1))


def keyword_against_label(keywords: Array, labels: Integers) -> Array:
    """Score texts whose keywords (n × K, strength found for each label) speak for another label than theirs.

    The score is (strongest other − given) / (strongest other + given): 1 when no keyword is for the label.

    >>> keyword_against_label(np.array([[0.0, 3.0], [1.0, 3.0], [2.0, 0.0]]), np.array([0, 0, 0])).tolist()
    [1.0, 0.5, 0.0]
    """
    rows = np.arange(len(labels))
    others = keywords.copy()
    given = keywords[rows, labels]
    others[rows, labels] = 0.0
    strongest = others.max(axis=1)
    both = strongest + given
    gap = np.divide(strongest - given, both, out=np.zeros_like(both), where=both > 0)
    return np.asarray(np.clip(gap, 0.0, 1.0))
