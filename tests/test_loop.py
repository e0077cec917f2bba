"""The loop as one test: label, draw, people's labels, shares, audit, retrain, promote, relabel."""

import csv

import pytest

from bench.loop import turn
from pipeline.domains import LABELS
from pipeline.registry import load_model
from tests.conftest import ROOT

# Three models of a thousand texts; test_retraining sees each step on small ones.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One turn, from a champion that learnt one voice only."""
    from pipeline.cli import main

    folder = tmp_path_factory.mktemp("loop")
    corpora = [ROOT / "corpora" / "annotated" / "v13.csv", ROOT / "corpora" / "annotated" / "v15.csv"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOMAINES_MODELS", str(folder / "models"))
        given = [str(path) for path in corpora]
        assert main(["train", *given, "-o", str(folder / "models" / "default"), "-q"]) == 0
        yield turn(folder, corpora), folder


def test_nothing_is_retyped_from_the_first_label_to_the_second(done):
    loop, folder = done
    with (folder / "enquete.csv").open(encoding="utf-8", newline="") as file:
        before = list(csv.DictReader(file))
    with (folder / "enquete-2.csv").open(encoding="utf-8", newline="") as file:
        after = list(csv.DictReader(file))
    assert len(before) == len(after) == 600
    assert {row["modele"].split()[0] for row in before if row["modele"]} == {"default"}
    assert {row["modele"].split()[0] for row in after if row["modele"]} == {"2026-12"}
    assert loop.promoted.startswith("« 2026-12 » est le champion")


def test_the_retrained_model_does_better_on_the_rows_nobody_read(done):
    loop, _ = done
    assert 390 <= loop.unread <= 400
    assert loop.after > loop.before
    assert loop.comparison["difference"]["value"] > -0.005


def test_the_shares_hold_the_truth_before_and_after(done):
    loop, _ = done
    with (ROOT / "corpora" / "demo" / "enquete.csv").open(encoding="utf-8", newline="") as file:
        expected = [row["domaine_attendu"] for row in csv.DictReader(file)]
    known = [label for label in expected if label]
    for shares in (loop.shares_before, loop.shares_after):
        held = 0
        for one in shares["shares"]:
            truth = 100 * known.count(one["domaine"]) / len(known)
            held += one["low"] <= truth <= one["high"]
        # Five intervals at 95 %: one may miss.
        assert held >= 4
        assert 190 <= shares["audited"] <= 200


def test_the_model_says_where_it_comes_from_and_the_audit_is_there(done):
    loop, folder = done
    manifest = load_model("2026-12").manifest
    assert manifest["parent"] == load_model(str(folder / "models" / "default")).reference
    assert manifest["sources"][-1]["source"] == "annotations.db"
    assert 190 <= manifest["sources"][-1]["new"] <= 200
    assert loop.audit["n"] == sum(sum(loop.audit["confusion"][label].values()) for label in LABELS)
    assert (folder / "audit.html").stat().st_size > 10_000
