"""The territorial page in a real browser: axe, no spilling, readable in black and white."""

import itertools

import numpy as np
import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from pipeline.domains import DOMAINS
from pipeline.report.territory import SIGNS
from pipeline.report.territory_pictures import HATCHES, ink_on
from tests.conftest import ROOT
from tests.review_support import CHROMIUM_FLAGS, chromium_path


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The demonstration survey's page, two rows of it without a known commune, opened offline."""
    from pipeline.cli import main

    folder = tmp_path_factory.mktemp("page")
    frame = pl.read_csv(ROOT / "corpora" / "demo" / "enquete.csv", infer_schema_length=0)
    lost = pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("99999")).otherwise("code_commune").alias("code_commune")
    frame.rename({"domaine_attendu": "domaine"}).with_columns(lost).write_csv(folder / "e.csv")
    assert main(["territory", str(folder / "e.csv"), "-o", str(folder / "t.html"), "-q"]) == 1
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        opened = browser.new_context(offline=True).new_page()
        opened.complaints = []
        opened.on("console", lambda message: opened.complaints.append(message.text))
        opened.goto(f"file://{folder / 't.html'}")
        yield opened
        browser.close()


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("folded", [True, False])
def test_axe_finds_nothing_and_the_page_does_not_spill(shown, width, folded):
    shown.set_viewport_size({"width": width, "height": 900})
    shown.evaluate(f"document.querySelectorAll('details').forEach(one => one.open = {str(not folded).lower()})")
    violations = [(found["id"], found["nodes"][0]["html"][:120]) for found in Axe().run(shown).response["violations"]]
    assert violations == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.complaints == []


def test_pictures_are_drawn_and_stay_large_enough_to_read_on_a_telephone(shown):
    shown.set_viewport_size({"width": 360, "height": 900})
    sizes = shown.evaluate("[...document.images].map(one => [one.naturalWidth > 0, one.clientWidth])")
    assert len(sizes) == 3
    assert all(drawn and width >= 600 for drawn, width in sizes)


def test_verdicts_are_told_by_sign_and_word_wherever_a_colour_stands(shown):
    said = shown.evaluate("[...document.querySelectorAll('.verdict')].map(one => one.textContent.trim())")
    assert len(said) == 6 * 7
    words = ("✓ confirmé", "✗ contredit", "? on ne peut pas le dire")
    assert set(said) <= set(words)
    assert ", ".join(words) + "." in shown.inner_text("main")


def test_each_domain_has_its_hatch_and_each_verdict_its_sign():
    assert len(set(HATCHES[: len(DOMAINS)])) == len(DOMAINS)
    assert len(set(SIGNS.values())) == 3


def test_words_on_a_grey_tile_keep_a_contrast_of_four_and_a_half():
    def luminance(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    for depth, ink in itertools.product(np.linspace(0.38, 1, 63), ("white", "black")):
        if ink_on(depth) == ink:
            bright, dark = sorted((luminance(depth), 1.0 if ink == "white" else 0.0), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5
