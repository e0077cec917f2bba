"""Shares against the published ones: each verdict at its border."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.comparison import compare, verdict
from pipeline.domains import BY_KEY, DOMAINS
from pipeline.results import Share


@pytest.mark.parametrize(
    ("key", "low", "high", "expected"),
    [
        # "Plus d'un quart" : an inequality, strict.
        ("acces_numerique", 25.1, 60.0, "compatible"),
        ("acces_numerique", 25.0, 60.0, "cannot_tell"),
        ("acces_numerique", 20.0, 25.0, "below"),
        ("acces_numerique", 20.0, 25.1, "cannot_tell"),
        # 18.5 is any value from 18.45 to 18.55.
        ("communication_publique", 18.54, 20.0, "compatible"),
        ("communication_publique", 18.56, 20.0, "above"),
        ("communication_publique", 16.0, 18.44, "below"),
        ("communication_publique", 16.0, 18.46, "compatible"),
        ("communication_publique", 10.0, 25.0, "cannot_tell"),
        ("action_culturelle", 15.0, 16.0, "compatible"),
        # 12 is any value from 11.5 to 12.5.
        ("services_scolaires", 12.4, 14.0, "compatible"),
        ("services_scolaires", 12.6, 14.0, "above"),
        # The rest is less than 29, since digital access is more than 25.
        ("autre", 20.0, 28.9, "compatible"),
        ("autre", 29.0, 35.0, "above"),
        ("autre", 28.0, 30.0, "cannot_tell"),
    ],
)
def test_a_verdict_at_its_border(key, low, high, expected):
    assert verdict(BY_KEY[key], low, high) == expected


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.key)
def test_without_an_interval_nothing_can_be_told(domain):
    assert verdict(domain, None, None) == "cannot_tell"


@settings(deadline=None)
@given(st.sampled_from(DOMAINS), st.floats(0, 100), st.floats(0, 100))
def test_above_and_below_are_never_said_of_an_interval_that_holds_the_figure(domain, one, other):
    low, high = sorted((one, other))
    if low < domain.published_share < high:
        assert verdict(domain, low, high) in ("compatible", "cannot_tell")
    if domain.published_relation == "more":
        assert verdict(domain, low, high) != "above"
    if domain.published_relation == "less":
        assert verdict(domain, low, high) != "below"


def test_labels_of_another_study_are_left_out():
    found = compare([Share("voirie", 1, 1.0), Share("autre", 1, 20.0, 18.0, 22.0)])
    assert [(item.domain, item.verdict) for item in found] == [("autre", "compatible")]
    assert found[0].as_json()["relation"] == "less"
