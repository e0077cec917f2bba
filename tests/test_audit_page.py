"""The audit's page: from files to HTML, safe with hostile text, and used by keyboard in a real browser."""

import csv
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from pipeline.auditing import audit, slice_scores
from pipeline.report import AuditPage, DoubtedText, Near, Piece, ReadText, render_audit
from tests.conftest import ROOT
from tests.review_support import CHROMIUM_FLAGS, chromium_path

HOSTILE = [
    "<script>document.title = 'pris'</script>",
    '"><img src=x onerror="document.title = \'pris\'">',
    "</script><script>document.title = 'pris'</script>",
    "{{ 7 * 7 }} {% raw %}",
    "مكتبة رقمية \u202etxet desrever\u202c",
    '=HYPERLINK("http://x")',
    "mot " * 500,
]


def read(text, place="1"):
    near = (Near(text, "autre", 0.5),)
    return ReadText(place, (Piece(text, 0.9), Piece(text, -0.9), Piece(text)), "autre", text, 0.9, "autre", near)


def page(texts=HOSTILE):
    truth = np.array([0, 1] * 30)
    probabilities = np.eye(2)[np.array([0, 1] * 25 + [1, 0] * 5)] * 0.8 + 0.1
    columns = [texts[n % len(texts)] for n in range(60)]
    slices = [
        *slice_scores("voix", columns, truth == probabilities.argmax(axis=1), np.ones(60)),
        *slice_scores(
            "<b>taille</b>", ["ville"] * 45 + ["bourg"] * 15, truth == probabilities.argmax(axis=1), np.ones(60)
        ),
    ]
    found = audit(truth, probabilities, np.ones(60), ("autre", "acces_numerique"), slices)
    reads = tuple(read(text, str(n)) for n, text in enumerate(texts))
    doubts = tuple(
        DoubtedText(1 - n / 10, ("marge faible",) if n % 2 else ("isolé",), one) for n, one in enumerate(reads)
    )
    pairs = tuple((pair, reads) for pair in found.pairs)
    return AuditPage(
        texts[0], "2026-11-27", texts[1], (texts[2],), found, pairs, doubts, {"marge faible": "x", "isolé": "y"}
    )


class Tags(HTMLParser):
    """Collects the tags and attributes that could run or fetch something."""

    def __init__(self):
        super().__init__()
        self.scripts = 0
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        self.found += [name for name, _ in attrs if name.startswith("on") or name in ("src", "srcset", "action")]
        self.found += [tag] if tag in ("img", "iframe", "link", "object", "embed", "base") else []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_hostile_texts_stay_texts(lang):
    html = render_audit(page(), lang)
    tags = Tags()
    tags.feed(html)
    assert (tags.scripts, tags.found) == (1, [])
    assert "{{ 7 * 7 }}" in html
    assert "49" not in html.split("<main", 1)[1].split("{{ 7 * 7 }}")[0][-40:]
    assert "http" not in html.replace("http-equiv", "").replace("http://x", "").replace("http://www.w3.org", "")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def shown(browser, tmp_path):
    """The page as a file, opened offline; what it tried to fetch and what it complained of."""
    (tmp_path / "audit.html").write_text(render_audit(page()), encoding="utf-8")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.goto(f"file://{tmp_path / 'audit.html'}")
    yield opened
    context.close()


def scores(opened):
    return opened.locator("#doubts tbody tr:visible td:first-child").all_inner_texts()


def test_nothing_of_the_texts_runs(shown):
    assert shown.title() == f"Audit des domaines – {HOSTILE[0]}"
    assert shown.locator("img").count() == 0
    assert shown.complaints == []


def test_the_table_of_doubts_is_sorted_and_filtered_by_keyboard(shown):
    assert scores(shown)[:2] == ["1,00", "0,90"]
    head = shown.locator("#doubts th button").first
    head.focus()
    shown.keyboard.press("Enter")
    assert shown.locator("#doubts th").first.get_attribute("aria-sort") == "descending"
    shown.keyboard.press("Enter")
    assert scores(shown)[:2] == ["0,40", "0,50"]
    shown.locator("form[data-table=doubts] input[type=search]").fill("مكتبة")
    assert scores(shown) == ["0,60"]
    assert shown.locator("form[data-table=doubts] output").inner_text() == "1"
    shown.locator("form[data-table=doubts] input[type=search]").fill("")
    shown.locator("form[data-table=doubts] select[name=reasons]").select_option("isolé")
    assert scores(shown) == ["0,40", "0,60", "0,80", "1,00"]


def test_small_slices_can_be_hidden(shown):
    rows = shown.locator("#slices tbody tr:visible")
    assert rows.count() == len(HOSTILE) + 2
    shown.locator("form[data-table=slices] input[type=checkbox]").check()
    assert rows.count() == 1
    assert "ville" in rows.first.inner_text()


def test_a_search_that_meets_no_accent_still_finds(shown):
    shown.locator("form[data-table=doubts] input[type=search]").fill("ISOLE")
    assert len(scores(shown)) == 4


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_accessible_and_does_not_spill(browser, shown, width):
    from axe_playwright_python.sync_playwright import Axe

    shown.set_viewport_size({"width": width, "height": 900})
    serious = [
        (violation["id"], violation["nodes"][0]["html"][:120])
        for violation in Axe().run(shown).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """The demonstration survey labelled, and 120 of its rows checked by a person."""
    from pipeline.cli import main

    folder = tmp_path_factory.mktemp("audit")
    assert main(["label", str(ROOT / "corpora" / "demo" / "enquete.csv"), "-o", str(folder / "enquete.csv"), "-q"]) == 0
    with (folder / "enquete.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "verifiee.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "domaine_verifie", "probabilite_inclusion"])
        writer.writerows([row["id"], row["domaine_attendu"], 0.5 if n % 2 else 0.1] for n, row in enumerate(rows[:120]))
    return folder


def test_the_command_writes_the_page_and_says_what_it_found(run, labelled, tmp_path):
    code, out, err = run(
        "audit", "report", labelled / "enquete.csv", labelled / "verifiee.csv", "-o", tmp_path / "a.html", "--json"
    )
    import json

    assert code == 0, err
    found = json.loads(out)
    assert 110 <= found["n"] <= 120
    assert found["weighted"]
    assert sum(sum(row.values()) for row in found["confusion"].values()) == found["n"]
    assert {one["column"] for one in found["slices"]} >= {"mots", "annee", "region", "taille_commune"}
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "Confusions les plus coûteuses" in html
    assert "chaque ligne compte pour l&#39;inverse de sa probabilité de tirage" in html


def test_examples_of_a_corpus_are_shown_beside_the_rows(run, labelled, tmp_path):
    (tmp_path / "exemples.csv").write_text(
        "description,domaine\nNewsletter du vendredi avec culture travaux décisions,communication_publique\n"
    )
    code, _, err = run(
        "audit", "report", labelled / "enquete.csv", labelled / "verifiee.csv", "-o", tmp_path / "a.html",
        "--corpus", tmp_path / "exemples.csv", "--by", "annee", "--lang", "en",
    )  # fmt: skip
    assert code == 0, err
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "Newsletter du vendredi avec culture travaux décisions" in html
    assert "Annotations to read again" in html


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "Donner le fichier étiqueté et la table vérifiée, ou un corpus annoté avec --corpus DOSSIER.\n"),
        (["{labelled}"], 2, "Donner le fichier étiqueté et la table vérifiée, ou un corpus annoté"),
        (
            ["{labelled}", "{checked}", "--by", "anee"],
            2,
            "Pas de colonne « anee » à découper en tranches ; vouliez-vous",
        ),
        (["{checked}", "{checked}"], 3, "n'a pas de colonne « domaine » : l'étiqueter d'abord"),
        (["{labelled}", "{labelled}"], 3, "n'a pas de colonne « domaine_verifie »"),
    ],
)
def test_bad_input_is_a_sentence(run, labelled, tmp_path, arguments, code, words):
    names = {"labelled": labelled / "enquete.csv", "checked": labelled / "verifiee.csv"}
    given = [argument.format(**names) for argument in arguments]
    found, _, err = run("audit", "report", *given, "-o", tmp_path / "a.html")
    assert found == code
    assert words in err
    assert not (tmp_path / "a.html").exists()


@pytest.mark.long
def test_a_corpus_is_audited_with_the_predictions_its_model_kept(run, tmp_path, monkeypatch):
    from pipeline.workflow.training import train
    from tests.test_retraining import AnnotatedText, corpus_rows, quiet, write

    rows = corpus_rows(12)
    (tmp_path / "corpora" / "annotated").mkdir(parents=True)
    shutil.copy(ROOT / "corpora" / "frame.csv", tmp_path / "corpora")
    path = write(tmp_path / "corpora" / "annotated" / "corpus.csv", rows, ("description", "domaine", "kind"))
    texts = [AnnotatedText(text, label, str(path), n, kind) for n, (text, label, kind) in enumerate(rows, start=1)]
    train(texts, [str(path)], tmp_path / "models" / "default", None, False, 2016, quiet)
    monkeypatch.setenv("DOMAINES_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(path.parent)
    code, out, err = run("audit", "report", "--corpus", "corpus.csv", "-o", tmp_path / "a.html", "--by", "rule")
    assert code == 0, err
    assert out.startswith("60 lignes auditées : ")
    assert "validation croisée" not in err
    assert 'data-column="rule"' in (tmp_path / "a.html").read_text(encoding="utf-8")
