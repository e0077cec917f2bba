"""Plans checked by simulation, by hand, and through the command line."""

import json

import numpy as np
import polars as pl
import pytest

from pipeline.domains import LABELS
from pipeline.planning import KnownErrors, at_its_word, error_variance, fewest_rows, like_the_file, plan
from pipeline.results import AuditedSample, HeldOut
from pipeline.sampling import active, active_inclusion, doubt, uniform
from pipeline.shares import Population, audited_shares
from pipeline.tables import write_frame


def world(rows, seed, sharpness=6.0, confused=0.0):
    """Make rows of a model that is right about its probabilities, but for ``confused`` of them."""
    generator = np.random.default_rng(seed)
    labels = generator.choice(5, rows, p=[0.3, 0.2, 0.15, 0.1, 0.25])
    probabilities = generator.dirichlet(np.full(5, 0.25), rows) + np.eye(5)[labels] * generator.gamma(
        sharpness / 4, 0.8, rows
    ).reshape(-1, 1)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    truth = (generator.random((rows, 1)) > probabilities.cumsum(axis=1)).sum(axis=1).clip(0, 4)
    wrong = generator.random(rows) < confused
    truth[wrong] = generator.integers(0, 5, wrong.sum())
    return truth, probabilities


def ppi(truth, probabilities, rows, inclusion):
    """PPI++ with one λ, as written in the paper, for any inclusion probabilities."""
    weight = 1 / inclusion / (1 / inclusion).sum()
    y, p = np.eye(5)[truth[rows]], probabilities[rows]
    mean_y, mean_p = weight @ y, weight @ p
    w = (weight**2)[:, None]
    power = (w * (y - mean_y) * (p - mean_p)).sum() / (w * (p - mean_p) ** 2).sum()
    return mean_y + np.clip(power, 0, 1) * (probabilities.mean(axis=0) - mean_p)


@pytest.mark.parametrize("confused", [0.0, 0.15])
def test_as_many_rows_as_planned_give_the_precision_asked_for(confused):
    held_truth, held = world(3000, 1, confused=confused)
    truth, probabilities = world(6000, 2, confused=confused)
    predicted = np.bincount(probabilities.argmax(axis=1), minlength=5) / len(truth)
    variance = error_variance(like_the_file(held_truth, held, predicted))
    made = plan(LABELS, probabilities.mean(axis=0), variance, len(truth), within=3.0)
    hardest = int(np.argmax([d.uniform for d in made.domains]))
    generator = np.random.default_rng(3)
    drawn = [generator.choice(len(truth), made.uniform, replace=False) for _ in range(500)]
    found = [ppi(truth, probabilities, rows, np.full(made.uniform, made.uniform / len(truth))) for rows in drawn]
    assert 1.96 * 100 * np.std(found, axis=0)[hardest] == pytest.approx(3.0, rel=0.12)
    inclusion = active_inclusion(doubt(probabilities), made.active)
    drawn = [active(inclusion, generator) for _ in range(500)]
    found = [ppi(truth, probabilities, one.rows, one.inclusion) for one in drawn]
    assert 1.96 * 100 * np.std(found, axis=0).max() == pytest.approx(3.0, rel=0.15)
    assert made.uniform < max(d.alone for d in made.domains)
    # A model wrong while sure gives its doubt as no guide: an active draw gains nothing, and the plan says so.
    assert (made.active < made.uniform) == (confused == 0.0)


@pytest.mark.parametrize("confused", [0.0, 0.15])
def test_as_many_rows_as_planned_give_intervals_of_the_width_asked_for_by_the_shares_command(confused):
    held_truth, held = world(3000, 1, confused=confused)
    truth, probabilities = world(6000, 2, confused=confused)
    predicted = np.bincount(probabilities.argmax(axis=1), minlength=5) / len(truth)
    variance = error_variance(like_the_file(held_truth, held, predicted))
    made = plan(LABELS, probabilities.mean(axis=0), variance, len(truth), within=3.0)
    hardest = int(np.argmax([d.uniform for d in made.domains]))
    generator, widths = np.random.default_rng(3), []
    for _ in range(60):
        drawn = uniform(len(truth), made.uniform, generator)
        audit = AuditedSample(drawn.rows, truth[drawn.rows], drawn.inclusion, drawn.strata, ())
        share = audited_shares(Population(probabilities, np.ones(len(truth))), audit, LABELS).shares[hardest]
        widths.append((share.high - share.low) / 2)
    assert np.mean(widths) == pytest.approx(3.0, rel=0.08)


def test_a_useless_model_needs_as_many_rows_as_none():
    generator = np.random.default_rng(1)
    known = KnownErrors(generator.integers(0, 2, 4000), np.full((4000, 2), 0.5), np.full(4000, 1 / 4000))
    variance = error_variance(known)
    np.testing.assert_allclose(variance.uniform, variance.alone)
    np.testing.assert_allclose(variance.active, variance.alone)


def test_rows_without_a_model_are_those_of_the_textbook():
    # Half and half, ± 5 points, a file without end: 384 by the normal law, a little more by Student's.
    known = KnownErrors(np.array([0, 1]), np.full((2, 2), 0.5), np.full(2, 0.5))
    made = plan(["a", "b"], np.array([0.5, 0.5]), error_variance(known), 10**9, 5.0)
    assert made.domains[0].alone == 387
    # In a file of 1,000 rows the finite population spares some: 384 / (1 + 384 / 1000) is 278.
    assert plan(["a", "b"], np.array([0.5, 0.5]), error_variance(known), 1000, 5.0).domains[0].alone in (279, 280)


def test_a_narrower_interval_needs_more_rows_and_never_more_than_there_are():
    variance = at_its_word(world(500, 1)[1])
    sizes = [plan(LABELS, np.full(5, 0.2), variance, 500, within).uniform for within in (8.0, 4.0, 2.0, 0.1, 0.001)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 500
    assert fewest_rows(lambda _: 0.0, 4, 1.0) == 4


def test_a_calibrated_model_at_its_word_needs_what_its_errors_say():
    truth, probabilities = world(20_000, 4)
    at_word = at_its_word(probabilities)
    known = error_variance(KnownErrors(truth, probabilities, np.full(20_000, 1 / 20_000)))
    np.testing.assert_allclose(at_word.uniform, known.uniform, rtol=0.08)
    np.testing.assert_allclose(at_word.active, known.active, rtol=0.08)


@pytest.fixture
def labelled(tmp_path):
    truth, probabilities = world(800, 5)
    frame = pl.DataFrame(
        {
            "id": [str(number) for number in range(800)],
            "domaine": [LABELS[best] for best in probabilities.argmax(axis=1)],
            **{f"p_{label}": probabilities[:, place] for place, label in enumerate(LABELS)},
            "modele": ["absent 1 0"] * 800,
        }
    )
    write_frame(str(tmp_path / "labelled.csv"), frame)
    rows = np.random.default_rng(1).choice(800, 60, replace=False)
    sheet = pl.DataFrame({"id": [str(row) for row in rows], "domaine_verifie": [LABELS[truth[row]] for row in rows]})
    write_frame(str(tmp_path / "sheet.csv"), sheet)
    return tmp_path / "labelled.csv"


def test_the_plan_is_said_in_words_and_in_json(run, labelled):
    code, out, err = run("audit", "plan", labelled, "--within", "2.5")
    assert code == 0
    assert out.startswith(
        "Lignes à faire vérifier pour connaître chaque part de ce fichier à ± 2,5 points (à 95 %).\n\n"
        "Domaine                 Part attendue  Tirage uniforme  Tirage actif  Sans le modèle\n"
    )
    assert "ses probabilités sont crues sur parole" in out
    assert "Le modèle « absent 1 0 » qui a étiqueté ce fichier n'est plus là, ou a changé." in err
    code, out, _ = run("audit", "plan", labelled, "--json", "-q")
    made = json.loads(out)
    assert (made["within"], made["level"], made["n"], made["basis"]) == (2.0, 0.95, 800, "probabilities")
    assert [domain["domaine"] for domain in made["domains"]] == list(LABELS)
    assert made["uniform"] == max(domain["uniform"] for domain in made["domains"])


def test_an_audit_already_made_is_what_the_plan_rests_on(run, labelled):
    code, out, _ = run("audit", "plan", labelled, "--annotated", labelled.parent / "sheet.csv", "--lang", "en")
    assert code == 0
    assert "The model's errors are known from 60 rows already checked: they count in the total." in out


def test_held_out_predictions_are_what_the_plan_rests_on(run, labelled, small_classifier, tmp_path, monkeypatch):
    from pipeline.registry import load_model, save_model
    from pipeline.scoring import reordered

    truth, probabilities = world(400, 6)
    held = HeldOut(np.array(["x"] * 400), np.zeros(400, dtype=int), truth, probabilities, np.array([], dtype=str))
    config = {"name": "kept", "version": "1", "review_threshold": 0.5}
    save_model(tmp_path / "m" / "kept", reordered(small_classifier.scoring_, LABELS), config, {}, "# kept\n", held)
    monkeypatch.setenv("DOMAINES_MODELS", str(tmp_path / "m"))
    reference = load_model("kept").reference
    labelled.write_text(labelled.read_text().replace("absent 1 0", reference))
    code, out, err = run("audit", "plan", labelled)
    assert (code, err) == (0, "")
    assert "Erreurs du modèle connues par 400 textes qu'il n'avait pas vus." in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--within", 0), "--within 0 : donner des points entre 0 et 50, par exemple 2."),
        (("--level", 95), "--level 95 : donner un niveau entre 0.5 et 1, par exemple 0.95."),
    ],
)
def test_what_cannot_be_planned_is_refused(run, labelled, options, words):
    code, _, err = run("audit", "plan", labelled, *options)
    assert code == 2
    assert words in err
