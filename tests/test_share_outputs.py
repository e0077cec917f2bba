"""What is published of shares: words beside the study's, the chart, the methodological note."""

import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from pipeline.comparison import compare
from pipeline.report import Summary, render_html
from pipeline.report.chart import draw_chart
from pipeline.report.compared import compared_sentence
from pipeline.report.note import NoteFacts, render_note
from pipeline.results import Draw, Share, Shares

SHARES = (
    Share("acces_numerique", 240, 27.4, 24.1, 30.9),
    Share("communication_publique", 180, 20.0, 18.9, 21.1),
    Share("action_culturelle", 150, 14.0, 12.9, 15.1),
    Share("services_scolaires", 130, 12.6, 10.2, 15.0),
    Share("autre", 300, 26.0, 24.0, 28.0),
)
COUNTED = tuple(Share(share.domain, share.count, share.share) for share in SHARES)


AUDITED = Shares(10000, 12, 200, "ppi++", 0.95, SHARES, "file", 0.9, False, 398)
NOT_AUDITED = Shares(10000, 12, 0, "counted", None, COUNTED)


def facts(**changes):
    known = {
        "source": "enquête | <2016>.csv",
        "made_on": "2026-11-27",
        "here": AUDITED,
        "general": replace(AUDITED, statement="communes"),
        "comparisons": compare(SHARES),
        "set_aside": 3,
        "model": "default 2026.11 abc",
        "draw": Draw("uniforme", 203, 10000, 7),
    }
    return NoteFacts(**(known | changes))


def test_each_share_is_said_beside_the_published_one():
    assert [compared_sentence(found) for found in compare(SHARES)] == [
        "Accès au numérique : 27,4 % (24,1 – 30,9) ; étude de 2016 : plus de 25 % → "
        "on ne peut pas dire, l'intervalle est à cheval sur la borne.",
        "Communication publique : 20,0 % (18,9 – 21,1) ; étude de 2016 : 18,5 % → au-dessus.",
        "Action culturelle : 14,0 % (12,9 – 15,1) ; étude de 2016 : 15,5 % → en dessous.",
        "Services scolaires : 12,6 % (10,2 – 15,0) ; étude de 2016 : 12 % → compatible.",
        "Autre : 26,0 % (24,0 – 28,0) ; étude de 2016 : le reste (environ 29 %) → compatible.",
    ]
    assert compared_sentence(compare(COUNTED)[0], "en") == (
        "Digital access: 27.4 %; 2016 study: more than 25 % → cannot tell (there is no interval)."
    )


def test_the_chart_says_its_numbers_as_text_and_twice_the_same_bytes():
    drawn = [draw_chart(SHARES, ".svg", level=0.95, title="Parts", note="n = 200") for _ in range(2)]
    assert drawn[0] == drawn[1]
    text = " ".join(ET.fromstring(drawn[0]).itertext())
    for said in ("27,4 % (24,1 – 30,9)", "Accès au numérique", "intervalle à 95 %", "Parts", "n = 200"):
        assert said in text


def test_the_chart_as_png_is_an_image_of_its_size():
    drawn = draw_chart(SHARES, ".png", level=0.95, title="Parts")
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20], "big") == 1600


def test_counted_shares_are_drawn_without_whiskers_and_the_chart_says_so():
    known, counted = (
        draw_chart(shares, ".svg", level=level, title="Shares", lang="en").decode()
        for shares, level in ((SHARES, 0.9), (COUNTED, None))
    )
    assert "Counted share, no interval" in counted
    assert "Estimated share, 90 % interval" in known
    assert known.count("<path") > counted.count("<path")


def test_the_chart_is_readable_in_grey():
    """The two colours differ in lightness, and the marks in shape."""
    from matplotlib.colors import to_rgb

    from pipeline.report import chart

    grey = [
        0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in map(to_rgb, (chart._OURS, chart._PUBLISHED))
    ]
    assert abs(grey[0] - grey[1]) > 0.1
    assert "o" not in chart._MARKS.values()


def test_a_share_of_nothing_and_of_everything_stay_on_the_chart():
    extremes = [
        Share("autre", 10, 100.0, 74.1, 100.0),
        Share("action_culturelle", 0, 0.0, 0.0, 25.9),
        Share("x", 0, None),
    ]
    assert b"100,0 % (74,1" in draw_chart(extremes, ".svg", level=0.95, title="")


def test_the_note_has_the_numbers_of_the_run_and_keeps_two_statements_apart():
    note = render_note(facts(), ".md")
    assert "| Accès au numérique | 27,4 % | 24,1 – 30,9 | 24,1 – 30,9 | plus de 25 % | on ne peut pas dire |" in note
    assert (
        "**Les services de ce fichier.** L'intervalle porte sur les 10\u202f000 services du fichier et sur rien" in note
    )
    assert "**Les communes en général.** L'intervalle, plus large, tient les 398 communes du fichier" in note
    assert "**Auto-sélection.** Les communes qui répondent ne sont pas tirées au sort" in note
    assert "tirage sans remise de 203 lignes sur 10\u202f000, toutes avec la même probabilité ; graine 7" in note
    assert "qui ne montrait pas la prédiction" in note
    assert "« default 2026.11 abc »" in note
    assert "PPI++ : efficient prediction-powered inference" in note


def test_without_an_audit_the_note_gives_no_interval_and_says_not_to_publish():
    counted = facts(here=NOT_AUDITED, general=None, comparisons=compare(COUNTED), set_aside=0, draw=None)
    note = render_note(counted, ".md")
    assert "| Accès au numérique | 27,4 % | aucun | plus de 25 % | on ne peut pas dire |" in note
    assert "ces parts ne devraient pas être publiées seules" in note
    assert "tirage sans remise" not in note


def test_an_audit_by_hand_or_by_strata_is_told_as_such():
    assert "Le tirage n'est pas consigné" in render_note(facts(draw=None), ".md")
    strata = render_note(facts(draw=Draw("stratifie", 203, 10000, 7, "region", shown=True)), ".md")
    assert "par strates de la colonne « region » ; graine 7" in strata
    assert "qui montrait la prédiction du modèle" in strata


def unusual():
    few = tuple(replace(share, few=share.domain == "services_scolaires", audited=9) for share in SHARES)
    here = replace(AUDITED, method="cross-ppi++", shares=few, weighted=True, simultaneous=True)
    return facts(here=here, remarks=("3 lignes manquent.", "2 lignes n'ont pas de domaine prédit."))


def test_what_was_unusual_in_the_run_is_in_the_note():
    note = render_note(unusual(), ".md")
    for said in (
        "Des lignes relues ont aussi servi à entraîner le modèle",
        "Trop peu de lignes vérifiées pour Services scolaires",
        "Les parts sont pondérées par la colonne « poids »",
        "Ces intervalles sont vrais tous ensemble",
        "- 3 lignes manquent.",
    ):
        assert said in note
    assert "--statement" not in note


def test_what_comes_from_the_file_is_escaped():
    assert "enquête \\| \\<2016\\>.csv" in render_note(facts(), ".md")
    page = render_note(facts(), ".html")
    assert "enquête | &lt;2016&gt;.csv" in page
    assert not re.search(r"(src|href)=|<script", page)


@pytest.fixture(scope="module")
def browser():
    """A real browser; skipped with a sentence where there is none."""
    api = pytest.importorskip("playwright.sync_api")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no Chromium: install it (Debian, as root: apt-get install chromium)")
    with api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_the_note_holds_on_one_printed_page(browser):
    page = browser.new_page()
    page.set_content(render_note(unusual(), ".html"))
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_the_note_and_the_report_with_intervals_are_accessible(browser):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    report = Summary("f.csv", 10012, AUDITED, 5, 0, ("m",), {}, None, "2026-11-27", compare(SHARES), ("Lu.",))
    for content in (render_note(unusual(), ".html"), render_html(report), render_html(report, "en")):
        page = browser.new_page()
        page.set_content(content)
        assert [found["id"] for found in axe.run(page).response["violations"]] == []
