"""How far a part of a text stands as a service of its own: what tells a list of services from one and its details.

"Bornes wifi, podcast du musée" names two services, and the first decides; "bornes wifi, relevé des compteurs" one, and
what follows the comma says what it is for. Scores of labels do not tell them apart, words do: among the held-out texts
in which one part's best label is right and the other's is not, a logistic regression on the difference of their words
says which. One weight a word, whichever part it is in: with weights for each part, what is learnt are the habits of
those who wrote lists (area under the curve for lists by others: 0.86 instead of 0.89).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from pipeline.calibration import Array, is_divided
from pipeline.division import parts_of
from pipeline.features import FeatureSpace
from pipeline.names import FORM, LEMMA
from pipeline.occurrences import Words
from pipeline.scoring import Scoring
from pipeline.textrows import text_rows
from pipeline.threads import side_by_side

Integers = NDArray[np.int64]
Folds = Sequence[tuple[Integers, Integers]]

# scikit-learn's ``C``: with 0.7, macro-F1 on unseen kinds is the same to 0.0006.
REGULARISATION = 2.0


class Stands(Protocol):
    """A fitted classifier that can be taught what stands."""

    scoring_: Scoring

    def stand(self, weights: Array) -> None: ...


def with_standing(model: Stands, texts: Sequence[str], scores: Array, truth: Integers, folds: Folds = ()) -> Array:
    """Teach a model what stands; give held-out scores (n × 5 × K + 1) with standings held out as well.

    ``scores`` are those of ``texts`` (n) by models that saw neither a text nor its group, ``truth`` (n) their labels'
    numbers, ``folds`` by group.
    """
    places, parts = parts_of(texts)
    lines = scores[places]
    assert is_divided(lines).all()
    rows, columns = _own_rows(model.scoring_.space, parts)
    taught = [np.arange(len(places)), *(np.flatnonzero(np.isin(places, train)) for train, _ in folds)]
    everything, *by_fold = side_by_side(partial(_weights, rows, lines, truth[places]), taught)
    weights = np.zeros(model.scoring_.space.width)
    # Half precision, as it is saved: both paths work on these same numbers.
    weights[columns] = everything.astype(np.float16)
    model.stand(weights)
    held_out = scores.copy()
    for (_, test), found in zip(folds, by_fold, strict=True):
        asked = np.flatnonzero(np.isin(places, test))
        for part, row in enumerate(rows, start=1):
            held_out[places[asked], part, -1] = row[asked] @ found
    return held_out


def _own_rows(space: FeatureSpace, parts: Sequence[Sequence[Words]]) -> tuple[list[sparse.csr_matrix], Integers]:
    """Give the normalised rows of parts (4 × m × F), of words' forms and lemmas alone, and these columns (F).

    Pairs and n-grams of characters bring 0.007 of the area under the curve, and take as long as all the rest.
    """
    families = [space.columns.family(family) for family in (FORM, LEMMA)]
    columns = np.concatenate([first + np.arange(len(names)) for names, first in families]).astype(np.int64)
    # All at once: parts have most of their words in common, and a word's row is made once.
    rows = text_rows(space.occurrences([words for part in parts for words in part]), space)
    own, each = sparse.csr_matrix(rows.counts @ rows.named[:, columns]), len(parts[0])
    return [own[part * each : (part + 1) * each] for part in range(len(parts))], columns


def _weights(rows: Sequence[sparse.csr_matrix], lines: Array, truth: Integers, taught: Integers) -> Array:
    """Give the weights (F) learnt from some texts at both their marks; zeros where nothing can be learnt."""
    right = lines[taught, 1:, :-1].argmax(axis=2) == truth[taught, None]
    tells = right[:, ::2] != right[:, 1::2]
    # Where both marks are one, it teaches once.
    tells[:, 1] &= (lines[taught, 1] != lines[taught, 3]).any(axis=1)
    examples = [(rows[2 * mark] - rows[2 * mark + 1])[taught[tells[:, mark]]] for mark in (0, 1)]
    answers = np.concatenate([right[tells[:, mark], 2 * mark] for mark in (0, 1)])
    if len(np.unique(answers)) < 2:
        return np.zeros(rows[0].shape[1])
    model = LogisticRegression(C=REGULARISATION, solver="liblinear")
    return np.asarray(model.fit(sparse.vstack(examples), answers).coef_[0])
