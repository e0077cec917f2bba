"""The review page in a real browser: Debian's Chromium, driven by Playwright."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from pipeline.domains import LABELS
from pipeline.registry import load_model
from pipeline.review import Desk, SqliteJournal
from pipeline.tables import open_table
from pipeline.workflow.reviewing import load_rows
from pipeline.workflow.stores import open_journal
from tests.review_support import CHROMIUM_FLAGS, RunningReview, ThreadedReview, chromium_path

HOSTILE = [
    "<script>document.title = 'pris'</script><img src=x onerror=\"document.title = 'pris'\"> wifi",
    "\"guillemets\" 'simples' `accents` {{ 7 * 7 }} ${7 * 7} &lt;b&gt; \\ </p></div></html>",
    "\u202eborne wifi\u202c שלום للجميع \u2066tablettes\u2069 pour l'école",
    "tablettes de l'école " * 2_500,
    '=HYPERLINK("http://evil.example")',
    "",
]
ANNOTATED = [("<i>tablettes</i> école", "services_scolaires"), ("borne wifi", "acces_numerique")]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def survey(tmp_path):
    words = ["wifi place", "école tablettes", "médiathèque catalogue", "mairie site", "caméra rue"]
    lines = [f'R{number},"{words[number % 5]}, service {number}"' for number in range(1, 31)]
    path = tmp_path / "enquete.csv"
    path.write_text("id,description\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(small_model):
    return load_model(str(small_model))


@pytest.fixture
def review(tmp_path, model):
    """Serve a file's page from a thread; what it decides goes to one store."""
    running, journals = [], []

    def start(source, *, read_only=False, sample=None, examples=(), lang="fr", **options):
        journals.append(open_journal(str(tmp_path / "annotations.db"), read_only=read_only, labels=LABELS))
        rows = load_rows(str(source), model, lambda _: None, sample=sample, examples=examples, lang=lang)
        running.append(ThreadedReview(Desk(rows, journals[-1], read_only=read_only), lang=lang, **options))
        return running[-1]

    yield start
    for each in running:
        each.kill()
    for each in journals:
        each.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    yield opened
    context.close()


def enter(page, running, name="Zoé"):
    page.goto(running.link)
    page.get_by_label("Votre nom").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#where")).not_to_be_empty()


def press(page, key, status):
    page.keyboard.press(key)
    expect(page.locator("#status")).to_have_text(status)


def number_shown(page):
    return int(re.search(r"\d+", page.locator("#where").inner_text())[0])


def serious(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], each["impact"]) for each in found if each["impact"] in ("serious", "critical")]


def test_twenty_rows_by_keyboard_undo_reload_resume(page, survey, tmp_path, small_model):
    program = (survey, "--store", tmp_path / "annotations.db", "--model", "small")
    running = RunningReview(*program, models=small_model.parent)
    enter(page, running)
    chosen = []
    for turn in range(20):
        number = number_shown(page)
        label = LABELS[turn % 5]
        page.keyboard.press(str(turn % 5 + 1))
        expect(page.locator("#status")).to_contain_text(f"Ligne {number} :")
        chosen.append((f"R{number}", label))
    expect(page.locator("#done")).to_have_text("20 sur 30")
    expect(page.locator("#speed")).to_contain_text("lignes par minute")
    page.keyboard.press("u")
    expect(page.locator("#status")).to_have_text(f"Ligne {chosen[-1][0][1:]} : décision annulée.")
    assert f"R{number_shown(page)}" == chosen[-1][0]
    page.reload()
    expect(page.locator("#done")).to_have_text("19 sur 30")
    assert f"R{number_shown(page)}" == chosen[-1][0]
    running.kill()
    again = RunningReview(*program, models=small_model.parent)
    page.goto(again.link)
    page.get_by_label("Votre nom").fill("Zoé")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="C'est bien moi").click()
    expect(page.locator("#done")).to_have_text("19 sur 30")
    press(page, "s", f"Ligne {chosen[-1][0][1:]} : passée.")
    journal = SqliteJournal(str(tmp_path / "annotations.db"), read_only=True)
    assert sorted((each.row_id, each.after) for each in journal.labels()) == sorted(chosen[:-1])
    journal.close()
    again.kill()
    # Chromium notes the question about the name; nothing else was said, nothing was asked elsewhere.
    assert [each for each in page.complaints if "409 (Conflict)" not in each] == []
    assert {re.match(r"http://[^/]+", url)[0].partition(":")[0] for url in page.asked} == {"http"}
    assert {url.split("/")[2].split(":")[0] for url in page.asked} == {"127.0.0.1"}


def test_enter_accepts_the_suggestion_and_letters_do_not_reach_what_is_typed(page, review, survey):
    enter(page, review(survey))
    suggested = page.locator(".choice.suggested .name").inner_text()
    number = number_shown(page)
    press(page, "Enter", f"Ligne {number} : {suggested}, enregistré.")
    expect(page.locator("#agreement")).to_have_text("propositions gardées : 1 sur 1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="L'ordre de décision")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("service 17")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="17 · ").click()
    expect(page.locator("#where")).to_have_text("Ligne 17 · R17")
    expect(page.locator("#done")).to_have_text("1 sur 30")
    page.keyboard.press("/")
    page.locator("#words").fill("23")
    page.keyboard.press("Enter")
    expect(page.locator("#where")).to_have_text("Ligne 23 · R23")


def test_hostile_texts_are_shown_as_they_are(page, review, tmp_path):
    source = tmp_path / "hostile.csv"
    quoted = "\n".join('H{},"{}"'.format(n, text.replace('"', '""')) for n, text in enumerate(HOSTILE))
    source.write_text(f"id,description\n{quoted}\n", encoding="utf-8")
    enter(page, review(source, examples=ANNOTATED), name='<b>Zoé</b> "q"')
    title = page.title()
    for number, text in enumerate(HOSTILE, start=1):
        page.keyboard.press("/")
        page.locator("#words").fill(str(number))
        page.keyboard.press("Enter")
        expect(page.locator("#where")).to_have_text(f"Ligne {number} · H{number - 1}")
        assert page.locator("#text").text_content() == open_cell(source, number)
        assert text.strip() in page.locator("#text").text_content()
        assert page.locator("#text *:not(span)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.title() == title
    press(page, "1", f"Ligne {len(HOSTILE)} : Accès au numérique, enregistré.")
    assert "<b>Zoé</b>" in page.locator(".source").inner_text()
    assert page.complaints == []


def open_cell(source, number):
    chunks = list(open_table(str(source)).chunks())
    return chunks[0].frame["description"][number - 1]


def test_the_audits_sample_is_judged_blind(page, review, survey, tmp_path):
    sheet = tmp_path / "feuille.csv"
    sheet.write_text("id,probabilite_inclusion\nR3,0.5\nR9,0.25\n")
    enter(page, review(survey, sample=str(sheet)))
    page.get_by_label("File").select_option("audit")
    expect(page.locator("#where")).to_have_text("Ligne 3 · R3")
    expect(page.locator("#blind")).to_be_visible()
    assert page.locator(".choice.suggested").count() == 0
    assert page.locator("#text span").count() == 0
    expect(page.get_by_role("button", name="Accepter")).to_be_disabled()
    press(page, "Enter", "Aucune proposition à accepter : choisir de 1 à 5.")
    press(page, "4", "Ligne 3 : Services scolaires, enregistré.")
    journal = SqliteJournal(str(tmp_path / "annotations.db"), read_only=True)
    assert [(each.row_id, each.blind, each.inclusion) for each in journal.labels()] == [("R3", True, 0.5)]
    journal.close()


def test_two_people_disagree_and_a_third_settles(browser, page, review, survey):
    running = review(survey)
    for name, key in (("Ana", "1"), ("Bo", "2")):
        context = browser.new_context()
        theirs = context.new_page()
        enter(theirs, running, name)
        press(theirs, key, re.compile("enregistré"))
        context.close()
    enter(page, running, "Chloé")
    page.get_by_label("File").select_option("disagreements")
    expect(page.locator("#others")).to_contain_text("Ana")
    expect(page.locator("#others li")).to_have_text(["AnaAccès au numérique", "BoCommunication publique"])
    press(page, "1", re.compile("enregistré"))
    expect(page.locator("#where")).to_have_text("Cette file est finie.")


def test_a_decision_waits_while_the_program_is_gone_and_counts_once(page, review, survey, tmp_path):
    running = review(survey)
    enter(page, running)
    number, port = number_shown(page), running.port
    running.kill()
    page.keyboard.press("2")
    expect(page.locator("#problem")).to_contain_text("Pas encore enregistré : le programme ne répond pas.")
    assert number_shown(page) == number
    again = review(survey, port=port)
    other = page.context.new_page()
    enter(other, again)
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#status")).to_have_text(f"Ligne {number} : Communication publique, enregistré.")
    journal = SqliteJournal(str(tmp_path / "annotations.db"), read_only=True)
    assert [(each.row, each.after) for each in journal.since(0)[1]] == [(number, "communication_publique")]
    journal.close()


def test_the_next_row_shows_before_the_disk_answers_and_a_key_pressed_meanwhile_waits(page, review, survey, tmp_path):
    running = review(survey)
    held = []
    with page.expect_response("**/api/ahead*"):
        enter(page, running)
    first = number_shown(page)
    page.route("**/api/decide", lambda route: held.append(route), times=1)
    page.keyboard.press("1")
    expect(page.locator("#where")).not_to_have_text(re.compile(rf"Ligne {first}\b"))
    second = number_shown(page)
    expect(page.locator("#status")).to_have_text("Enregistrement…")
    expect(page.locator("#done")).to_have_text("0 sur 30")
    page.keyboard.press("4")
    assert number_shown(page) == second
    held[0].continue_()
    expect(page.locator("#status")).to_have_text(f"Ligne {second} : Services scolaires, enregistré.")
    expect(page.locator("#done")).to_have_text("2 sur 30")
    journal = SqliteJournal(str(tmp_path / "annotations.db"), read_only=True)
    found = [(each.row, each.after) for each in journal.since(0)[1]]
    assert found == [(first, "acces_numerique"), (second, "services_scolaires")]
    journal.close()


def test_doubted_labels_are_a_queue_with_its_reasons(page, review, tmp_path):
    source = tmp_path / "annotees.csv"
    right = [f"A{n},wifi gratuit sur la place {n},acces_numerique" for n in range(9)]
    right += [f"E{n},tablettes pour les élèves de l'école {n},services_scolaires" for n in range(9)]
    wrong = "X,wifi gratuit sur la place du bourg,services_scolaires"
    source.write_text("\n".join(["id,description,domaine", *right, wrong]) + "\n")
    enter(page, review(source))
    page.get_by_label("File").select_option(label="À revoir : doutes")
    expect(page.locator("#where")).to_have_text("Ligne 19 · X")
    expect(page.locator("#reason")).to_contain_text("Annoté « Services scolaires », à revoir : ")
    press(page, "1", "Ligne 19 : Accès au numérique, enregistré.")


@pytest.mark.parametrize(("width", "height", "scale"), [(360, 740, 1), (1280, 800, 1), (640, 400, 2)])
def test_it_is_usable_narrow_and_at_200_percent(browser, review, survey, width, height, scale):
    # 200 % of zoom on 1280 × 800 is a viewport of 640 × 400 points, two pixels each.
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale)
    page = context.new_page()
    running = review(survey, examples=ANNOTATED)
    page.goto(running.link)
    assert serious(page) == []
    enter(page, running)
    expect(page.locator(".choice.suggested")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    page.keyboard.press("?")
    assert serious(page) == []
    # Read from its beginning, though its one button is at the bottom.
    expect(page.locator("#rules-title")).to_be_in_viewport()
    page.keyboard.press("Escape")
    for name in ("Accepter", "Passer", "Annuler", "Règle", "Chercher"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    page.get_by_role("button", name="Autre").click()
    expect(page.locator("#status")).to_contain_text("Autre, enregistré.")
    context.close()


def test_read_only_is_said_and_nothing_can_be_pressed(page, review, survey, tmp_path):
    SqliteJournal(str(tmp_path / "annotations.db")).close()
    enter(page, review(survey, read_only=True))
    expect(page.get_by_text("Lecture seule : rien n'est enregistré.")).to_be_visible()
    for button in page.locator(".choice").all():
        expect(button).to_be_disabled()


def test_the_page_speaks_english(page, review, survey):
    page.goto(review(survey, lang="en", name="Zoe").link)
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    expect(page.locator("#reason")).to_contain_text("The model hesitates:")
    assert page.locator("html").get_attribute("lang") == "en"
