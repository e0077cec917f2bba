"""A file's rows as the review page is given them: queues, blind samples, identifiers, explanations."""

import numpy as np
import pytest

from pipeline.corpus import fingerprint
from pipeline.domains import LABELS
from pipeline.errors import InputError, UsageError
from pipeline.registry import load_model
from pipeline.results import HeldOut
from pipeline.review import Decision, Desk, SqliteJournal
from pipeline.workflow import second_look
from pipeline.workflow.examples import read_examples
from pipeline.workflow.reviewing import load_rows
from pipeline.workflow.second_look import not_learnt

HEADER = "id,description," + ",".join(f"p_{label}" for label in LABELS) + ",modele\n"
# Margins: A 0.8, B 0.1 (acces or autre), C none (no word), D 0.3 (acces or culture), E 0.02 (autre or acces).
LABELLED = HEADER + (
    "A,wifi gratuit,0.9,0.1,0,0,0,m 1 a\n"
    "B,borne wifi,0.5,0.1,0,0,0.4,m 1 a\n"
    "C,,,,,,,m 1 a\n"
    "D,<b>visite</b> du château,0.6,0.1,0.3,0,0,m 1 a\n"
    'E,"école, canton",0.48,0.02,0,0,0.5,m 1 a\n'
)


@pytest.fixture(scope="module")
def model(small_model):
    return load_model(str(small_model))


@pytest.fixture
def load(tmp_path, model):
    said = []

    def call(content, **options):
        path = tmp_path / "e.csv"
        path.write_text(content, encoding="utf-8")
        rows = load_rows(str(path), model, said.append, **options)
        rows.said = said
        return rows

    return call


def test_the_most_doubtful_come_first_and_a_row_without_word_is_not_asked(load):
    rows = load(LABELLED)
    assert [rows.identity(p)[0] for p in rows.order("doubtful").tolist()] == ["E", "B", "D", "A"]


def test_a_pair_holds_the_rows_that_hesitate_between_its_two_whichever_leads(load):
    rows = load(LABELLED)
    assert rows.queues == (
        "doubtful",
        "pair:acces_numerique|autre",
        "pair:acces_numerique|communication_publique",
        "pair:acces_numerique|action_culturelle",
    )
    assert [rows.identity(p)[0] for p in rows.order("pair:acces_numerique|autre").tolist()] == ["E", "B"]


def test_a_row_is_shown_with_its_files_probabilities_and_explained_by_the_model(load, model):
    rows = load(LABELLED, examples=[("borne wifi", "autre"), ("wifi borne place", "acces_numerique"), ("x", "autre")])
    row = rows.row(1)
    assert (row.number, row.id, row.suggestion, row.blind) == (2, "B", "acces_numerique", False)
    assert row.probabilities == pytest.approx((0.5, 0.1, 0, 0, 0.4))
    assert row.reason == "Le modèle hésite : Accès au numérique 50 %, Autre 40 %"
    assert "".join(piece.text for piece in row.pieces) == "borne wifi"
    assert [len(piece.contributions) for piece in row.pieces] == [5, 0, 5]
    # Its own text, annotated already, is no neighbour.
    assert [example.text for example in row.nearest] == ["wifi borne place"]
    assert any("les mots sont colorés d'après « small" in said for said in rows.said)
    assert rows.row(2).reason == "Aucun mot : le modèle ne propose rien"
    assert load(LABELLED, lang="en").row(1).reason == "The model hesitates: Digital access 50 %, Other 40 %"


def test_a_files_own_reason_is_shown(load):
    rows = load("id,description,raison\nA,wifi,voisins d'un autre avis\nB,école,\n")
    assert rows.row(0).reason == "voisins d'un autre avis"
    assert rows.row(1).reason.startswith("Le modèle hésite :")


def test_a_file_not_labelled_is_labelled_by_the_model(load, model):
    rows = load('description\nwifi gratuit sur la place du marché\n" "\n')
    assert rows.model == model.reference
    assert rows.row(0).suggestion == "acces_numerique"
    assert rows.row(1).suggestion == ""
    assert rows.identity(0)[0] == "ligne 1"
    assert rows.positions(["ligne 2", "ligne 9", "ligne x", "A"]) == {"ligne 2": 1}


@pytest.mark.parametrize("content", ["id,description\nA,un\nA,deux\n", "id,description\nA,un\n,deux\n"])
def test_identifiers_that_do_not_identify_are_told_and_left_out(load, content):
    rows = load(content)
    assert [rows.identity(p)[0] for p in (0, 1)] == ["ligne 1", "ligne 2"]
    assert any("des valeurs vides ou en double" in said for said in rows.said)


def sheet(tmp_path, content):
    path = tmp_path / "feuille.csv"
    path.write_text(content, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "content", ['id,probabilite_inclusion\nE,0.5\nA,"0,25"\n', "ligne,probabilite_inclusion\n5,0.5\n1,0.25\n"]
)
def test_a_sample_is_blind_and_in_no_other_queue(load, tmp_path, content):
    rows = load(LABELLED, sample=sheet(tmp_path, content))
    assert rows.queues[:2] == ("doubtful", "audit")
    assert [rows.identity(p)[0] for p in rows.order("audit").tolist()] == ["A", "E"]
    assert [rows.identity(p)[0] for p in rows.order("doubtful").tolist()] == ["B", "D"]
    assert [rows.row(p).inclusion for p in (0, 4)] == [0.25, 0.5]
    assert set(rows.row(4).as_json()) == {"number", "id", "text", "blind"}


def test_the_sheet_itself_can_be_reviewed_and_its_rows_keep_their_number(load, tmp_path):
    rows = load("description,ligne,probabilite_inclusion\nécole,5,0.5\nwifi,2,0.5\n")
    assert rows.identity(0)[0] == "ligne 5"
    assert rows.positions(["ligne 2", "ligne 1"]) == {"ligne 2": 1}
    journal = SqliteJournal(str(tmp_path / "a.db"))
    desk = Desk(rows, journal)
    desk.decide("Zoé", "une-cle-1", 0, "autre", "audit")
    assert [(each.row, each.row_id, each.inclusion) for each in journal.labels()] == [(5, "ligne 5", 0.5)]
    assert desk.next("Zoé", "audit") == 1
    assert desk.undo("Zoé", "une-cle-2") == 0
    journal.close()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id,domaine_verifie\nA,autre\n", "n'est pas une feuille d'audit"),
        ("id,probabilite_inclusion\nZ,0.5\n", r"1 lignes \(dont « Z »\) ne sont pas dans le fichier"),
        ("id,probabilite_inclusion\nA,beaucoup\n", r"\(dont « A »\) ne sont pas dans le fichier, ou n'ont pas de prob"),
    ],
)
def test_a_sheet_of_another_file_is_refused(load, tmp_path, content, sentence):
    with pytest.raises(InputError, match=sentence):
        load(LABELLED, sample=sheet(tmp_path, content))


def test_a_file_without_rows_or_text_is_refused(load):
    with pytest.raises(InputError, match="n'a qu'un en-tête : il n'y a rien à relire"):
        load("id,description\n")
    with pytest.raises(UsageError, match="Aucune colonne de texte reconnue"):
        load("id,nombre\nA,3\n")


@pytest.mark.parametrize(("words", "found"), [("WIFI", [0, 1]), ("visite", [3]), ("<b>", [3]), ("a.*", []), ("[", [])])
def test_searching_takes_words_as_they_are(load, words, found):
    assert load(LABELLED).find(words, 20) == found


def test_a_long_text_is_explained_at_its_beginning_only(load):
    text = "wifi place " * 5_000
    row = load(f"id,description\nA,{text}\n").row(0)
    assert "".join(piece.text for piece in row.pieces) == row.text
    assert sum(bool(piece.contributions) for piece in row.pieces) < 1_000


def test_examples_come_from_files_and_folders(tmp_path):
    (tmp_path / "un.csv").write_text("description,domaine\nwifi,acces_numerique\n")
    (tmp_path / "deux.csv").write_text("description,domaine\nécole,services_scolaires\n")
    folder = read_examples([str(tmp_path)], lambda _: None)
    assert folder == [("école", "services_scolaires"), ("wifi", "acces_numerique")]
    assert read_examples([str(tmp_path / "un.csv")], lambda _: None) == [("wifi", "acces_numerique")]


ANNOTATED = "id,description,domaine\n" + "".join(
    [f"W{n},wifi gratuit sur la place numéro {n},acces_numerique\n" for n in range(12)]
    + [f"E{n},tablettes pour les élèves de l'école {n},services_scolaires\n" for n in range(12)]
    + ["X,wifi gratuit sur la place du bourg,services_scolaires\n"]
)


def test_an_annotated_file_offers_its_doubted_labels_with_their_named_reasons(load):
    rows = load(ANNOTATED)
    assert rows.queues[:2] == ("doubtful", "doubted")
    first = int(rows.order("doubted")[0])
    assert rows.identity(first)[0] == "X"
    french = rows.row(first)
    assert french.doubt.startswith("Annoté « Services scolaires », à revoir : ")
    assert "voisins d'un autre domaine" in french.doubt
    # Elsewhere the row is shown as any other: who labels it again is not told what was chosen.
    assert french.reason.startswith("Le modèle hésite :")
    assert "doubt" not in french.as_json()
    english = load(ANNOTATED, lang="en").row(first)
    assert english.doubt.startswith("Labelled “School services”, to see again: ")
    assert "neighbours disagree" in english.doubt
    assert "25 lignes déjà annotées, dont" in rows.said[-1]


class Remembering:
    """A model that kept what it said, unseen, of one text."""

    def held_out(self):
        said = np.array([[0.0, 0.1, 0.2, 0.3, 0.4]])
        return HeldOut(np.array([fingerprint("Wifi gratuit")]), np.zeros(1), np.zeros(1), said, np.array([]))


def test_a_text_that_taught_the_model_is_judged_by_one_that_had_not_seen_it():
    prints = [fingerprint("école"), fingerprint("wifi  GRATUIT"), fingerprint("")]
    given = np.array([[0.6, 0.1, 0.1, 0.1, 0.1], [1, 0, 0, 0, 0], [np.nan] * 5])
    found = not_learnt(prints, given, Remembering())
    assert found.tolist() == [[0.6, 0.1, 0.1, 0.1, 0.1], [0.0, 0.1, 0.2, 0.3, 0.4], [0.2] * 5]


def test_a_file_a_model_labelled_has_no_labels_of_people(load):
    assert "doubted" not in load(LABELLED).queues
    assert "doubted" not in load(LABELLED.replace(",modele", ",domaine").replace("m 1 a", "autre")).queues
    kept = LABELLED.replace(",modele\n", ",domaine_entree\n").replace(",m 1 a", ",services_scolaires")
    assert "doubted" in load(kept).queues


def test_a_blind_sample_is_never_among_the_doubts(load, tmp_path):
    lines = "".join(f"{row},0.5\n" for row in ("X", "W1"))
    rows = load(ANNOTATED, sample=sheet(tmp_path, "id,probabilite_inclusion\n" + lines))
    assert not {"X", "W1"} & {rows.identity(p)[0] for p in rows.order("doubted").tolist()}
    blind = next(p for p in range(len(rows)) if rows.identity(p)[0] == "X")
    assert rows.row(blind).doubt == ""
    assert set(rows.row(blind).as_json()) == {"number", "id", "text", "blind"}


def test_decisions_of_the_store_are_doubted_too_and_blind_ones_left_alone(load):
    unlabelled = "".join(line.rpartition(",")[0] + "\n" for line in ANNOTATED.splitlines())
    texts = dict(line.split(",") for line in unlabelled.splitlines()[1:])

    def decided(row_id, label, **options):
        return Decision(row_id, "Zoé", "choose", row_id, texts[row_id], label, **options)

    wrong = [decided(f"W{n}", "acces_numerique") for n in range(1, 9)] + [decided("X", "autre")]
    assert rows_doubted(load(unlabelled, decided=wrong))[0] == "X"
    blind = [*wrong[:-1], decided("X", "autre", blind=True)]
    assert "X" not in rows_doubted(load(unlabelled, decided=blind))


def rows_doubted(rows):
    return [rows.identity(p)[0] for p in rows.order("doubted").tolist()] if "doubted" in rows.queues else []


def test_annotations_that_are_not_labels_are_said_and_left_aside(load):
    rows = load("id,description,domaine\nA,wifi,acces_numeriq\nB,école,\n")
    assert "doubted" not in rows.queues
    said = rows.said[-1]
    assert "1 annotations inconnues, laissées de côté (ligne 1 : « acces_numeriq »)" in said
    assert "vouliez-vous dire « acces_numerique » ?" in said


def test_past_a_bound_only_the_least_likely_labels_are_judged(load, monkeypatch):
    monkeypatch.setattr(second_look, "MOST_JUDGED", 1)
    assert rows_doubted(load(ANNOTATED)) == ["X"]
