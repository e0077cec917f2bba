"""Reading back an audited table: what is usable, what is set aside and with which words."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.audit_sheets import Labelled, draw_from, draw_sentence, matched, row_checks, written_inclusion
from pipeline.domains import LABELS
from pipeline.errors import InputError
from pipeline.results import Draw
from pipeline.workflow.auditing import keys_of, read_audited

TEXTS = ["wifi", "école", "musée", "site", "égout", "fibre"]


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    lines = [f"R{number},{text},autre" for number, text in enumerate(TEXTS, start=1)]
    path.write_text("\n".join(["id,description,domaine", *lines]) + "\n", encoding="utf-8")
    return str(path)


def read(tmp_path, labelled, content):
    path = tmp_path / "sheet.csv"
    path.write_text(content, encoding="utf-8")
    return read_audited(str(path), labelled, LABELS)


def reasons(sample):
    return [(fault.row, fault.reason) for fault in sample.faults]


def test_rows_are_found_by_id_and_come_in_the_order_of_the_file(tmp_path, labelled):
    sample = read(tmp_path, labelled, "id,domaine_verifie\nR5,autre\nR1,acces_numerique\nR2,services_scolaires\n")
    assert sample.rows.tolist() == [0, 1, 4]
    assert [LABELS[label] for label in sample.labels] == ["acces_numerique", "services_scolaires", "autre"]
    assert sample.inclusion.tolist() == [0.5, 0.5, 0.5]
    assert sample.strata.tolist() == [0, 0, 0]
    assert (sample.faults, sample.notes) == ((), ())


def test_rows_are_found_by_number_from_one(tmp_path, labelled):
    sample = read(tmp_path, labelled, "ligne;domaine_verifie;probabilite_inclusion\n1;autre;0,5\n6.0;autre;1\n")
    assert sample.rows.tolist() == [0, 5]
    assert sample.inclusion.tolist() == [0.5, 1.0]


def test_an_id_wins_over_a_number_that_a_new_sort_made_false(tmp_path, labelled):
    assert read(tmp_path, labelled, "ligne,id,domaine_verifie\n1,R6,autre\n").rows.tolist() == [5]


def test_labels_are_known_by_their_names_too(tmp_path, labelled):
    content = "id,domaine_verifie\nR1,Accès au numérique\nR2,School services\nR3, action_culturelle \n"
    sample = read(tmp_path, labelled, content)
    assert [LABELS[label] for label in sample.labels] == ["acces_numerique", "services_scolaires", "action_culturelle"]


def test_a_row_of_the_sheet_that_is_too_short_is_told(tmp_path, labelled):
    sample = read(tmp_path, labelled, "id,domaine_verifie,remarque\nR1,autre\nR2,autre,\n")
    assert sample.rows.tolist() == [0, 1]
    assert sample.notes == (
        f"« {tmp_path / 'sheet.csv'} » a 1 anomalie(s) de forme, lues au mieux "
        "(la première : ligne 1, ligne à 2 cellules pour 3 colonnes).",
    )


def test_each_bad_row_is_set_aside_with_its_sentence(tmp_path, labelled):
    content = (
        "id,ligne,domaine_verifie,probabilite_inclusion\n"
        "R9,,autre,0.5\n"
        ",7,autre,0.5\n"
        ",,autre,0.5\n"
        "R1,,service_scolaire,0.5\n"
        "R2,,xyz,0.5\n"
        "R3,,autre,0\n"
        "R4,,autre,\n"
        "R5,,autre,1.5\n"
        "R6,,autre,0.5\n"
    )
    sample = read(tmp_path, labelled, content)
    assert sample.rows.tolist() == [5]
    assert reasons(sample) == [
        (1, f"l'identifiant « R9 » n'est pas dans « {labelled} » : est-ce le bon fichier ?"),
        (2, f"la ligne « 7 » n'est pas dans « {labelled} », qui en a 6 : est-ce le bon fichier ?"),
        (3, "ni « id » ni « ligne » : dire de quelle ligne du fichier il s'agit"),
        (4, "domaine inconnu « service_scolaire » ; vouliez-vous dire « services_scolaires » ?"),
        (5, f"domaine inconnu « xyz » ; domaines connus : {', '.join(LABELS)}"),
        (6, "probabilité d'inclusion « 0 » : elle doit être au-dessus de 0 et au plus 1"),
        (7, "probabilité d'inclusion manquante : la reprendre de la feuille d'origine"),
        (8, "probabilité d'inclusion « 1.5 » : elle doit être au-dessus de 0 et au plus 1"),
    ]


def test_a_row_with_two_labels_is_set_aside_and_one_said_twice_counts_once(tmp_path, labelled):
    content = "id,domaine_verifie\nR1,autre\nR2,autre\nR1,action_culturelle\nR2,autre\n"
    sample = read(tmp_path, labelled, content)
    assert sample.rows.tolist() == [1]
    assert reasons(sample) == [
        (
            3,
            "la ligne 1 du fichier est 2 fois dans la feuille avec des domaines différents "
            "(« autre » ligne 1, « action_culturelle » ligne 3) : n'en garder qu'un",
        )
    ]


def test_an_id_that_repeats_in_the_file_is_settled_by_the_row_number(tmp_path):
    (tmp_path / "labelled.csv").write_text("id,domaine\nA,autre\nA,autre\nB,autre\n")
    content = "id,ligne,domaine_verifie\nA,2,autre\nA,,autre\n"
    sample = read(tmp_path, str(tmp_path / "labelled.csv"), content)
    assert sample.rows.tolist() == [1]
    assert reasons(sample)[0][1].startswith("l'identifiant « A » est 2 fois dans")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id,domaine_verifie\nR1,\n", "aucune des 1 lignes n'a de « domaine_verifie »"),
        ("id,domaine_verifie\n", "aucune des 0 lignes n'a de « domaine_verifie »"),
        ("id,domaine_verifie\nR1,xyz\n", "aucune ligne remplie n'est utilisable (1 écartées). Ligne 1 : domaine"),
        ("id,domaine\nR1,autre\n", "n'a pas de colonne « domaine_verifie »"),
        ("texte,domaine_verifie\nR1,autre\n", "n'a ni colonne « id » ni colonne « ligne »"),
    ],
)
def test_a_table_that_tells_nothing_is_refused(tmp_path, labelled, content, words):
    with pytest.raises(InputError) as refused:
        read(tmp_path, labelled, content)
    assert words in str(refused.value)


def drawn(draw=None, **changes):
    """A sheet as the draw writes it, two rows of the six, then changed."""
    sentence = draw_sentence(draw or Draw("uniforme", 2, 6, 7))
    frame = pl.DataFrame(
        {
            "rang": ["1", "2"],
            "ligne": ["2", "4"],
            "description": ["école", "site"],
            "domaine_verifie": ["services_scolaires", "communication_publique"],
            "probabilite_inclusion": ["0.333333", "0.333333"],
            "tirage": [sentence, sentence],
        }
    )
    frame = frame.with_columns(row_checks(frame, "description"))
    return frame.with_columns(pl.Series(name, values) for name, values in changes.items())


KEYS = Labelled("f.csv", 6, pl.DataFrame({"description": TEXTS}))


def test_a_sheet_left_as_drawn_has_nothing_to_say():
    sample = matched(drawn(), "s.xlsx", KEYS, LABELS)
    assert (sample.faults, sample.notes) == ((), ())
    assert sample.draw == Draw("uniforme", 2, 6, 7)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"probabilite_inclusion": ["0.333333", "0.9"]}, "ont changé depuis le tirage"),
        ({"ligne": ["2", "5"]}, "le texte n'est pas celui de la ligne 5 de « f.csv »"),
        ({"description": ["école", "autre chose"]}, "le texte n'est pas celui de la ligne 4"),
    ],
)
def test_what_changed_since_the_draw_is_told(changes, words):
    sample = matched(drawn(**changes), "s.xlsx", KEYS, LABELS)
    assert sample.rows.tolist() == [1]
    assert [fault.row for fault in sample.faults] == [2]
    assert words in sample.faults[0].reason


def test_a_row_added_after_the_draw_is_set_aside():
    added = pl.DataFrame({"ligne": ["6"], "domaine_verifie": ["autre"], "probabilite_inclusion": ["0.333333"]})
    sheet = pl.concat([drawn(), added], how="diagonal").with_columns(pl.all().fill_null(""))
    sample = matched(sheet, "s.xlsx", KEYS, LABELS)
    assert sample.rows.tolist() == [1, 3]
    assert "ajoutée après le tirage" in sample.faults[0].reason


def test_probabilities_taken_out_of_an_active_sheet_are_not_taken_as_uniform():
    sheet = drawn(Draw("actif", 2, 6, 7)).drop("probabilite_inclusion", "controle")
    with pytest.raises(InputError, match="Ligne 1 : probabilité d'inclusion manquante"):
        matched(sheet, "s.xlsx", KEYS, LABELS)
    assert matched(drawn().drop("probabilite_inclusion", "controle"), "s.xlsx", KEYS, LABELS).inclusion[0] == 1 / 3


def test_rows_blank_or_gone_are_counted():
    draw = Draw("uniforme", 5, 6, 7)
    sample = matched(drawn(draw, domaine_verifie=["autre", ""]), "s.xlsx", KEYS, LABELS)
    assert sample.notes == (
        "1 ligne de la feuille sans domaine vérifié, mise de côté comme si le hasard "
        "l'avait voulu : l'intervalle n'est sûr que si toutes sont remplies, sans choisir.",
        "3 lignes sur les 5 du tirage ne sont plus dans la feuille : ne pas en retirer à dessein.",
    )


def test_rows_in_another_order_are_found_and_it_is_said():
    sample = matched(drawn()[[1, 0]], "s.xlsx", KEYS, LABELS)
    assert sample.rows.tolist() == [1, 3]
    assert sample.notes == (
        "Les lignes de la feuille ne sont plus dans l'ordre du tirage : chacune a été retrouvée dans le fichier.",
    )


@settings(deadline=None)
@given(st.permutations(range(2)), st.floats(1e-9, 1.0))
def test_order_changes_nothing(order, probability):
    sheet = (
        drawn()
        .drop("controle", "tirage")
        .with_columns(pl.lit(written_inclusion(probability)).alias("probabilite_inclusion"))
    )
    one, other = (matched(frame, "s.csv", KEYS, LABELS) for frame in (sheet, sheet[list(order)]))
    assert one.rows.tolist() == other.rows.tolist()
    assert one.labels.tolist() == other.labels.tolist()
    np.testing.assert_allclose(one.inclusion, probability, rtol=1e-5)


@settings(deadline=None)
@given(
    st.sampled_from(["uniforme", "stratifie", "actif"]), st.integers(1, 10**6), st.integers(0, 2**31), st.text("abc é")
)
def test_the_sentence_of_a_draw_reads_back(method, size, seed, column):
    draw = Draw(method, size, 2 * size, seed, column.strip(), "default 1 0123", seed % 2 == 0)
    assert draw_from(draw_sentence(draw)) == draw


def test_the_keys_of_a_file_without_any_keep_its_number_of_rows(tmp_path):
    (tmp_path / "a.csv").write_text("domaine,p\nautre,1\nautre,1\n")
    assert keys_of(str(tmp_path / "a.csv")).height == 2


def reference(sheet, ids):
    """Read a sheet of ids, numbers, labels and probabilities row by row, as one would by hand."""
    found, places = {}, {}
    for place, name in enumerate(ids):
        places.setdefault(name, []).append(place)
    for identifier, number, label, probability in sheet:
        if not label:
            continue
        row = int(number) - 1 if number.isdigit() and 1 <= int(number) <= len(ids) else None
        if identifier:
            same = places.get(identifier, [])
            row = same[0] if len(same) == 1 else row if row is not None and ids[row] == identifier else None
        if row is None or label not in LABELS or not 0 < float(probability or 0) <= 1:
            continue
        found.setdefault(row, []).append((LABELS.index(label), float(probability)))
    once = {row: read[0] for row, read in found.items() if len({label for label, _ in read}) == 1}
    return [(row, *once[row]) for row in sorted(once)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8),
    st.lists(
        st.tuples(
            st.sampled_from(["", *"abcdefz"]),
            st.sampled_from(["", "0", "1", "2", "5", "9", "x"]),
            st.sampled_from(["", "autre", "action_culturelle", "xyz"]),
            st.sampled_from(["", "0", "0.5", "1", "2"]),
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_columns_joined_whole_read_as_row_by_row(ids, rows):
    names = ["id", "ligne", "domaine_verifie", "probabilite_inclusion"]
    sheet = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    assume(any(row[3] for row in rows if row[2]))
    expected = reference(rows, ids)
    try:
        sample = matched(sheet, "s.csv", Labelled("f.csv", len(ids), pl.DataFrame({"id": ids})), LABELS)
    except InputError:
        assert expected == []
        return
    got = zip(sample.rows.tolist(), sample.labels.tolist(), sample.inclusion.tolist(), strict=True)
    assert list(got) == expected
    filled = sum(bool(row[2]) for row in rows)
    assert len(sample.rows) + len(sample.faults) <= filled
