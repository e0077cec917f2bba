"""The journal on real stores: SQLite files, and a PostgreSQL server started for the occasion."""

import os
import shutil
import sqlite3
import tempfile
import threading
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domains import LABELS
from pipeline.errors import DomainesError, InputError, ModelError, OutputError, UsageError
from pipeline.review import Decision, SqliteJournal, annotator_name
from pipeline.review import store as sqlite_store
from pipeline.workflow.stores import open_journal, shown_store
from tests.review_support import postgres_server


def choice(key, label="autre", annotator="Zoé", row_id="R1", **others):
    return Decision(key, annotator, "choose", row_id, "un texte", label, source="e.csv", row=1, **others)


@pytest.fixture(scope="module")
def postgres_url():
    # Not pytest's folder: the user postgres could not reach it.
    folder = Path(tempfile.mkdtemp(prefix="domaines-pg-", dir="/tmp"))
    try:
        with postgres_server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """A place for an empty store, in each of the two kinds."""
    if request.param == "sqlite":
        return str(tmp_path / "annotations.db")
    import psycopg

    url = request.getfixturevalue("postgres_url")
    name = f"base_{abs(hash(request.node.name))}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return url.replace("/postgres", f"/{name}")


@pytest.fixture
def journal(place):
    opened = open_journal(place, labels=LABELS)
    yield opened
    opened.close()


def test_a_decision_comes_back_whole_after_reopening(place):
    first = open_journal(place)
    given = choice("k1", inclusion=0.25, blind=True, queue="audit", suggestion="autre", model="m 1 abc")
    written = first.record(given)
    first.close()
    again = open_journal(place)
    assert again.since(0)[1] == [written]
    assert replace(written, at="", origin="") == given
    assert written.at.endswith("Z")
    assert len(written.origin) == 32
    again.close()


def test_a_retry_with_the_same_key_is_not_doubled(journal):
    first = journal.record(choice("k1", "autre"))
    assert journal.record(choice("k1", "acces_numerique")) == first
    assert len(journal.since(0)[1]) == 1


def test_before_and_after_follow_one_annotator_on_one_row(journal):
    journal.record(choice("k1", "autre"))
    journal.record(choice("k2", "acces_numerique"))
    journal.record(choice("k3", "services_scolaires", annotator="Bo"))
    journal.record(replace(choice("k4", ""), action="skip"))
    assert [(each.before, each.after) for each in journal.since(0)[1]] == [
        ("", "autre"),
        ("autre", "acces_numerique"),
        ("", "services_scolaires"),
        ("acces_numerique", "acces_numerique"),
    ]
    assert [(each.annotator, each.after) for each in journal.current()] == [
        ("Bo", "services_scolaires"),
        ("Zoé", "acces_numerique"),
    ]


def test_undo_takes_back_one_decision_after_the_other(journal):
    journal.record(choice("k1", "autre"))
    journal.record(choice("k2", "acces_numerique"))
    journal.record(choice("k3", "autre", annotator="Bo"))
    undone = journal.undo("u1", "Zoé", "e.csv")
    assert (undone.undoes, undone.before, undone.after) == ("k2", "acces_numerique", "autre")
    assert journal.undo("u1", "Zoé", "e.csv") == undone
    assert journal.undo("u2", "Zoé", "e.csv").undoes == "k1"
    assert journal.undo("u3", "Zoé", "e.csv") is None
    assert [each.annotator for each in journal.labels()] == ["Bo"]


def test_undo_stays_within_the_file_on_the_table(journal):
    journal.record(choice("k1"))
    assert journal.undo("u1", "Zoé", "autre-fichier.csv") is None


def test_the_decision_that_settles_a_disagreement_holds_whoever_comes_later(journal):
    journal.record(choice("k1", "autre"))
    journal.record(choice("k2", "acces_numerique", annotator="Tiers", queue="disagreements"))
    journal.record(choice("k3", "services_scolaires", annotator="Bo"))
    assert [each.key for each in journal.labels()] == ["k2"]


def test_since_gives_only_what_is_new(journal):
    journal.record(choice("k1"))
    number, first = journal.since(0)
    assert journal.since(number) == (number, [])
    journal.record(choice("k2", "acces_numerique"))
    assert [each.key for each in journal.since(number)[1]] == ["k2"]
    assert [each.key for each in first] == ["k1"]


def test_time_never_goes_back_on_a_row(journal):
    journal.merge([choice("k1", at="2999-01-01T00:00:00.000000Z")])
    assert journal.record(choice("k2", "acces_numerique")).at == "2999-01-01T00:00:00.000001Z"
    assert [each.key for each in journal.labels()] == ["k2"]


def test_a_merge_adds_each_decision_once_and_tells_two_people_of_one_name(journal, tmp_path):
    journal.record(choice("k1", "autre"))
    other = SqliteJournal(str(tmp_path / "copie.db"))
    other.record(choice("k2", "acces_numerique"))
    other.record(choice("k3", "autre", row_id="R2"))
    merged = journal.merge(other.since(0)[1])
    assert (merged.added, merged.known, merged.clashes) == (2, 0, 1)
    again = journal.merge(other.since(0)[1])
    assert (again.added, again.known, again.clashes) == (0, 2, 1)
    assert {each.key for each in journal.since(0)[1]} == {"k1", "k2", "k3"}
    other.close()


def test_merging_is_the_same_in_either_order(tmp_path):
    stores = [SqliteJournal(str(tmp_path / f"{name}.db")) for name in "ab"]
    stores[0].merge([choice("k1", "autre", at="2026-01-02T00:00:00.000000Z")])
    stores[1].merge([choice("k2", "acces_numerique", at="2026-01-01T00:00:00.000000Z")])
    one, two = (each.since(0)[1] for each in stores)
    for each, others in zip(stores, (two, one), strict=True):
        each.merge(others)
    assert [[each.key for each in store.labels()] for store in stores] == [["k1"], ["k1"]]


def test_writers_at_the_same_time_lose_nothing(place):
    journals = [open_journal(place, labels=LABELS) for _ in range(3)]

    def write(number, journal):
        for turn in range(20):
            journal.record(choice(f"{number}-{turn}", annotator=f"A{number}", row_id=f"R{turn}"))

    threads = [threading.Thread(target=write, args=each) for each in enumerate(journals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.key for each in journals[0].since(0)[1]}) == 60
    for journal in journals:
        journal.close()


def test_labels_that_differ_from_the_stores_are_refused(place):
    open_journal(place, labels=("a", "b")).close()
    with pytest.raises(ModelError, match="a été fait avec les étiquettes a, b, et non a, c : prendre le modèle"):
        open_journal(place, labels=("a", "c"))
    open_journal(place, labels=("b", "a")).close()


def test_the_journal_only_grows(place, journal):
    journal.record(choice("k1"))
    for statement in ("UPDATE decisions SET label_after = 'x'", "DELETE FROM decisions"):
        with pytest.raises(DomainesError, match="the journal only grows"):
            journal._all(statement)
    assert [each.after for each in journal.since(0)[1]] == ["autre"]


def test_texts_of_every_kind_come_back(journal):
    hostile = "<script>alert('x')</script> \"q\" \u202eבוא\u202c \U0001f600 " + "é" * 50_000
    journal.record(replace(choice("k1"), text=hostile))
    assert journal.since(0)[1][0].text == hostile


def test_postgresql_replaces_the_one_character_it_cannot_hold(postgres_url):
    journal = open_journal(postgres_url)
    assert journal.record(replace(choice("nul"), text="a\0b")).key == "nul"
    assert journal.since(0)[1][-1].text == "a\ufffdb"
    journal.close()


def test_a_postgresql_server_that_is_not_there_is_a_sentence_without_the_password():
    with pytest.raises(OutputError, match="« postgresql://moi:\\*\\*\\*@127.0.0.1:1/base » ne répond pas") as told:
        open_journal("postgresql://moi:secret@127.0.0.1:1/base")
    assert "secret" not in str(told.value)


ACTIONS = st.lists(st.tuples(st.sampled_from(["choose", "skip", "undo"]), st.integers(1, 3), st.sampled_from(LABELS)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_whatever_is_done_the_labels_are_those_of_a_stack(tmp_path, actions):
    journal = SqliteJournal(str(tmp_path / f"{uuid.uuid4().hex}.db"))
    labels, stack = {}, []
    for place, (action, row, label) in enumerate(actions):
        if action == "undo":
            undone = journal.undo(f"k{place}", "Zoé", "e.csv")
            assert (undone is None) == (not stack)
            if stack:
                last, before = stack.pop()
                labels[last] = before
            continue
        given_row = replace(choice(f"k{place}", label if action == "choose" else "", row_id=f"R{row}"), action=action)
        stack.append((f"R{row}", labels.get(f"R{row}", "")))
        labels[f"R{row}"] = journal.record(given_row).after
        assert action == "skip" or labels[f"R{row}"] == label
    assert {each.row_id: each.after for each in journal.labels()} == {row: each for row, each in labels.items() if each}
    assert len(journal.since(0)[1]) <= len(actions)
    journal.close()


# SQLite's own lines of bad input.


def test_every_commit_waits_for_the_disk(tmp_path):
    journal = SqliteJournal(str(tmp_path / "a.db"))
    assert journal._all("PRAGMA journal_mode") == [("wal",)]
    assert journal._all("PRAGMA synchronous") == [(2,)]
    journal.close()


def test_a_store_of_another_version_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "a.db"
    SqliteJournal(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="est une base de version 7, et ce programme lit la version 1"):
        SqliteJournal(str(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["un simple texte, assez long pour n'être pas vide\n" * 30, None])
def test_a_file_that_is_something_else_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "a.db"
    if content is None:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE recettes (nom TEXT)")
        connection.close()
    else:
        path.write_text(content)
    with pytest.raises(InputError, match="n'est pas une base d'annotations : donner un autre fichier à --store"):
        SqliteJournal(str(path))
    if content:
        assert path.read_text() == content


def test_a_locked_file_is_a_sentence_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_store, "PATIENCE", 0.1)
    journal = SqliteJournal(str(tmp_path / "a.db"))
    journal.record(choice("k1"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OutputError, match="est tenu par un autre programme"):
        journal.record(choice("k2", "acces_numerique"))
    other.execute("ROLLBACK")
    assert journal.record(choice("k2", "acces_numerique")).before == "autre"
    other.close()
    journal.close()


def test_a_full_disk_is_a_sentence_and_nothing_is_lost(tmp_path):
    journal = SqliteJournal(str(tmp_path / "a.db"))
    journal.record(choice("k1"))
    pages = journal._all("PRAGMA page_count")[0][0]
    journal._all(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OutputError, match="le disque est plein : libérer de la place"):
        journal.record(replace(choice("k2"), text="x" * 100_000))
    journal._all("PRAGMA max_page_count = 100000")
    assert journal.record(replace(choice("k2"), text="x" * 100_000)).key == "k2"
    assert [each.key for each in journal.since(0)[1]] == ["k1", "k2"]
    journal.close()


def as_nobody(folder, action):
    """Run an action as a user who owns nothing, in a child process; give what it raised, as text."""
    os.chmod(folder, 0o755)
    back, there = os.pipe()
    child = os.fork()
    if not child:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        try:
            action()
            os.write(there, b"done")
        except DomainesError as error:
            os.write(there, str(error).encode())
        finally:
            os._exit(0)
    os.close(there)
    os.waitpid(child, 0)
    with os.fdopen(back, "rb") as told:
        return told.read().decode()


@pytest.fixture
def closed_store():
    """A store nobody may write, in a folder nobody may write."""
    folder = Path(tempfile.mkdtemp(prefix="domaines-", dir="/tmp"))
    journal = SqliteJournal(str(folder / "a.db"))
    journal.record(choice("k1"))
    journal.close()
    (folder / "a.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder / "a.db"
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_file_is_a_sentence(closed_store):
    told = as_nobody(closed_store.parent, lambda: SqliteJournal(str(closed_store)))
    assert "ne peut être modifié" in told.replace("ne peut pas être", "ne peut être")
    assert "--read-only" in told


def test_a_read_only_file_can_be_read(closed_store):
    def read():
        journal = SqliteJournal(str(closed_store), read_only=True)
        assert [each.key for each in journal.since(0)[1]] == ["k1"]

    assert as_nobody(closed_store.parent, read) == "done"


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(OutputError, match="ne peut être ouvert : vérifier que le dossier existe"):
        SqliteJournal(str(tmp_path / "rien" / "a.db"))


def test_reading_only_does_not_make_a_store(tmp_path):
    with pytest.raises(InputError, match="n'existe pas : retirer --read-only pour commencer une base"):
        SqliteJournal(str(tmp_path / "a.db"), read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_never_shown():
    assert shown_store("postgresql://moi:se@cret@hote/base") == "« postgresql://moi:***@hote/base »"
    assert shown_store("dossier/annotations.db") == "« dossier/annotations.db »"


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "x" * 61])
def test_a_name_that_says_nothing_is_refused(name):
    with pytest.raises(UsageError, match="donner un nom de 1 à 60 caractères"):
        annotator_name(name)
