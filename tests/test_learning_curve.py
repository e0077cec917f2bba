"""The forecast: laws known beforehand are found again, and a flat curve promises nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.learning_curve import EXPONENTS, PowerLaw, fit_power_law, forecast

SIZES = [200, 400, 800, 1600, 3200]


@settings(deadline=None)
@given(st.floats(0.0, 0.3), st.floats(0.5, 5.0), st.sampled_from(list(EXPONENTS[10:40])))
def test_a_law_without_noise_is_found_again(floor, scale, exponent):
    law = PowerLaw(floor, scale, exponent)
    found = fit_power_law(SIZES, np.array([law.error(size) for size in SIZES]))
    assert found.error(6400) == pytest.approx(law.error(6400), abs=1e-6)


def test_the_forecast_holds_what_the_law_says():
    law, rows, rng = PowerLaw(0.05, 2.0, 0.5), 20_000, np.random.default_rng(1)
    # One uniform number a row: a row right with few texts stays right with more.
    hard = rng.random(rows)
    right = np.array([hard > law.error(size) for size in SIZES])
    found = forecast(SIZES, right, 3200)
    assert found.then.low <= 1 - law.error(6400) <= found.then.high
    assert found.gain.low <= law.error(3200) - law.error(6400) <= found.gain.high
    assert found.points[0].texts == 200
    assert found.points[-1].accuracy == pytest.approx(1 - law.error(3200), abs=0.01)


def test_a_flat_curve_promises_nothing():
    right = np.tile(np.arange(1000) % 10 > 0, (5, 1))
    found = forecast(SIZES, right, 200)
    assert found.gain.value == pytest.approx(0.0, abs=1e-9)
    assert found.sentence() == (
        "200 textes annotés de plus, tirés comme les 3200 présents, porteraient l'exactitude de 90,0 % à 90,0 % : "
        "+0,00 point (95 % : 0,00 à 0,00)."
    )
    assert found.sentence("en").startswith("200 more annotated texts, drawn like the 3200 there are,")


@pytest.mark.long
def test_the_command_says_what_200_texts_would_buy(run):
    from tests.conftest import ROOT

    path = ROOT / "corpora" / "annotated" / "v13.csv"
    code, out, err = run("audit", "forecast", path, "--more", "200", "--json")
    assert code == 0, err
    import json

    found = json.loads(out)
    assert found["more"] == 200
    assert len(found["points"]) == 6
    assert found["points"][-1]["texts"] == found["texts"] == 387
    assert found["gain"]["low"] <= found["gain"]["value"] <= found["gain"]["high"]
    assert err.count(" % justes.") == 6


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        (
            30,
            "200",
            "textes annotés : il en faut au moins 200 pour tracer une courbe d'apprentissage, en annoter d'autres.",
        ),
        (60, "0", "--more 0"),
    ],
)
def test_too_little_is_said(run, tmp_path, rows, more, words):
    from tests.test_retraining import corpus_rows, write

    path = write(tmp_path / "a.csv", corpus_rows(rows), ("description", "domaine", "kind"))
    code, _, err = run("audit", "forecast", path, "--more", more)
    assert code == 3
    assert words in err
