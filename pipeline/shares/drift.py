"""Whether a file resembles what the model learnt: four measures, each with a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.results import Drift, DriftSign
from pipeline.shares.population import Array

#: Share of words the model never saw, over that of the training texts: half as many again.
UNKNOWN_WORDS = 1.5
#: Words a text, over that of the training texts: twice as long, or half.
LENGTH = 2.0
#: Fall of the mean confidence index: a tenth.
CONFIDENCE = 0.10
#: Share of the services that changes domain between the two mixes (total variation), in percent.
MIX = 15.0


def drift_of(
    profile: Mapping[str, Any],
    domains: Sequence[str],
    *,
    unknown_word_rate: float | None,
    words_per_text: float | None,
    mean_confidence: float,
    mean_probabilities: Array,
) -> Drift:
    """Compare a file with the ``profile`` of its model's training texts; a measure one of them lacks is left out.

    Thresholds are sizes of effect, chosen and not fitted; they are no tests, because on a large file any
    difference is significant.

    >>> found = drift_of({"mean_confidence": 0.8}, ["a"], unknown_word_rate=None, words_per_text=None,
    ...                  mean_confidence=0.6, mean_probabilities=[1.0])
    >>> [(sign.key, sign.passed) for sign in found.signs]
    [('confidence', True)]
    """
    signs = []
    if "unknown_word_rate" in profile and unknown_word_rate is not None:
        training = float(profile["unknown_word_rate"])
        here = unknown_word_rate
        signs.append(DriftSign("unknown_words", here, training, UNKNOWN_WORDS, here > UNKNOWN_WORDS * training))
    if "words_per_text" in profile and words_per_text is not None:
        training, here = float(profile["words_per_text"]), words_per_text
        passed = here > LENGTH * training or here < training / LENGTH
        signs.append(DriftSign("length", here, training, LENGTH, passed))
    if "mean_confidence" in profile:
        training = float(profile["mean_confidence"])
        passed = mean_confidence < training - CONFIDENCE
        signs.append(DriftSign("confidence", mean_confidence, training, CONFIDENCE, passed))
    if "predicted_mix" in profile:
        mix = [float(profile["predicted_mix"].get(domain, 0.0)) for domain in domains]
        moved = 50.0 * sum(abs(float(a) - b) for a, b in zip(mean_probabilities, mix, strict=True))
        signs.append(DriftSign("mix", moved, 0.0, MIX, moved > MIX))
    return Drift(tuple(signs))
