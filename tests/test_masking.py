"""Masking: cases worked by hand, and texts that must stay as they are."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.masking import mask


def masked(text):
    return mask(pl.Series([text])).texts[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("écrire à jean.dupont@mairie-bourg.fr", "écrire à [courriel]"),
        ("Tél. 01 23 45 67 89", "Tél. [téléphone]"),
        ("0123456789 ou 06.12.34.56.78", "[téléphone] ou [téléphone]"),
        ("+33 (0)6 12 34 56 78", "[téléphone]"),
        ("+33612345678", "[téléphone]"),
        ("atelier de M. Dupont le mardi", "atelier de [personne] le mardi"),
        ("Mme de La Tour anime", "[personne] anime"),
        ("voir le Dr Le Bihan", "voir le [personne]"),
        ("animé par Sophie Martin", "animé par [personne]"),
        ("Jean-Pierre Dupont-Durand, bénévole", "[personne], bénévole"),
        ("Françoise d'Aubigné", "[personne]"),
        ("école Jules Ferry", "école [personne]"),
    ],
)
def test_what_names_a_person_is_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "wifi gratuit sur la place du marché",
        "code INSEE 01004, SIRET 21010004000012",
        "budget de 12 345 678 901 euros",
        "du 01/02/2016 au 03/04/2016",
        "Place Jeanne",
        "le maire, Dupont, inaugure",
        "sophie martin",
        "L'Espace Multimédia de Saint-Étienne",
        "le 17 janvier 2016 à 10 h",
        "",
    ],
)
def test_what_names_no_one_stays_to_the_byte(text):
    assert masked(text) == text


def test_empty_cells_stay_and_counts_are_those_of_the_column():
    found = mask(pl.Series([None, "M. Petit, 01 23 45 67 89", "a@b.fr c@d.fr"], dtype=pl.String))
    assert found.texts.to_list() == [None, "[personne], [téléphone]", "[courriel] [courriel]"]
    assert found.counts == {"emails": 2, "telephones": 1, "names": 1}


@given(st.lists(st.text(max_size=60), max_size=5))
def test_masking_twice_masks_no_more(texts):
    once = mask(pl.Series(texts, dtype=pl.String))
    again = mask(once.texts)
    assert again.texts.to_list() == once.texts.to_list()
    assert sum(again.counts.values()) == 0


def test_label_masks_what_it_writes_and_labels_the_text_as_it_is(run, small_model, monkeypatch, tmp_path):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))
    rows = ["wifi gratuit chez Sophie Martin", "école ; 01 23 45 67 89", "tablettes a@b.fr"]
    (tmp_path / "in.csv").write_text("id\tdescription\n" + "".join(f"{n}\t{row}\n" for n, row in enumerate(rows)))
    words = ("label", tmp_path / "in.csv", "--model", "small", "--resume", "-o")
    assert run(*words, tmp_path / "plain.csv")[0] == 0
    code, _, err = run(*words, tmp_path / "masked.csv", "--mask")
    assert code == 0
    assert "Masqués : 1 courriels, 1 téléphones, 1 noms (des noms restent : relire avant de diffuser)." in err
    plain = pl.read_csv(tmp_path / "plain.csv", infer_schema=False)
    hidden = pl.read_csv(tmp_path / "masked.csv", infer_schema=False)
    assert hidden["description"].to_list() == [
        "wifi gratuit chez [personne]",
        "école ; [téléphone]",
        "tablettes [courriel]",
    ]
    assert hidden.drop("description").equals(plain.drop("description"))
    # What was written without masking is not taken for done when masking is asked for.
    run(*words, tmp_path / "plain.csv", "--mask")
    assert "Sophie" not in (tmp_path / "plain.csv").read_text(encoding="utf-8")


def test_what_is_said_holds_no_text(run, small_model, monkeypatch, tmp_path):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))
    (tmp_path / "in.csv").write_text("id,description,x\n1,le secret de Sophie,y\n2,autre secret,y,z\n")
    _, out, err = run("label", tmp_path / "in.csv", "--model", "small", "-o", tmp_path / "out.csv", "--json")
    assert "secret" not in out + err
