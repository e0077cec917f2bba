"""Texts of several services: where they are divided, the same by both paths, and that the first one can decide."""

from copy import copy
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.calibrating import calibrate, cross_calibrated
from pipeline.calibration import Calibration, in_parts, is_divided
from pipeline.classifier import DomainClassifier
from pipeline.division import closes, cuts, opens, parts_of
from pipeline.pieces import CLOSES, OPENS, part_flags
from pipeline.words import words_of
from pipeline.wordtable import WordTable

LISTS = st.text(alphabet="aéÉ l'-wifWIF0,;:.+/()|!…•&–et \n\t<>Ã©@", max_size=50)
PIECES = st.text(max_size=6).map(lambda text: text.replace(" ", ""))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wifi du port", (0, 0)),
        ("Wifi du port, podcast du musée", (3, 3)),
        ("wifi du port et podcast", (3, 3)),
        ("Budget 2014 : wifi, podcast", (3, 3)),
        ("wifi (mairie)", (1, 1)),
        ("(wifi) mairie", (1, 1)),
        ("- wifi - mairie", (1, 1)),
        ("wifi, mairie, école", (1, 2)),
        ("wifi, du port, puis podcast et notes.", (1, 5)),
        ("M. le maire", (0, 0)),
        ("Puis le wifi", (0, 0)),
        ("le wifi puis", (2, 2)),
        ("wifi,mairie", (0, 0)),
        ("wifi , .", (0, 0)),
        ("wifi avec la mairie", (0, 0)),
        ("le wi-fi &amp; l'école", (2, 2)),
        ("WIFI DU PORT ET PODCAST DU MUSEE", (3, 3)),
        ("", (0, 0)),
    ],
)
def test_a_text_is_cut_at_its_first_mark_and_at_its_last(text, words):
    assert cuts(text) == words


def test_parts_are_what_stands_before_and_after_each_mark():
    places, parts = parts_of(["école", "wifi du port, podcast, notes"])
    assert places.tolist() == [1]
    assert parts == [
        [("wifi", "du", "port")],
        [("podcast", "notes")],
        [("wifi", "du", "port", "podcast")],
        [("notes",)],
    ]


def parted(classifier):
    """The classifier, taught what stands, whose calibration weighs parts."""
    weights = np.random.default_rng(2).normal(size=classifier.scoring_.space.width).astype(np.float16)
    parted = copy(classifier)
    parted.stand(weights)
    calibration = parted.scoring_.head.calibration
    parted.calibrate(replace(calibration, parts=np.ones((4, 5, 5, 5)), division=np.ones(5)))
    return parted


def difference(classifier, texts):
    """The largest difference between what both paths say of the parts of texts."""
    classifier = parted(classifier)
    fast, counts = WordTable(classifier.scoring_).scores(pl.Series(texts, dtype=pl.String))
    slow = classifier.part_scores(texts)
    assert np.array_equal(is_divided(fast), is_divided(slow))
    assert (counts > 0).tolist() == [bool(words_of(text)) for text in texts]
    return np.abs(np.nan_to_num(fast) - np.nan_to_num(slow)).max()


def test_both_paths_divide_odd_texts_alike(small_classifier):
    odd = ["", " ", ",", "wifi", "wifi, ", ", wifi", "wifi,,, école", "wifi\n, école", "wifi,\nécole", "wifi\técole, a"]
    odd += ["WIFI, ÉCOLE", "wi-fi , l'école", "n° 12. wifi", "n°12. wifi", "12. wifi 13. école", "http://a.fr, wifi"]
    odd += [
        "MÃ©diathÃ¨que, wifi",
        "wifi &amp; école",
        "wifi <br> école",
        "numé-\nrique, wifi",
        "l' et l', école",
        "e. école",
    ]
    odd += ["wifi, école, musée", "wifi et l'école (musée) du port, notes", "a, b, c d e f g, h"]
    odd += ["e. école", "wifi, " * 40, "école (wifi) " * 40, "a" * 500 + ", b"]
    assert difference(small_classifier, odd) <= 1e-9


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=60) | LISTS, min_size=1, max_size=5))
@example(["", "wifi, école", "", "école", "wifi et école", ""])
@example(["wifi, école, musée", "wifi, école", "wifi du port et le musée, puis école"])
def test_both_paths_divide_any_texts_alike(small_classifier, texts):
    assert difference(small_classifier, texts) <= 1e-9


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | LISTS.map(lambda text: text.replace(" ", "")), min_size=1, max_size=8))
def test_pieces_are_told_alike_one_by_one_and_by_columns(pieces):
    flags = part_flags(pl.Series(pieces, dtype=pl.String))
    assert ((flags & CLOSES) > 0).tolist() == [closes(piece) for piece in pieces]
    assert ((flags & OPENS) > 0).tolist() == [opens(piece) for piece in pieces]


def test_a_text_of_one_part_is_scored_as_before(small_classifier):
    texts = pl.Series(["wifi gratuit pour l'école", "cantine"])
    plain = WordTable(small_classifier.scoring_).probabilities(texts)
    assert np.array_equal(WordTable(parted(small_classifier).scoring_).probabilities(texts), plain)


def test_what_parts_say_is_learnt_from_held_out_scores():
    """Scores that say nothing together; the first part's decide."""
    rng = np.random.default_rng(11)
    first, rest = rng.normal(size=(2, 4000, 3))
    scores = in_parts(np.zeros((5000, 2)), np.arange(4000), np.stack([first, rest] * 2))
    told = np.vstack([2.0 * first[:, :2], np.tile([1.0, 0.0], (1000, 1))])
    chances = np.exp(told) / np.exp(told).sum(axis=1, keepdims=True)
    truth = (rng.random(len(told)) > chances[:, 0]).astype(np.int64)
    found = calibrate(scores, truth)
    assert np.abs(found.probabilities(scores) - chances).mean() < 0.02
    assert np.abs(found.probabilities(scores[:, 0, :2]) - chances)[:4000].mean() > 0.2


def test_who_leads_decides_which_part_counts():
    """Scores of both parts; those of the part that stands more decide, and no sum of scores could say which."""
    rng = np.random.default_rng(13)
    first, rest = rng.normal(size=(2, 12000, 3))
    first[:, 2], rest[:, 2] = rng.choice([-1.0, 1.0], 12000), 0.0
    scores = in_parts(np.zeros((12000, 2)), np.arange(12000), np.stack([first, rest] * 2))
    told = 3.0 * np.where(first[:, 2:] > 0, first[:, :2], rest[:, :2])
    chances = np.exp(told) / np.exp(told).sum(axis=1, keepdims=True)
    truth = (rng.random(len(told)) > chances[:, 0]).astype(np.int64)
    found = calibrate(scores, truth)
    deaf = replace(found, leads=None, led=None)
    assert np.abs(found.probabilities(scores) - chances).mean() < 0.03
    assert np.abs(deaf.probabilities(scores) - chances).mean() > 0.15


def test_rows_apart_teach_and_their_shares_are_forgotten():
    rng = np.random.default_rng(12)
    logits = rng.normal(size=(8000, 3))
    apart = np.arange(8000) % 2 == 1
    # Rows apart are of the last label far more often.
    told = 2.0 * logits + np.where(apart[:, None], [0.0, 0.0, 3.0], 0.0)
    chances = np.exp(told) / np.exp(told).sum(axis=1, keepdims=True)
    truth = (rng.random((8000, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    right = calibrate(logits, truth, apart).probabilities(logits)
    mixed = calibrate(logits, truth).probabilities(logits)
    assert np.abs(right - chances)[~apart].mean() < 0.01
    assert np.abs(mixed - chances)[~apart].mean() > 0.1


SERVICES = {
    "acces": ["wifi du port", "bornes du bourg", "ordinateurs du cyber", "fibre des hameaux"],
    "ecole": ["cantine du midi", "tablettes de classe", "cahier de liaison", "tableau du préau"],
}


def test_the_first_of_two_services_decides_where_a_sum_of_words_knows_no_order():
    couples = [(one, other) for one in SERVICES["acces"] for other in SERVICES["ecole"]]
    lists = [(f"{one}, {other}", "acces") for one, other in couples]
    lists += [(f"{other}, {one}", "ecole") for one, other in couples]
    alone = [(text, label) for label, texts in SERVICES.items() for text in texts] * 4
    texts, labels = map(list, zip(*alone, *lists, strict=True))
    model = DomainClassifier(minimum_texts=1, pair=0.0).fit(texts, labels)
    truth = np.searchsorted(model.classes_, labels)
    asked = [text for text, _ in lists]
    assert np.mean(model.predict(asked) == [label for _, label in lists]) == 0.5
    scores = model.part_scores(texts)
    model.calibrate(calibrate(scores, truth))
    assert model.predict(asked).tolist() == [label for _, label in lists]
    halves = np.arange(len(texts)) % 2 == 0
    folds = [(np.flatnonzero(~half), np.flatnonzero(half)) for half in (halves, ~halves)]
    assert (cross_calibrated(scores, truth, folds).argmax(axis=1) == truth).mean() > 0.9


def test_without_parts_nothing_is_divided(small_classifier):
    scoring = small_classifier.scoring_
    assert scoring.head.calibration == Calibration(0.4, scoring.head.calibration.shift)
    scores, _ = WordTable(scoring).scores(pl.Series(["wifi, école"]))
    assert not is_divided(scores).any()
