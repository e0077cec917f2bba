"""Names of features and n-grams by whole columns: what dictionaries and loops would find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.grams import GramIndex, ngrams
from pipeline.names import FeatureNames

WORDS = st.lists(st.text(alphabet="aéœbcß<>漢𝔘", max_size=9), max_size=6)


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS, st.integers(1, 3), st.integers(0, 3), st.sampled_from([62, 2]))
def test_n_grams_found_together_are_those_found_one_by_one(trained, words, shortest, more, digits):
    longest = shortest + more
    known = sorted({gram for word in trained for gram in ngrams(word, shortest, longest)})
    # A known n-gram of another alphabet, so that both ways are taken.
    known += [chr(0x4E00 + n) * shortest for n in range(5000)] if digits == 2 else []
    rows, grams = GramIndex(known, shortest, longest).find(words)
    place = {gram: number for number, gram in enumerate(known)}
    expected = [
        (row, place[gram])
        for row, word in enumerate(words)
        for gram in ngrams(word, shortest, longest)
        if gram in place
    ]
    assert list(zip(rows.tolist(), grams.tolist(), strict=True)) == expected


@given(st.sets(st.from_regex(r"[cflp]:[aé :]{0,3}", fullmatch=True)))
def test_names_are_a_dictionary_of_their_columns(names):
    expected = {name: column for column, name in enumerate(sorted(names))}
    found = FeatureNames.of(sorted(names))
    assert (dict(found), len(found), list(found)) == (expected, len(expected), sorted(names))
    assert "c:zzz" not in found
    assert "x:a" not in found


def test_a_family_in_two_places_is_refused():
    with pytest.raises(ValueError, match="d'un seul tenant"):
        FeatureNames.of(["c:a", "f:a", "c:b"])
