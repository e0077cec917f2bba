"""Why a text got its label: what each word adds to each domain's score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.calibration import Array
from pipeline.division import cuts, spans
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

    A text of several parts is scored five times, whole and in parts (see :mod:`pipeline.division`): a word adds to
    three of these scores.
    """
    found, head = words_of(text), scoring.head
    first, last = cuts(text)
    spanned = [slice(None), *(spans(first, last) if first else ())]
    parts = [_word_parts(scoring, found[span]) for span in spanned]
    lines = np.concatenate([head.lines(part.sum(axis=0)[None]) for part in parts])
    lines[0, -1] = 0.0
    # Words sum to what scores gained over those of no word; the calibration's gain on that way goes to them in
    # proportion. Its slope where the text is, the road not taken, left out what bends before: words could sum to
    # another label than the one given.
    secants = head.calibration.secants(lines, np.append(head.bias, 0.0))
    contributions = np.zeros((len(found), len(scoring.labels)))
    for span, part, secant in zip(spanned, parts, secants, strict=True):
        contributions[span] += head.contributions(part) @ secant
    probabilities = head.calibration.probabilities(lines[None] if first else lines[:, :-1])[0]
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
