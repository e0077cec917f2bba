"""Champion against challenger: cases worked by hand, and limits that must reduce to nothing."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.errors import ModelError
from pipeline.model_comparison import compare, is_worse
from pipeline.registry import load_model
from pipeline.results.audit_report import Proportion
from pipeline.wordtable import WordTable

NAMES = ("ancien", "nouveau")
MODELS = Path(__file__).parent / "models"


def sure(guess, classes=2):
    """Probabilities of a model that is sure of each guess."""
    return np.eye(classes)[np.array(guess)]


def test_a_comparison_worked_by_hand():
    truth = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    found = compare(truth, sure([0, 0, 1, 1, 1, 1, 1, 1]), sure([0, 0, 0, 1, 1, 1, 1, 0]), ("a", "b"), NAMES)
    # Champion: F1 of a = 4/6, of b = 8/10. Challenger: 6/8 and 6/8.
    assert found.champion_f1 == pytest.approx((4 / 6 + 8 / 10) / 2)
    assert found.challenger_f1 == pytest.approx(0.75)
    assert found.difference.value == pytest.approx(0.75 - (4 / 6 + 8 / 10) / 2)
    assert (found.gained, found.lost) == (1, 1)
    assert [(flip.row, flip.truth, flip.champion, flip.challenger) for flip in found.flips] == [
        (2, "a", "b", "a"),
        (7, "b", "b", "a"),
    ]
    assert found.by_domain[0].change.value == pytest.approx(3 / 4 - 4 / 6)
    assert found.difference.low <= found.difference.value <= found.difference.high


def test_a_model_against_itself_changes_nothing():
    probabilities = np.random.default_rng(1).dirichlet(np.ones(3), 50)
    truth = np.random.default_rng(2).integers(0, 3, 50)
    found = compare(truth, probabilities, probabilities, ("a", "b", "c"), NAMES)
    assert found.difference == Proportion(0.0, 0.0, 0.0, 50)
    assert found.flips == ()
    assert not is_worse(found)
    assert found.sentence() == (
        f"Sur 50 lignes tenues à l'écart : macro-F1 {found.champion_f1:.3f} → {found.champion_f1:.3f}, écart +0,000 "
        "(95 % : +0,000 à +0,000) ; 0 lignes gagnées, 0 perdues."
    ).replace("0.", "0,")


def test_the_paired_interval_is_narrower_than_that_of_each_score():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 400)
    old = np.where(rng.random(400) < 0.8, truth, 1 - truth)
    new = old.copy()
    new[:6] = truth[:6]
    found = compare(truth, sure(old), sure(new), ("a", "b"), NAMES)
    assert found.difference.low >= 0
    assert found.difference.high - found.difference.low < 0.02


def test_a_challenger_is_worse_surely_or_by_more_than_half_a_point():
    truth = np.arange(400) % 2
    slightly, clearly = truth.copy(), truth.copy()
    slightly[0] = 1
    clearly[:40] = 1 - clearly[:40]
    right = sure(truth)
    assert not is_worse(compare(truth, sure(slightly), right, ("a", "b"), NAMES))
    assert is_worse(compare(truth, right, sure(clearly), ("a", "b"), NAMES))
    # One row in 400 lost: 0.25 point, and the interval reaches 0.
    assert not is_worse(compare(truth, right, sure(slightly), ("a", "b"), NAMES))


def test_a_model_of_the_first_release_still_gives_its_numbers():
    expected = pl.read_csv(MODELS / "first-release.probabilities.csv")
    model = load_model(str(MODELS / "first-release"))
    found = WordTable(model.scoring).probabilities(expected["texte"])
    assert found == pytest.approx(expected.drop("texte").to_numpy(), abs=1e-9)
    assert model.held_out() is None
    assert dict(model.profile) == {}


def test_a_model_of_the_first_release_is_refused_when_a_byte_changed(tmp_path):
    import shutil

    copy = shutil.copytree(MODELS / "first-release", tmp_path / "first-release")
    (copy / "words.csv").write_text("mot,lemme\n")
    with pytest.raises(ModelError, match="a changé depuis sa fabrication"):
        load_model(str(copy))
