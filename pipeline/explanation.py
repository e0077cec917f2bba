"""Why a text got its label: what each word adds to each domain's score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.head import Array
from pipeline.scoring import Scoring
from pipeline.words import words_of


@dataclass(frozen=True)
class Explanation:
    """Why a text got its label: each word's contribution (words × K) to each domain's score."""

    words: tuple[str, ...]
    labels: tuple[str, ...]
    contributions: Array
    probabilities: Array


def explain(scoring: Scoring, text: str) -> Explanation:
    """Say what each word of a text adds to each label's calibrated score."""
    found = words_of(text)
    couples = scoring.space.pairs(found)
    rows, masses = scoring.word_scores(found)
    pair_rows, pair_masses = scoring.pair_scores(couples)
    squared = masses.sum() + pair_masses.sum()
    scale = 1.0 / np.sqrt(squared) if squared > 0 else 0.0
    parts = rows * scale
    halves = pair_rows * scale / 2
    parts[: len(halves)] += halves
    parts[len(parts) - len(halves) :] += halves
    total = parts.sum(axis=0)
    # The calibration is made of straight pieces: on that of this text, what words add to calibrated scores is exact.
    slopes = scoring.head.slopes(scoring.head.logits(total[None, :])[0])
    return Explanation(
        tuple(found),
        scoring.labels,
        scoring.head.contributions(parts) @ slopes,
        scoring.head.probabilities(total[None, :])[0],
    )
