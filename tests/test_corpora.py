"""Checks of the project's own corpora (`make corpus-check`)."""

import csv
from collections import Counter

import pytest

from pipeline.corpus import AnnotatedText, label_faults, near_duplicates, overlap, shared_openings
from pipeline.domains import LABELS
from pipeline.registry import load_model
from pipeline.workflow.corpora import corpus_files, read_corpus
from pipeline.workflow.labelling import labeller_of
from tests.conftest import ROOT

# The texts there must be at the least: what the issue asks.
LEAST_TEXTS = 8000
CORPORA = ROOT / "corpora"


def rows(name):
    with (CORPORA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def annotated():
    return [row for file in corpus_files([str(CORPORA / "annotated")]) for row in rows(file)]


@pytest.fixture(scope="module")
def texts():
    return [item for file in corpus_files([str(CORPORA / "annotated")]) for item in read_corpus(file)]


def test_every_row_has_its_fields_and_an_id_of_its_own(annotated):
    assert set(annotated[0]) >= {"id", "description", "domaine", "source", "kind", "voice"}
    assert len({row["id"] for row in annotated}) == len(annotated)
    kinds = {row["kind_id"] for row in rows("frame.csv")}
    assert {row["kind"] for row in annotated} <= kinds


@pytest.mark.long
def test_labels_are_known_texts_not_empty_and_no_text_has_two(texts):
    others = [item for name in ("contrasts.csv", "lexicon.csv") for item in read_corpus(str(CORPORA / name))]
    assert label_faults([*texts, *others], LABELS) == []


def test_the_frame_has_its_kinds_and_themes():
    frame = rows("frame.csv")
    others = [row for row in frame if row["domaine"] == "autre"]
    assert len(frame) >= 400
    assert len(others) >= 150
    assert len({row["theme"] for row in others}) >= 25
    assert len({row["kind"] for row in frame}) == len(frame)


def test_the_corpus_is_large_and_its_kinds_are_described_often_enough(annotated):
    counts = Counter(row["kind"] for row in annotated)
    assert len(annotated) >= LEAST_TEXTS
    assert len(annotated) / len(counts) >= 12


def test_every_text_was_read_twice(annotated):
    unread = [row["id"] for row in annotated if not {row["lecture_1"], row["lecture_2"]} <= set(LABELS)]
    assert unread == []


@pytest.mark.long
def test_no_two_texts_are_near_duplicates(texts):
    assert near_duplicates([item.text for item in texts]) == []


def test_openings_are_hardly_ever_shared(texts):
    assert len(shared_openings([item.text for item in texts])) / len(texts) <= 0.01


@pytest.mark.parametrize(("name", "least"), [("contrasts.csv", 600), ("contrasts_test.csv", 100)])
def test_contrast_pairs_differ_in_label_and_name_their_rule(name, least):
    pairs = rows(name)
    assert len(pairs) >= least
    assert all(pair["domaine_a"] != pair["domaine_b"] for pair in pairs)
    assert all({pair["domaine_a"], pair["domaine_b"]} <= set(LABELS) for pair in pairs)
    assert all(pair["rule"] for pair in pairs)


def test_the_lexicon_is_large_and_in_order():
    lexicon = rows("lexicon.csv")
    assert len(lexicon) >= 2000
    assert {row["domaine"] for row in lexicon} == set(LABELS)
    assert {row["force"] for row in lexicon} == {"1", "2", "3"}
    assert len({row["terme"].casefold() for row in lexicon}) == len(lexicon)


@pytest.mark.long
def test_what_tests_does_not_train(texts):
    train = [item.text for item in texts]
    train += [item.text for name in ("contrasts.csv", "lexicon.csv") for item in read_corpus(str(CORPORA / name))]
    sentences = [row["description"] for row in rows("acceptance.csv")]
    assert overlap(train, sentences) == []
    held = [pair[side] for pair in rows("contrasts_test.csv") for side in ("text_a", "text_b")]
    survey = [row["description"] for row in rows("demo/enquete.csv") if any(map(str.isalpha, row["description"]))]
    assert overlap(train, held) == []
    assert overlap(train, survey) == []


def test_the_demonstration_survey_is_a_survey():
    survey = rows("demo/enquete.csv")
    assert len(survey) >= 590
    assert len({row["code_commune"] for row in survey}) >= 100
    assert all(len(row["code_commune"]) == 5 for row in survey)
    worded = [row["description"] for row in survey if any(map(str.isalpha, row["description"]))]
    assert near_duplicates(worded) == []
    known = {row["domaine_attendu"] for row in survey}
    assert known - {""} == set(LABELS)


def test_the_default_model_gets_every_acceptance_sentence_right():
    import polars as pl

    sentences = rows("acceptance.csv")
    assert len(sentences) == 60
    given = labeller_of(load_model("default")).columns(pl.Series([row["description"] for row in sentences]))["domaine"]
    wrong = [
        (row["description"], guess) for row, guess in zip(sentences, given, strict=True) if guess != row["domaine"]
    ]
    assert wrong == []


def test_the_acceptance_sentences_are_unambiguous_annotations():
    sentences = [
        AnnotatedText(r["description"], r["domaine"], "acceptance.csv", n)
        for n, r in enumerate(rows("acceptance.csv"), 1)
    ]
    assert label_faults(sentences, LABELS) == []


@pytest.mark.long
def test_no_real_text_is_in_the_corpora(texts, real):
    from pipeline.corpus import fingerprint
    from pipeline.tables import open_table

    own = {fingerprint(item.text): item for item in texts if len(item.text.split()) >= 6}
    taken = []
    for name, column in (
        ("reserve_parlementaire.csv", "description"),
        ("mednum.csv", "text"),
        ("dev-annotated.csv", "text"),
    ):
        for chunk in open_table(str(real / name)).chunks():
            taken += [text for text in chunk.frame[column].to_list() if fingerprint(text) in own]
    assert taken == []
