"""The reasons in one table that explains itself, and the one order they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.doubts import reasons
from pipeline.doubts.reasons import Array, Integers


@dataclass(frozen=True)
class Evidence:
    """What the reasons look at, row by row: n rows, K labels, k neighbours.

    ``second`` is another model's probabilities; ``similarities`` are cosines from 0 to 1;
    ``known_words`` counts the words other annotated texts have.
    """

    labels: Integers
    probabilities: Array
    second: Array
    neighbour_labels: Integers
    similarities: Array
    fingerprints: Sequence[str]
    word_counts: Integers
    known_words: Integers
    keywords: Array


@dataclass(frozen=True)
class Reason:
    """One reason: its name in both languages, what it means, its weight in the order, when it is worth naming."""

    key: str
    name: str
    name_en: str
    meaning: str
    weight: float
    named_from: float
    score: Callable[[Evidence], Array]


REASONS: tuple[Reason, ...] = (
    Reason(
        "confident_disagreement",
        "désaccord assuré",
        "confident disagreement",
        "le modèle, qui n'a pas appris de cette ligne, en est sûr : un autre domaine (apprentissage confiant)",
        1.0,
        0.2,
        lambda e: reasons.confident_disagreement(e.probabilities, e.labels),
    ),
    Reason(
        "low_margin",
        "marge faible",
        "low margin",
        "le domaine donné n'est pas nettement devant les autres",
        2.0,
        0.45,
        lambda e: reasons.low_margin(e.probabilities, e.labels),
    ),
    Reason(
        "disagreement_of_models",
        "deux modèles en désaccord",
        "two models disagree",
        "deux modèles de familles différentes ne voient pas le même domaine",
        0.0,
        0.6,
        lambda e: reasons.disagreement_of_models(e.probabilities, e.second),
    ),
    Reason(
        "neighbours_disagree",
        "voisins d'un autre domaine",
        "neighbours disagree",
        "les textes annotés les plus proches ont un autre domaine",
        1.0,
        0.7,
        lambda e: reasons.neighbours_disagree(e.neighbour_labels, e.similarities, e.labels),
    ),
    Reason(
        "same_text_two_labels",
        "même texte, deux domaines",
        "same text, two labels",
        "le même texte est annoté ailleurs d'un autre domaine",
        2.0,
        0.01,
        lambda e: reasons.same_text_two_labels(e.fingerprints, e.labels),
    ),
    Reason(
        "empty_or_off_topic",
        "vide ou hors sujet",
        "empty or off topic",
        "le texte n'a pas de mot, ou surtout des mots jamais rencontrés",
        0.0,
        0.6,
        lambda e: reasons.empty_or_off_topic(e.word_counts, e.known_words),
    ),
    Reason(
        "outlier",
        "texte isolé",
        "outlier",
        "aucun texte annoté ne lui ressemble",
        0.0,
        0.9,
        lambda e: reasons.outlier(e.similarities),
    ),
    Reason(
        "keyword_against_label",
        "mot-clé contraire",
        "keyword against the label",
        "un terme du lexique désigne un autre domaine",
        0.3,
        0.6,
        lambda e: reasons.keyword_against_label(e.keywords, e.labels),
    ),
)


@dataclass(frozen=True)
class Doubt:
    """A row to read again: its number from 0, how much it is doubted, the reasons' keys, strongest first."""

    row: int
    score: float
    reasons: tuple[str, ...]
    suggested: int


def scores_by_reason(evidence: Evidence) -> Array:
    """Give the score of each row for each reason, in the order of ``REASONS`` (n × reasons)."""
    return np.column_stack([reason.score(evidence) for reason in REASONS])


def rank_doubts(evidence: Evidence) -> NDArray[np.float64]:
    """Give one score of doubt per row (n): the mean of the reasons' scores, weighted by the table.

    A weighted mean rather than a product or a trained combination: each part stays readable, and
    there are no true mistakes to train on. Reasons of weight 0 are named but do not move a row:
    they tell that a text is hard, not that its label is wrong.
    """
    weights = np.array([reason.weight for reason in REASONS])
    return np.asarray(scores_by_reason(evidence) @ weights / weights.sum())


def doubtful_rows(evidence: Evidence, most: int | None = None) -> list[Doubt]:
    """Give the rows in order of falling doubt, with the reasons that hold and the label suggested.

    A row is listed when a reason that weighs holds: one that is merely unlike the others is not wrong for that.
    """
    by_reason, total = scores_by_reason(evidence), rank_doubts(evidence)
    suggested = evidence.probabilities.argmax(axis=1)
    holds = by_reason >= np.array([reason.named_from for reason in REASONS])
    doubted = (holds & np.array([reason.weight > 0 for reason in REASONS])).any(axis=1)
    ranked = np.argsort(-total, kind="stable")
    order = ranked[doubted[ranked]][:most]
    return [Doubt(int(row), float(total[row]), _named(by_reason[row]), int(suggested[row])) for row in order]


def _named(scores: Array) -> tuple[str, ...]:
    holding = [k for k, reason in enumerate(REASONS) if scores[k] >= reason.named_from]
    return tuple(REASONS[k].key for k in sorted(holding, key=lambda k: (-REASONS[k].weight * scores[k], k)))


def explain_reasons() -> str:
    """Say what each reason means and what it weighs, a line each.

    >>> explain_reasons().splitlines()[0].split(" : ")[0]
    'désaccord assuré (poids 1)'
    """
    return "\n".join(f"{reason.name} (poids {reason.weight:g}) : {reason.meaning}" for reason in REASONS)
