"""Fixes of text: their cases are data, negatives included; cleaning settles, whatever the text."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.text import FIXES, clean, explain_cleaning, is_plain

with (Path(__file__).parent / "text_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [(row["fix"], row["before"], row["after"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("fix", "before", "after"), CASES)
def test_a_case_becomes_what_it_should(fix, before, after):
    assert clean(before) == after


@pytest.mark.parametrize(("fix", "before", "after"), [case for case in CASES if case[1] != case[2]])
def test_the_named_fix_is_the_one_that_acts(fix, before, after):
    assert fix in [step.name for step in explain_cleaning(before)[1]]


def test_every_fix_has_a_case():
    assert {fix.name for fix in FIXES} == {fix for fix, _, _ in CASES}


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="&amp;ltgé<>Ã©â€™ \n-w.:/@", max_size=80))
def test_cleaning_hostile_markup_settles(text):
    assert clean(clean(text)) == clean(text)


def test_entities_escaped_two_hundred_times_settle_quickly():
    hostile = "&" + "amp;" * 200 + "lt;b&gt;wifi"
    assert clean(clean(hostile)) == clean(hostile)


@pytest.mark.long
def test_a_text_of_ten_megabytes_is_cleaned():
    assert len(clean("wifi gratuit " * 800_000)) == 13 * 800_000 - 1


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="aéÉ A.,-'’  \n\t!w:/°œ…", max_size=30).filter(is_plain))
@example("VIVE LA MÉDIATHÈQUE !!!!\n\nl’été")
def test_a_plain_text_is_cleaned_by_few_fixes_as_by_all(text):
    assert clean(text) == explain_cleaning(text)[0]
