"""What « cannot tell » leaves open: the smallest effects that a survey would have shown."""

import numpy as np
import pytest
from scipy import stats

from pipeline.results.territory import Detectable
from pipeline.results.territory_limits import detectable_sentence
from pipeline.territory import Settings, six_findings
from pipeline.territory.detectable import Detector, detectable, smallest_effect
from pipeline.territory.equivalence import differs_p
from tests.test_territory import survey_of


def test_the_smallest_effect_worked_by_hand():
    # (1.959964 + 0.841621) × 2 errors.
    assert smallest_effect(Detector("points", 2.0, 1e9), 0.05) == pytest.approx(5.603170, abs=1e-5)
    # Beyond a margin of 3, with five domains sharing the risk: 3 + (z at 0.995 = 2.575829, + 0.841621) × 2.
    found = smallest_effect(Detector("points", 2.0, 1e9, 3.0, tests=5), 0.05)
    assert found == pytest.approx(3 + 2 * (2.575829 + 0.841621), abs=1e-5)
    # Student's quantiles with 10 degrees: 2.228139 and 0.879058.
    assert smallest_effect(Detector("ratio", 1.0, 10), 0.05) == pytest.approx(3.107197, abs=1e-5)


def test_a_joint_test_needs_the_noncentrality_of_its_tables():
    # Four slopes at 5 % and 80 %: λ = 11.94 (Haynam, Govindarajulu & Leone 1970), its root 3.455 errors.
    assert smallest_effect(Detector("points", 1.0, 1e9, parameters=4), 0.05) == pytest.approx(3.455, abs=5e-3)
    # With few communes it takes more: the power of the F at this noncentrality is 0.8.
    distance = smallest_effect(Detector("points", 1.0, 30, parameters=4), 0.05)
    assert stats.ncf.sf(stats.f.isf(0.05, 4, 30), 4, 30, distance**2) == pytest.approx(0.8, abs=1e-4)


def test_the_smallest_correlation_carries_the_error_it_would_have():
    z = smallest_effect(Detector("correlation", 0.3, np.inf, communes=18), 0.05)
    assert z == pytest.approx(2.801585 * np.sqrt((1 + np.tanh(z) ** 2 / 2) / 15), abs=1e-5)
    close = detectable([Detector("correlation", 0.1, np.inf, float(np.arctanh(0.5)), communes=400)], 0.05)
    assert 0.5 < close.correlation < 0.65


def test_effects_of_that_size_are_shown_four_times_in_five():
    rng = np.random.default_rng(8)
    effect = smallest_effect(Detector("ratio", 0.1, 60), 0.05)
    # An estimate with its own estimated error, as in a regression with 60 degrees of freedom.
    errors = 0.1 * np.sqrt(rng.chisquare(60, 4000) / 60)
    shown = [differs_p(e, s, 60) < 0.05 for e, s in zip(rng.normal(effect, 0.1, 4000), errors, strict=True)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.02)


def test_whatever_the_other_domains_do_a_share_that_moves_so_much_is_seen():
    rng = np.random.default_rng(9)
    root = rng.normal(size=(4, 4))
    covariance = root @ root.T
    distance = smallest_effect(Detector("points", 1.0, 1e9, parameters=4), 0.05)
    least = min(
        moves @ np.linalg.solve(covariance, moves)
        for others in rng.normal(0, 3, (2000, 3))
        for moves in [np.concatenate([[distance * np.sqrt(covariance[0, 0])], others])]
    )
    assert least >= distance**2 - 1e-9


def test_cannot_tell_says_the_effect_that_would_have_been_shown():
    findings = {finding.key: finding for finding in six_findings(survey_of(rural=0.0), Settings())}
    found = findings["d"]
    assert found.verdict == "cannot_tell"
    half = np.log(found.main.high / found.main.low) / 2
    error = half / stats.t.ppf(0.975, 286)
    # Holm leaves a level between 0.05/6 and 0.05.
    alone, six = (np.exp((stats.t.ppf(1 - a / 2, 286) + stats.t.ppf(0.8, 286)) * error) for a in (0.05, 0.05 / 6))
    assert 0.99 * alone <= found.detectable.ratio <= 1.01 * six
    assert (found.detectable.points, found.detectable.correlation) == (None, None)
    assert found.needed is None
    assert found.as_json()["detectable"]["ratio"] == found.detectable.ratio
    assert all((f.detectable is None) == (f.verdict != "cannot_tell") for f in findings.values())


def test_an_effect_that_would_have_contradicted_is_beyond_the_margin():
    findings = {finding.key: finding for finding in six_findings(survey_of(communes=60, each=15), Settings())}
    assert findings["c"].verdict == "cannot_tell"
    assert findings["c"].detectable.points > 3.0
    assert findings["e"].detectable.ratio > 1.25


@pytest.mark.parametrize(
    ("effects", "key", "lang", "said"),
    [
        (Detectable(None, None, 0.6149), "a", "fr", "quatre fois sur cinq, une corrélation de rang de 0,62."),
        (Detectable(None, None, 0.999), "b", "fr", "quatre fois sur cinq, une corrélation de rang de 0,99."),
        (Detectable(None, 1.3, None), "d", "fr", "quatre fois sur cinq, un nombre de services de 24 % plus bas."),
        (
            Detectable(7.21, 1.5, None),
            "f",
            "fr",
            "Cette enquête aurait montré, quatre fois sur cinq, un nombre de services de 34 % plus bas ou 50 % plus "
            "haut et un écart de 7,3 points sur un domaine.",
        ),
        (
            Detectable(7.21, 1.5, None),
            "e",
            "fr",
            "Cette enquête aurait contredit le constat, quatre fois sur cinq, s'il y avait eu un nombre de services de "
            "34 % plus bas ou 50 % plus haut, ou un écart de 7,3 points sur un domaine.",
        ),
        (
            Detectable(7.2, None, None),
            "c",
            "en",
            "Four times in five this survey would have contradicted the finding, had there been a change of 7.2 points "
            "in one domain.",
        ),
    ],
)
def test_the_smallest_effects_are_said(effects, key, lang, said):
    assert detectable_sentence(effects, key, lang).endswith(said)
