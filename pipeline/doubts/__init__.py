"""Reasons to doubt a person's label: named, each a function of arrays, ranked into one order."""

from pipeline.doubts.ranking import Doubt, Evidence, doubtful_rows, explain_reasons, rank_doubts, scores_by_reason
from pipeline.doubts.reasons import (
    confident_disagreement,
    disagreement_of_models,
    empty_or_off_topic,
    keyword_against_label,
    low_margin,
    neighbours_disagree,
    outlier,
    same_text_two_labels,
)

__all__ = [
    "Doubt",
    "Evidence",
    "confident_disagreement",
    "disagreement_of_models",
    "doubtful_rows",
    "empty_or_off_topic",
    "explain_reasons",
    "keyword_against_label",
    "low_margin",
    "neighbours_disagree",
    "outlier",
    "rank_doubts",
    "same_text_two_labels",
    "scores_by_reason",
]
