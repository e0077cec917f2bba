"""The desk and the page's routes, over rows in a list and a real SQLite store."""

import asyncio
import re
import socket
import uuid

import pytest

from pipeline.domains import LABELS
from pipeline.errors import UsageError
from pipeline.review import Desk, SqliteJournal, doors, server
from pipeline.review.app import Page
from tests.review_support import AppClient, ListRows, RunningReview, ThreadedReview

TOKEN = "un-jeton-de-test"
# All that is sent of a row judged blind.
BLIND = {"number", "id", "text", "blind", "chosen", "others"}


@pytest.fixture
def journal(tmp_path):
    opened = SqliteJournal(str(tmp_path / "a.db"))
    yield opened
    opened.close()


@pytest.fixture
def desk(journal):
    return Desk(ListRows(["un", "deux", "trois", "quatre"], sampled=[3]), journal)


def decide(desk, position, label, name="Zoé", queue="doubtful"):
    return desk.decide(name, uuid.uuid4().hex, position, label, queue)


def test_rows_come_in_order_and_each_person_has_their_own(desk):
    assert desk.next("Zoé", "doubtful") == 0
    decide(desk, 0, "autre")
    assert (desk.next("Zoé", "doubtful"), desk.next("Bo", "doubtful")) == (1, 0)


def test_a_skipped_row_waits_in_a_queue_of_its_own(desk):
    decide(desk, 0, None)
    assert (desk.next("Zoé", "doubtful"), desk.next("Zoé", "skipped")) == (1, 0)
    decide(desk, 0, "autre", queue="skipped")
    assert desk.next("Zoé", "skipped") is None


def test_a_finished_queue_gives_nothing(desk):
    for position in range(3):
        decide(desk, position, "autre")
    assert desk.next("Zoé", "doubtful") is None
    assert desk.progress("Zoé", "doubtful").done == desk.progress("Zoé", "doubtful").size == 3


def test_undo_gives_the_row_back_and_its_label_is_what_it_was(desk):
    decide(desk, 0, "autre")
    decide(desk, 1, "autre")
    assert desk.undo("Zoé", "une-cle-1") == 1
    assert desk.undo("Zoé", "une-cle-2") == 0
    assert desk.undo("Zoé", "une-cle-3") is None
    assert desk.label("Zoé", 0) == ""
    assert desk.next("Zoé", "doubtful") == 0


def test_a_desk_opened_again_resumes(desk, journal):
    decide(desk, 0, "autre")
    decide(desk, 1, None)
    again = Desk(ListRows(["un", "deux", "trois", "quatre"], sampled=[3]), journal)
    assert (again.next("Zoé", "doubtful"), again.label("Zoé", 0)) == (2, "autre")


def test_a_decision_follows_its_row_when_the_file_is_sorted_anew(desk, journal):
    decide(desk, 2, "autre")

    class Reversed(ListRows):
        def identity(self, position):
            return f"R{len(self) - position}", self.texts[position]

        def positions(self, identifiers):
            return {each: len(self) - int(each[1:]) for each in identifiers}

    again = Desk(Reversed(["quatre", "trois", "deux", "un"]), journal)
    assert again.label("Zoé", 1) == "autre"


def test_a_decision_on_a_text_since_changed_does_not_count(desk, journal):
    decide(desk, 0, "autre")
    assert Desk(ListRows(["UN", "deux"]), journal).label("Zoé", 0) == ""


def test_what_another_program_writes_is_seen(desk, tmp_path):
    other = SqliteJournal(str(tmp_path / "a.db"))
    elsewhere = Desk(ListRows(["un", "deux", "trois", "quatre"], sampled=[3]), other)
    decide(elsewhere, 0, "autre")
    assert desk.next("Zoé", "doubtful") == 1
    other.close()


def test_disagreements_appear_are_shown_to_a_third_and_are_settled(desk):
    decide(desk, 0, "autre", "Zoé")
    assert desk.next("Tiers", "disagreements") is None
    decide(desk, 0, "acces_numerique", "Bo")
    assert desk.next("Tiers", "disagreements") == 0
    assert desk.others("Tiers", 0) == [("Bo", "acces_numerique"), ("Zoé", "autre")]
    decide(desk, 0, "autre", "Tiers", "disagreements")
    assert desk.next("Tiers", "disagreements") is None


def test_a_doubted_label_is_looked_at_again_whoever_gave_it_and_its_reason_stays_in_its_queue(journal):
    desk = Desk(ListRows(["un", "deux", "trois"], sampled=[2], doubted=[1, 0]), journal)
    decide(desk, 1, "autre")
    assert (desk.next("Zoé", "doubted"), desk.progress("Zoé", "doubted").done) == (1, 0)
    client = client_of(desk, "Ana")
    assert client.get("/api/next?queue=doubted").json()["row"]["reason"] == "une étiquette douteuse"
    assert client.get("/api/row?number=2&queue=doubtful").json()["row"]["reason"] == "un doute"
    assert set(client.get("/api/row?number=3&queue=doubted").json()["row"]) == BLIND
    decide(desk, 1, "autre", queue="doubted")
    assert (desk.next("Zoé", "doubted"), desk.progress("Zoé", "doubted").done) == (0, 1)
    decide(desk, 0, None, queue="doubted")
    assert desk.next("Zoé", "doubted") is None
    assert (desk.next("Bo", "doubted"), desk.progress("Bo", "doubted").size) == (1, 2)


def test_progress_counts_what_kept_the_suggestion_and_leaves_blind_rows_out(journal):
    seconds = iter(range(0, 1000, 6))
    desk = Desk(ListRows(["un", "deux", "trois"], sampled=[2]), journal, clock=lambda: next(seconds))
    decide(desk, 0, LABELS[0])
    decide(desk, 1, "autre")
    decide(desk, 2, LABELS[0], queue="audit")
    progress = desk.progress("Zoé", "doubtful")
    assert (progress.done, progress.size, progress.agreed, progress.compared) == (2, 2, 1, 2)
    assert progress.per_minute == 10.0


def test_a_pause_starts_the_speed_anew(journal):
    times = iter([0, 1, 2, 1000, 1030])
    desk = Desk(ListRows(["a", "b", "c", "d", "e"]), journal, clock=lambda: next(times))
    for position in range(5):
        decide(desk, position, "autre")
    assert desk.progress("Zoé", "doubtful").per_minute == 2.0


def test_the_journal_keeps_what_was_shown(desk, journal):
    decide(desk, 0, "autre")
    decide(desk, 3, "autre", queue="audit")
    seen, blind = journal.since(0)[1]
    assert (seen.suggestion, seen.model, seen.blind, seen.inclusion) == (LABELS[0], "petit 1 abc", False, None)
    assert (blind.blind, blind.inclusion, blind.queue, blind.row) == (True, 0.25, "audit", 4)


@pytest.mark.parametrize(
    ("position", "label", "queue", "sentence"),
    [
        (9, "autre", "doubtful", "Ligne 10 : le fichier en a 4."),
        (0, "autres", "doubtful", "Étiquette inconnue « autres » : choisir parmi"),
        (0, "autre", "x", "File inconnue « x » : choisir parmi doubtful, audit, disagreements, skipped."),
    ],
)
def test_a_decision_that_means_nothing_is_refused(desk, journal, position, label, queue, sentence):
    with pytest.raises(UsageError, match=sentence):
        decide(desk, position, label, queue=queue)
    assert journal.since(0) == (0, [])


# The routes, without a socket.


def client_of(desk, name="Zoé", **options):
    page = Page(desk, TOKEN, 8000, **options)
    client = AppClient(page.application(["127.0.0.1:8000"]), base_url="http://127.0.0.1:8000")
    client.get(f"/?token={TOKEN}")
    if name:
        csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)[1]
        client.post("/name", data={"csrf": csrf, "name": name})
        client.headers["X-CSRF-Token"] = client.get("/api/start").json()["csrf"]
    return client


def body(number=1, label="autre", **others):
    return {"key": uuid.uuid4().hex, "number": number, "label": label, "queue": "doubtful"} | others


def test_without_the_token_there_is_nothing_to_see(desk):
    page = Page(desk, TOKEN, 8000)
    client = AppClient(page.application(["127.0.0.1:8000"]), base_url="http://127.0.0.1:8000")
    assert client.get("/").status_code == 403
    assert client.get("/?token=autre").status_code == 403
    assert client.get("/api/next?queue=doubtful").status_code == 403
    assert client.post("/api/decide", json=body()).status_code == 403
    assert "jeton" in client.get("/").text


def test_the_cookie_stays_on_the_site_and_out_of_scripts(desk):
    page = Page(desk, TOKEN, 8000)
    client = AppClient(page.application(["127.0.0.1:8000"]), base_url="http://127.0.0.1:8000")
    answer = client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("domaines_review_8000=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in answer.headers["location"]


def test_the_policy_forbids_what_is_not_ours(desk):
    headers = client_of(desk).get("/").headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    text = client_of(desk, name="Bo").get("/").text
    assert re.findall(r"<script(?! src=)|<style| style=| on[a-z]+=|https?://", text) == []


@pytest.mark.parametrize("host", ["evil.example:8000", "127.0.0.1:80", "", "127.0.0.1.evil.example:8000"])
def test_another_host_is_refused(desk, host):
    answer = client_of(desk).get("/", headers={"Host": host})
    assert (answer.status_code, answer.text) == (421, "Host inconnu.")


def test_another_origin_is_refused(desk, journal):
    client = client_of(desk)
    answer = client.post("/api/decide", json=body(), headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.text) == (403, "Origine refusée.")
    assert client.post("/api/decide", json=body(), headers={"Origin": "http://127.0.0.1:8000"}).status_code == 200


def test_a_change_needs_the_csrf_token(desk, journal):
    client = client_of(desk)
    for token in ("", "faux"):
        assert client.post("/api/decide", json=body(), headers={"X-CSRF-Token": token}).status_code == 403
        assert client.post("/api/undo", json=body(), headers={"X-CSRF-Token": token}).status_code == 403
    assert client.post("/name", data={"csrf": "faux", "name": "Bo"}).status_code == 403
    assert journal.since(0) == (0, [])


@pytest.mark.parametrize("path", ["/review.py", "/../store.py", "/pages/page.html", "/%2e%2e/%2e%2e/etc/passwd"])
def test_no_path_leads_to_the_disk(desk, path):
    assert client_of(desk).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/decide", "/api/undo", "/name"])
def test_a_change_is_never_a_get(desk, path):
    assert client_of(desk).get(path).status_code == 405


def test_a_large_body_is_refused_whether_announced_or_not(desk):
    client = client_of(desk)
    large = b"x" * (doors.LARGEST_BODY + 1)

    async def dripping():
        for place in range(0, len(large), 1000):
            yield large[place : place + 1000]

    assert client.post("/api/decide", content=large).status_code == 413
    assert client.post("/api/decide", content=dripping()).status_code == 413


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (b"pas du json", "Requête illisible : un objet JSON est attendu."),
        (b"[1]", "Requête illisible : un objet JSON est attendu."),
        (b'{"key": 3, "number": 1}', "Clé de décision illisible : de 8 à 100 caractères sont attendus."),
        (b'{"key": "12345678", "number": "../x"}', "Ligne « ../x » : donner un numéro de 1 à 4."),
        (b'{"key": "12345678", "number": 1, "label": [], "queue": "doubtful"}', "Étiquette illisible : un texte"),
    ],
)
def test_a_request_that_means_nothing_is_a_sentence(desk, asked, sentence):
    answer = client_of(desk).post("/api/decide", content=asked)
    assert answer.status_code == 400
    assert answer.json()["problem"].startswith(sentence)


def test_a_decision_gives_what_was_saved_and_the_next_row(desk):
    answer = client_of(desk).post("/api/decide", json=body(1, "autre")).json()
    assert answer["saved"] == {"number": 1, "label": "autre"}
    assert answer["row"]["number"] == 2
    assert answer["progress"]["done"] == 1


def test_the_row_ahead_is_the_one_the_decision_will_bring(desk):
    client = client_of(desk)
    assert client.get("/api/next?queue=doubtful").json()["row"]["number"] == 1
    ahead = client.get("/api/ahead?queue=doubtful&number=1").json()["row"]
    assert ahead == client.post("/api/decide", json=body(1, "autre")).json()["row"]
    assert ahead["number"] == 2
    client.post("/api/decide", json=body(2, "autre"))
    assert client.get("/api/ahead?queue=doubtful&number=3").json() == {"row": None}
    # Of a queue that decisions change, nothing is promised; a sampled row stays blind.
    assert client.get("/api/ahead?queue=skipped&number=3").json() == {"row": None}
    assert set(client.get("/api/ahead?queue=audit&number=1").json()["row"]) == BLIND


def test_a_blind_row_says_nothing_of_the_machine(desk):
    row = client_of(desk).get("/api/next?queue=audit").json()["row"]
    assert row == {"number": 4, "id": "R4", "text": "quatre", "blind": True, "chosen": "", "others": []}


def test_a_store_that_refuses_is_a_sentence_and_the_page_can_try_again(desk, journal):
    client = client_of(desk)
    kept = body()
    journal._all(f"PRAGMA max_page_count = {journal._all('PRAGMA page_count')[0][0]}")
    desk.rows.texts[0] = "x" * 100_000
    answer = client.post("/api/decide", json=kept)
    assert answer.status_code == 503
    assert "le disque est plein" in answer.json()["problem"]
    journal._all("PRAGMA max_page_count = 100000")
    assert client.post("/api/decide", json=kept).status_code == 200
    assert len(journal.since(0)[1]) == 1


def test_read_only_shows_and_saves_nothing(tmp_path):
    SqliteJournal(str(tmp_path / "b.db")).close()
    journal = SqliteJournal(str(tmp_path / "b.db"), read_only=True)
    client = client_of(Desk(ListRows(["un"]), journal, read_only=True))
    assert client.get("/api/next?queue=doubtful").json()["row"]["text"] == "un"
    answer = client.post("/api/decide", json=body())
    assert answer.json() == {"problem": "Lecture seule : rien n'est enregistré (relancer sans --read-only)."}
    assert client.post("/api/undo", json=body()).status_code == 400
    journal.close()


def test_two_people_of_one_name_are_told(desk):
    first = client_of(desk, "Zoé")
    page = first.app
    second = AppClient(page, base_url="http://127.0.0.1:8000")
    second.get(f"/?token={TOKEN}")
    csrf = re.search(r'name="csrf" value="([^"]+)"', second.get("/").text)[1]
    answer = second.post("/name", data={"csrf": csrf, "name": "zoé"})
    assert answer.status_code == 409
    assert "« zoé » a déjà décidé ici. Si c&#39;est vous, continuez ; sinon, prenez un autre nom." in answer.text
    assert second.post("/name", data={"csrf": csrf, "name": "zoé", "mine": "1"}).status_code == 200
    assert second.post("/name", data={"csrf": csrf, "name": "\u202e"}).status_code == 400


def test_the_page_speaks_english(desk):
    text = client_of(desk, lang="en").get("/").text
    assert "Most doubtful first" in text
    assert "The order of decision" in text
    assert "Cultural action" in text


# The program itself, on a socket.


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("id,description\nA,wifi gratuit sur la place\nB,tablettes pour l'école\nC,\n", encoding="utf-8")
    return path


def test_the_program_listens_on_loopback_alone_and_stops_cleanly(labelled, tmp_path, small_model):
    running = RunningReview(labelled, "--store", tmp_path / "a.db", "--model", "small", models=small_model.parent)
    assert running.link.startswith(f"http://127.0.0.1:{running.port}/?token=")
    others = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1", "127.0.1.1"}:
        with pytest.raises(OSError, match="refused|unreachable|timed out"):
            socket.create_connection((address, running.port), timeout=1)
    client = running.client("Zo")
    assert client.decide(1, "autre")[1]["saved"] == {"number": 1, "label": "autre"}
    code, out, err = running.interrupt()
    assert (code, out) == (0, "")
    assert f"Page fermée ; les décisions sont dans « {tmp_path / 'a.db'} »." in err
    assert "Traceback" not in err


def test_asked_to_open_to_the_network_the_link_bears_the_machines_name(desk):
    door = server.open_door(desk, host="0.0.0.0")
    port = door.listener.getsockname()[1]
    assert door.listener.proto == socket.IPPROTO_TCP
    door.listener.close()
    assert door.link.startswith(f"http://{socket.gethostname()}:{port}/?token=")
    assert f"{socket.gethostname()}:{port}" in server._hosts("0.0.0.0", port)
    assert server._hosts("127.0.0.1", 80) == ["127.0.0.1:80", "127.0.0.1:80", "[::1]:80", "localhost:80"]


def test_a_port_already_taken_is_a_sentence(run, labelled, tmp_path, monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run("review", labelled, "--store", tmp_path / "a.db", "--model", "small", "--port", port)
    assert code == 2
    assert f"Le port {port} est pris : en donner un autre avec --port (0 : un libre)." in err


def test_a_client_too_slow_is_let_go_and_the_others_are_served(desk, monkeypatch):
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.2)
    with ThreadedReview(desk) as running:
        slow = [socket.create_connection(("127.0.0.1", running.port), timeout=30) for _ in range(20)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0")
        assert running.client("Zo").get("/api/next?queue=doubtful")[0] == 200
        assert [connection.recv(1) for connection in slow] == [b""] * 20
        for connection in slow:
            connection.close()


def test_a_body_that_drips_is_refused(desk, monkeypatch):
    monkeypatch.setattr(doors, "BODY_SECONDS", 0.05)

    # The test client gathers a body before it sends it: the doors are asked directly.
    async def ask():
        sent = []

        async def receive():
            await asyncio.sleep(1)
            return {"type": "http.request", "body": b"", "more_body": True}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"h")]}
        await doors.Doors(None, ["h"])(scope, receive, send)
        return sent[0]["status"]

    assert asyncio.run(ask()) == 408
