"""Why a text got its label: what each word adds to each domain's score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.calibration import Array
from pipeline.division import first_part
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
    """Say what each word of a text adds to each label's calibrated score.

    A text of several parts is scored three times, whole, its first part, the rest: a word adds to two of these scores.
    """
    found, head = words_of(text), scoring.head
    first = first_part(text)
    spans = [slice(None), slice(0, first), slice(first, None)] if first else [slice(None)]
    parts = [_word_parts(scoring, found[span]) for span in spans]
    scores = np.stack([head.logits(part.sum(axis=0)[None])[0] for part in parts])
    # Words sum to what scores gained over those of no word; the calibration's gain on that way goes to them in
    # proportion. Its slope where the text is, the road not taken, left out what bends before: words could sum to
    # another label than the one given.
    secants = head.calibration.secants(scores, head.bias)
    contributions = np.zeros((len(found), len(scoring.labels)))
    for span, part, secant in zip(spans, parts, secants, strict=True):
        contributions[span] += head.contributions(part) @ secant
    probabilities = head.calibration.probabilities(scores[None] if first else scores)[0]
    return Explanation(tuple(found), scoring.labels, contributions, probabilities)


def _word_parts(scoring: Scoring, found: Sequence[str]) -> Array:
    """Give each word's part of the normalised row of a text (words × columns); half of a pair's goes to each word."""
    rows, masses = scoring.word_scores(found)
    pair_rows, pair_masses = scoring.pair_scores(scoring.space.pairs(found))
    squared = masses.sum() + pair_masses.sum()
    scale = 1.0 / np.sqrt(squared) if squared > 0 else 0.0
    parts = rows * scale
    halves = pair_rows * scale / 2
    parts[: len(halves)] += halves
    parts[len(parts) - len(halves) :] += halves
    return parts
