"""Rows of texts as a product, word vectors along their axes, and document frequencies without terms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from pipeline.calibration import Calibration
from pipeline.classifier import DomainClassifier
from pipeline.features import Families, FeatureSpace
from pipeline.head import Head
from pipeline.names import FORM, PAIR
from pipeline.scoring import Scoring, compiled
from pipeline.textrows import Axes, TextRows, text_rows

TEXTS = [("wifi", "du", "port"), ("tablettes", "de", "la", "cantine"), ("wifi", "de", "la", "cantine")]


def space(texts=TEXTS, vector=0.5):
    return FeatureSpace.fit(texts, {}, Families(vector=vector, minimum_texts=1))


def test_mapping_types_then_summing_is_mapping_texts():
    features = space()
    rows = text_rows(features.occurrences(TEXTS), features)
    projection = np.random.default_rng(0).normal(size=(features.width, 3))
    assert np.allclose(rows @ projection, rows.matrix() @ projection)


def test_along_all_axes_scores_are_those_of_whole_rows():
    features = space()
    whole = text_rows(features.occurrences(TEXTS), features)
    axes = Axes.of(whole, count=300)
    short = axes.shortened(whole)
    learnt = np.random.default_rng(1).normal(size=(short.width, 2))
    assert np.allclose(whole @ axes.widened(learnt), short @ learnt)


def test_along_few_axes_what_is_learnt_still_maps_whole_rows():
    features = space()
    whole = text_rows(features.occurrences(TEXTS), features)
    axes = Axes.of(whole, count=2)
    short = axes.shortened(whole)
    assert short.width == len(features.columns) + 2
    learnt = np.random.default_rng(2).normal(size=(short.width, 2))
    assert np.allclose(whole @ axes.widened(learnt), short @ learnt)


def test_without_vectors_rows_stay_as_they_are():
    features = space(vector=0.0)
    whole = text_rows(features.occurrences(TEXTS), features)
    axes = Axes.of(whole)
    assert (axes.shortened(whole).matrix() != whole.matrix()).nnz == 0
    assert axes.widened(np.ones((features.width, 1))).shape == (features.width, 1)


def test_axes_are_of_what_types_weigh_in_texts():
    vectors = np.array([[3.0, 4.0], [4.0, -3.0]])
    axes = Axes.of(TextRows(sparse.csr_matrix(np.array([[0.1, 2.0]])), sparse.csr_matrix((2, 0)), vectors), count=1)
    assert np.abs(axes.directions.ravel()) == pytest.approx([0.8, 0.6])


def test_terms_are_no_documents():
    features = FeatureSpace(Families(characters=0, lemma=0, pair=0, minimum_texts=1), {})
    found = features.occurrences([("la", "mairie"), ("la", "cantine"), ("cantine",), ("préau",)])
    features.learn(found, np.array([True, True, False, False]))
    frequency = {name: features.frequencies[features.columns[name]] for name in features.columns}
    # By hand, two documents: log(3 / (1 + n)) + 1.
    expected = {"la": 1.0, "mairie": np.log(1.5) + 1, "cantine": np.log(1.5) + 1, "preau": np.log(3) + 1}
    assert {
        name[-len(word) :]: value for name, value in frequency.items() for word in expected if name.endswith(word)
    } == (pytest.approx(expected))


def test_pairs_that_are_no_feature_are_left_out_of_what_was_counted():
    features = FeatureSpace(Families(characters=0, lemma=0, minimum_texts=1, minimum_pair_texts=2), {})
    found = features.occurrences([("la", "mairie"), ("la", "mairie", "ferme"), ("la", "cantine")])
    kept = features.learn(found)
    assert kept.pair_types == [("la", "mairie")]
    assert kept.pairs.toarray().tolist() == [[1], [1], [0]]
    assert kept.types == found.types
    whole, less = text_rows(found, features), text_rows(kept, features)
    assert (whole.matrix() != less.matrix()).nnz == 0


def test_no_terms_said_is_no_terms():
    texts, labels = (
        ["wifi sur la place", "tablettes pour l'école", "wifi au bourg", "tableau pour l'école"],
        [0, 1, 0, 1],
    )
    plain = DomainClassifier().fit(texts, labels)
    said = DomainClassifier().fit(texts, labels, terms=[False] * 4)
    assert np.array_equal(plain.decision_function(texts), said.decision_function(texts))


def test_a_pair_must_be_found_in_as_many_texts_as_asked():
    texts = [["wifi", "du", "port"], ["wifi", "du", "bourg"]]
    space = FeatureSpace.fit(texts, {}, Families(minimum_texts=1, minimum_pair_texts=2))
    assert space.columns.family(PAIR)[0] == ["wifi du"]
    assert space.columns.family(FORM)[0] == ["bourg", "du", "port", "wifi"]


def test_of_many_texts_three_must_hold_a_feature_unless_told():
    few, many = DomainClassifier()._families(99_999), DomainClassifier()._families(100_000)
    assert (few.minimum_texts, few.minimum_pair_texts) == (1, 2)
    assert (many.minimum_texts, many.minimum_pair_texts) == (3, 3)
    assert DomainClassifier(minimum_pair_texts=1)._families(100_000).minimum_pair_texts == 1


def test_rows_are_kept_ready_for_words_of_eight_texts_and_are_those_made_otherwise():
    texts, labels = ["wifi du port"] * 4 + ["wifi du bourg"] * 7 + ["crue"], ["a"] * 4 + ["b"] * 8
    model = DomainClassifier().fit(texts, labels, terms=[False] * 11 + [True])
    ready = compiled(model.scoring_)
    assert ready.known is not None
    assert sorted(ready.known.number) == ["du", "wifi"]
    words = ["wifi", "bourg", "crue"]
    for one, other in zip(ready.word_scores(words), model.scoring_.word_scores(words), strict=True):
        assert np.array_equal(one, other)


def test_no_row_is_kept_ready_where_no_feature_is_found_often_enough():
    space = FeatureSpace.fit([["wifi"], ["port"]], {"wifi": "wifi", "port": "port"}, Families(minimum_texts=2))
    scoring = Scoring(("a", "b"), space, np.zeros((space.width, 2)), Head(np.zeros(2), Calibration(1.0, np.zeros(2))))
    ready = compiled(scoring)
    assert ready.known is not None
    assert dict(ready.known.number) == {}
