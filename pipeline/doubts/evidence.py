"""From annotated texts to the arrays the reasons look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from pipeline.doubts.ranking import Evidence
from pipeline.doubts.reasons import Array, Integers
from pipeline.neighbours import Examples, folded_words

NEIGHBOURS = 7
PARTS = 5

# A term of a lexicon: its text, the number of its label, its strength.
Term = tuple[str, int, float]


def gather(
    texts: Sequence[str],
    labels: Integers,
    probabilities: Array,
    fingerprints: Sequence[str],
    terms: Sequence[Term] = (),
    others: Sequence[tuple[str, int]] = (),
    seed: int = 2016,
) -> Evidence:
    """Join what is known of annotated texts: ``labels`` (n), ``probabilities`` (n × K) out of fold, a lexicon.

    ``others`` are annotated texts (text, label) that are not judged, and serve as neighbours and as known words.
    """
    classes, judged = probabilities.shape[1], len(texts)
    texts = [*texts, *(text for text, _ in others)]
    all_labels = np.concatenate([labels, np.array([label for _, label in others], dtype=np.int64)])
    examples = Examples.of(texts)
    found, similarities = examples.nearest(texts[:judged], min(NEIGHBOURS, max(len(texts) - 1, 1)), itself=True)
    split = [folded_words(text) for text in texts]
    counts, known = (each[:judged] for each in word_knowledge(split))
    return Evidence(
        labels,
        probabilities,
        naive_bayes_held_out(examples.rows, all_labels, classes, seed)[:judged],
        all_labels[found],
        similarities,
        fingerprints,
        counts,
        known,
        keywords_found(split[:judged], terms, classes),
    )


def word_knowledge(split: Sequence[Sequence[str]]) -> tuple[Integers, Integers]:
    """Count each text's words, and those of them that another text has too.

    >>> [found.tolist() for found in word_knowledge([["wifi", "gratuit"], ["wifi", "wifi"], []])]
    [[2, 2, 0], [1, 2, 0]]
    """
    met = Counter(word for text in split for word in set(text))
    counts = np.array([len(text) for text in split], dtype=np.int64)
    known = np.array([sum(met[word] > 1 for word in text) for text in split], dtype=np.int64)
    return counts, known


def keywords_found(split: Sequence[Sequence[str]], terms: Sequence[Term], classes: int) -> Array:
    """Give the strength of the strongest term of each label in each text (n × K), 0 where there is none.

    >>> keywords_found([["le", "wifi", "public"], ["wifi"]], [("wifi public", 1, 3.0), ("Wifi", 0, 1.0)], 2).tolist()
    [[1.0, 3.0], [1.0, 0.0]]
    """
    by_first: dict[str, list[tuple[list[str], int, float]]] = defaultdict(list)
    for written, label, strength in terms:
        found = folded_words(written)
        if found:
            by_first[found[0]].append((found, label, strength))
    strengths = np.zeros((len(split), classes))
    for row, text in enumerate(split):
        for place, word in enumerate(text):
            for term, label, strength in by_first.get(word, ()):
                if list(text[place : place + len(term)]) == term:
                    strengths[row, label] = max(strengths[row, label], strength)
    return strengths


def naive_bayes_held_out(
    rows: sparse.csr_matrix, labels: Integers, classes: int, seed: int, parts: int = PARTS
) -> Array:
    """Give the probabilities (n × K) of a multinomial naive Bayes that did not learn from the row it judges.

    A second opinion of another family than the linear classifier: McCallum and Nigam (1998), smoothing 0.1, labels
    taken as equally frequent. ``rows`` (n × words) are non-negative weights.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    bounds = np.linspace(0, len(labels), parts + 1).astype(int)
    probabilities = np.full((len(labels), classes), 1.0 / classes)
    for start, end in pairwise(bounds):
        test, train = order[start:end], np.concatenate([order[:start], order[end:]])
        belongs = sparse.csr_matrix(
            (np.ones(len(train)), (labels[train], np.arange(len(train)))), shape=(classes, len(train))
        )
        totals = np.asarray((belongs @ rows[train]).todense()) + 0.1
        scores = np.asarray(rows[test] @ np.log(totals / totals.sum(axis=1, keepdims=True)).T)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(test) else scores
        probabilities[test] = raised / raised.sum(axis=1, keepdims=True)
    return probabilities
