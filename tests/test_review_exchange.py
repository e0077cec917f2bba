"""Other tools' files in their documented formats, the tables of this project, merges, agreement."""

import csv
import json
import uuid

import pytest

from pipeline.domains import LABELS
from pipeline.results import Agreement
from pipeline.review import Decision, SqliteJournal
from pipeline.review.agreement import agreement, cohen_kappa, krippendorff_alpha
from pipeline.review.exchange import Answer, Item, from_argilla, from_doccano, from_label_studio, to_doccano
from pipeline.workflow.pieces import pieces_of

HOSTILE = '<script>x</script> ; "q" \u202eשלום\u202c\nligne 2 = \U0001f600'

# As labelstud.io/guide/task_format shows an export, for a text and single choices.
LABEL_STUDIO = [
    {
        "id": 12,
        "created_at": "2026-11-09T21:52:49.513742Z",
        "updated_at": "2026-11-09T22:16:08.746926Z",
        "project": 83,
        "data": {"text": "wifi place", "identifiant": "D1", "ligne": 1},
        "annotations": [
            {
                "id": 1001,
                "result": [
                    {
                        "from_name": "domaine",
                        "id": "Dx_aB91ISN",
                        "to_name": "text",
                        "type": "choices",
                        "value": {"choices": ["acces_numerique"]},
                    }
                ],
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-11-09T22:16:08.728353Z",
                "updated_at": "2026-11-09T22:16:08.728378Z",
                "lead_time": 4.288,
                "task": 12,
                "completed_by": {"id": 10, "email": "zoe@exemple.fr"},
            },
            {"id": 1002, "result": [], "was_cancelled": True, "completed_by": 11},
        ],
        "predictions": [],
    },
    # JSON-MIN: flat, the choice under the name of the control.
    {"text": "école", "identifiant": "D2", "id": 13, "domaine": "Services scolaires", "annotator": 10},
]
# As doccano exports text classification: JSONL, « label » a list, what was imported beside the text kept.
DOCCANO = [
    {"id": 31, "text": "wifi place", "label": ["acces_numerique"], "identifiant": "D1", "ligne": 1, "Comments": []},
    {"id": 32, "text": "école", "label": [], "identifiant": "D2", "ligne": 2, "Comments": []},
    {"id": 33, "text": "musée", "label": ["autre", "action_culturelle"], "identifiant": "D3", "ligne": 3},
    {"id": 34, "text": "perdu", "label": ["autre"]},
]
# As Argilla's Record.to_dict gives them.
USER = str(uuid.uuid4())
ARGILLA = [
    {
        "id": "1",
        "fields": {"text": "wifi place"},
        "metadata": {"identifiant": "D1", "ligne": 1},
        "suggestions": {"domaine": {"value": "autre", "score": 0.7, "agent": "default"}},
        "responses": {
            "domaine": [
                {"value": "acces_numerique", "user_id": USER},
                {"value": "autre", "user_id": USER, "status": "discarded"},
            ]
        },
        "vectors": {},
        "_server_id": str(uuid.uuid4()),
    },
    {"id": "2", "fields": {"text": "x"}, "metadata": {}, "suggestions": {}, "responses": {}, "vectors": {}},
]


def choice(key, label, annotator="Zoé", row=1, text="un texte", row_id=None, **others):
    return Decision(
        key,
        annotator,
        "choose",
        row_id or f"D{row}",
        text,
        label,
        source="e.csv",
        row=row,
        suggestion="autre",
        **others,
    )


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "annotations.db"
    journal = SqliteJournal(str(path))
    journal.agree_on(LABELS)
    journal.record(choice("k1", "autre", inclusion=0.5, blind=True))
    journal.record(choice("k2", "acces_numerique", annotator="Bo"))
    journal.record(choice("k3", "services_scolaires", row=2, text=HOSTILE))
    journal.record(choice("k4", "autre", row=3, row_id="ligne 3", text="=1+1"))
    journal.close()
    return path


def held(path):
    journal = SqliteJournal(str(path), read_only=True)
    found = {(each.row_id, each.text, each.annotator, each.after) for each in journal.current()}
    journal.close()
    return found


def test_label_studios_export_is_read():
    items, faults = from_label_studio(LABEL_STUDIO, "e.json")
    assert faults == []
    assert items == [
        Item(
            "D1", 1, "wifi place", answers=(Answer("zoe@exemple.fr", "acces_numerique", "2026-11-09T22:16:08.728378Z"),)
        ),
        Item("D2", 0, "école", answers=(Answer("Label Studio 10", "Services scolaires"),)),
    ]


def test_doccanos_export_is_read_and_what_cannot_be_used_is_told():
    items, faults = from_doccano(DOCCANO, "e.jsonl", "Zoé")
    assert items == [Item("D1", 1, "wifi place", answers=(Answer("Zoé", "acces_numerique"),)), Item("D2", 2, "école")]
    assert [(fault.row, fault.reason) for fault in faults] == [
        (3, "plusieurs étiquettes (autre, action_culturelle) : une seule est attendue"),
        (4, "sans « identifiant » ni « ligne » : on ne sait de quelle ligne il s'agit"),
    ]


def test_argillas_records_are_read_without_what_was_discarded():
    items, faults = from_argilla(ARGILLA, "e.json")
    assert items == [Item("D1", 1, "wifi place", answers=(Answer(f"Argilla {USER}", "acces_numerique"),))]
    assert [fault.row for fault in faults] == [2]


@pytest.mark.parametrize("read", [from_label_studio, from_argilla, lambda e, f: from_doccano(e, f, "Zoé")])
@pytest.mark.parametrize("entry", [None, 3, [], "x", {}, {"data": None}, {"fields": 1}, {"text": 1, "label": {}}])
def test_an_entry_of_any_form_is_a_fault_and_never_an_exception(read, entry):
    items, faults = read([entry], "e.json")
    assert items == []
    assert faults[0].row == 1


@pytest.mark.parametrize(("form", "name"), [("label-studio", "t.json"), ("doccano", "t.jsonl"), ("argilla", "t.json")])
def test_what_goes_out_comes_back_the_same(run, store, tmp_path, form, name):
    code, _, err = run("annotations", "export", store, "-o", tmp_path / name, "--format", form)
    assert code == 0
    assert f"3 lignes écrites dans « {tmp_path / name} »." in err
    who = ("--annotator", "Zoé") if form == "doccano" else ()
    code, _, err = run("annotations", "import", tmp_path / "autre.db", tmp_path / name, *who)
    expected = held(store)
    if form == "doccano":
        # doccano's file holds one set of labels for a text, without who: two answers are told, not chosen from.
        assert code == 1
        expected = {each for each in expected if each[0] != "D1"}
    assert held(tmp_path / "autre.db") == expected


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.jsonl"])
def test_our_tables_go_out_and_come_back(run, store, tmp_path, name):
    assert run("annotations", "export", store, "-o", tmp_path / name, "--by-annotator")[0] == 0
    assert run("annotations", "import", tmp_path / "autre.db", tmp_path / name)[0] == 0
    assert {each[0::2] for each in held(tmp_path / "autre.db")} == {each[0::2] for each in held(store)}
    again = run("annotations", "import", tmp_path / "autre.db", tmp_path / name)[2]
    assert "0 décisions ajoutées à" in again
    assert "4 y étaient déjà." in again


def test_the_table_is_what_shares_reads(run, store, tmp_path):
    run("annotations", "export", store, "-o", tmp_path / "v.csv")
    with open(tmp_path / "v.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["ligne"], row["domaine_verifie"]) for row in rows] == [
        ("D1", "1", "acces_numerique"),
        ("D2", "2", "services_scolaires"),
        ("", "3", "autre"),
    ]
    assert rows[0]["probabilite_inclusion"] == ""


def test_rows_go_out_with_their_suggestion_decided_or_not(run, store, tmp_path, monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))
    (tmp_path / "e.csv").write_text("id,description\nD1,un texte\nD9,wifi gratuit sur la place\n", encoding="utf-8")
    arguments = ("--format", "label-studio", "--rows", tmp_path / "e.csv", "--model", "small")
    code, _, err = run("annotations", "export", store, "-o", tmp_path / "t.json", *arguments)
    assert code == 0
    assert '<Choices name="domaine" toName="text" choice="single"><Choice value="acces_numerique"/>' in err
    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert [task["data"]["identifiant"] for task in tasks] == ["D1", "D9", "D2", ""]
    assert [len(task["annotations"]) for task in tasks] == [2, 0, 1, 1]
    prediction = tasks[1]["predictions"][0]
    assert prediction["result"][0]["value"] == {"choices": ["acces_numerique"]}
    assert 0 < prediction["score"] <= 1


def test_a_suggestion_does_not_come_back_from_doccano_as_a_decision():
    assert to_doccano([Item("D1", 1, "t", suggestion="autre", score=0.9)])[0]["label"] == []


def test_unknown_labels_are_faults_with_their_row_and_the_rest_goes_in(run, tmp_path):
    source = tmp_path / "t.csv"
    source.write_text(
        "id,description,domaine_verifie,annotateur\nA,un,autre,Zoé\nB,deux,action_culturel,Zoé\n,trois,autre,Zoé\n",
        encoding="utf-8",
    )
    code, _, err = run("annotations", "import", tmp_path / "a.db", source)
    assert code == 1
    assert "1 décisions ajoutées" in err
    with open(f"{source}.faults.csv", encoding="utf-8", newline="") as file:
        assert [(row["ligne"], row["raison"]) for row in csv.DictReader(file)] == [
            ("2", "étiquette inconnue « action_culturel » ; vouliez-vous dire « action_culturelle » ?"),
            ("3", "sans « id » ni « ligne » : on ne sait de quelle ligne il s'agit"),
        ]


@pytest.mark.parametrize(
    ("name", "content", "code", "sentence"),
    [
        ("t.json", "{", 3, "n'est pas du JSON lisible"),
        ("t.json", '{"a": 1}', 3, "une liste d'entrées est attendue"),
        ("t.jsonl", '{"text": "a", "label": ["autre"], "ligne": 1}\n', 2, "le dire avec --annotator NOM"),
        ("t.csv", "description,domaine_verifie\na,autre\n", 3, "et « id » ou « ligne » pour dire où"),
        ("t.csv", "id,description,domaine_verifie\nA,a,autre\n", 2, "dire qui a annoté avec --annotator NOM"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(run, tmp_path, name, content, code, sentence):
    (tmp_path / name).write_text(content, encoding="utf-8")
    got, _, err = run("annotations", "import", tmp_path / "a.db", tmp_path / name)
    assert got == code
    assert sentence in err


def test_a_copied_store_is_merged_once_and_left_as_it_was(run, store, tmp_path):
    mine = tmp_path / "mien.db"
    journal = SqliteJournal(str(mine))
    journal.record(choice("m1", "services_scolaires"))
    journal.close()
    before = store.read_bytes()
    _, _, err = run("annotations", "merge", mine, store)
    assert f"4 décisions ajoutées à « {mine} », 0 y étaient déjà." in err
    assert "1 lignes ont sous un même nom deux étiquettes venues de deux bases" in err
    assert "0 décisions ajoutées" in run("annotations", "merge", mine, store)[2]
    assert store.read_bytes() == before


def test_a_merge_of_other_labels_is_refused(run, store, tmp_path):
    other = SqliteJournal(str(tmp_path / "b.db"))
    other.agree_on(["a", "b"])
    other.close()
    code, _, err = run("annotations", "merge", store, tmp_path / "b.db")
    assert code == 4
    assert "prendre le modèle de ces étiquettes" in err


# Agreement. The first two cases are Krippendorff's own (2011), sections A and B.


def test_alpha_of_binary_data():
    units = zip("0100000010", "1110010000", strict=True)
    assert krippendorff_alpha(units) == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_nominal_data():
    assert krippendorff_alpha(zip("aabbdcccedda", "babbbccceddd", strict=True)) == pytest.approx(0.692, abs=5e-4)


def test_alpha_with_missing_answers():
    # Three people, by hand: pairs of different labels weigh 2 (row 2) and 4 / 2 (row 3), n = 7, a: 5, b: 2.
    units = ["aa", "ab", "aab", "b"]
    assert krippendorff_alpha(units) == pytest.approx(1 - 6 * (2 + 4 / 2) / (49 - 25 - 4))


def test_kappa_by_hand():
    # 3 of 4 alike; by chance 1/2 × 3/4 + 1/2 × 1/4 = 1/2; (3/4 - 1/2) / (1 - 1/2).
    assert cohen_kappa("aabb", "aaab") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("one", "other", "kappa"), [("ab", "ab", 1.0), ("ab", "ba", -1.0), ("aa", "aa", None), ("", "", None)]
)
def test_kappa_at_its_limits(one, other, kappa):
    assert cohen_kappa(one, other) == kappa


def test_agreement_by_pair_and_by_rule():
    rows = [("D1", "t"), ("D2", "t"), ("D3", "t"), ("D4", "t")]
    answers = {
        "Zoé": dict(zip(rows, ["a", "a", "b", "b"], strict=True)),
        "Bo": dict(zip(rows, ["a", "a", "a", "b"], strict=True)),
        "Ana": {("D9", "t"): "a"},
    }
    found = agreement(answers, ["a", "b", "c"])
    assert (found.n, [(pair.one, pair.other, pair.n, pair.kappa) for pair in found.pairs]) == (
        4,
        [("Bo", "Zoé", 4, pytest.approx(0.5))],
    )
    assert [(rule.label, rule.n) for rule in found.rules] == [("a", 3), ("b", 2)]
    # Two labels only: each against the rest is the whole.
    assert {round(rule.alpha, 9) for rule in found.rules} == {round(found.alpha, 9)}


def test_agreement_says_itself(run, store):
    code, out, _ = run("annotations", "agreement", store)
    assert code == 0
    assert out == (
        "1 lignes annotées par deux personnes ou plus : alpha de Krippendorff 0,000.\n"
        "Bo et Zoé : 1 lignes, 0,0 % d'étiquettes égales, kappa de Cohen 0,000.\n"
        "acces_numerique, contre les autres : 1 lignes, alpha 0,000.\n"
        "autre, contre les autres : 1 lignes, alpha 0,000.\n"
    )
    assert json.loads(run("annotations", "agreement", store, "--json")[1])["n"] == 1
    assert (
        Agreement(0, None, (), ()).as_text("en") == "No row was labelled by two people: agreement cannot be measured."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’école d'Arles", ["l'", "école", "d'", "arles"]),
        ("a <b>x</b> fin", ["a", "x", "absent", "fin"]),
        ("İstanbul wifi", ["wifi"]),
        ("", []),
    ],
)
def test_pieces_joined_are_the_text(text, words):
    assert "".join(piece for piece, _ in pieces_of(text, words)) == text
