"""Texts out of all measure: bounded, and the same results by the fast path as by scikit-learn's."""

import numpy as np
import polars as pl
import pytest

from pipeline.labelling import Labeller, label_frame
from pipeline.wordtable import WordTable

MANY = 1_000_000
BAD = {
    "ten megabytes": ["médiathèque intercommunale " * 360_000],
    "a million words": ["tablettes pour l'école " * 250_000],
    "distinct words only": [" ".join(f"{n:x}" for n in range(30_000))],
    "only unknown words": ["zzyzx qwrtp xkcdq", "ΩΩΩ ЖЖЖ", "漢字 かな"],
    "a word repeated": ["wifi " * 100_000],
    "a word repeated without a blank": ["wifi," * 100_000],
    "a token of a million letters": ["a" * MANY, "é" * MANY],
    "hyphens and line breaks": ["numé-\n" * 20_000],
    "tags": ["<b>wifi</b> " * 5_000],
}
LONG = ("ten megabytes", "a million words")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in BAD])
def test_a_text_out_of_measure_gets_the_same_probabilities_on_both_paths(small_classifier, name):
    fast = WordTable(small_classifier.scoring_).probabilities(pl.Series(BAD[name]))
    slow = small_classifier.predict_proba(BAD[name])
    assert np.abs(fast - slow).max() <= 1e-9


def test_a_million_empty_texts_are_one_text(small_classifier):
    asked = []
    table = WordTable(small_classifier.scoring_)

    def probabilities(texts):
        asked.append(len(texts))
        return table.probabilities(texts)

    labeller = Labeller(table.scoring.labels, probabilities, 0.5, "m 1 x")
    labelled = label_frame(pl.DataFrame({"description": [""] * MANY}), "description", labeller)
    assert asked == [1]
    assert labelled.counts().rows() == [(None, None, MANY)]
    assert labelled.frame().height == MANY


def test_no_text_at_all_is_no_row(small_classifier):
    assert WordTable(small_classifier.scoring_).probabilities(pl.Series([], dtype=pl.String)).shape == (0, 5)
