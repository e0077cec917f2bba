"""Every public function of a text or a table, on what Hypothesis thinks of: a value, or an error of the family."""

import json
from itertools import combinations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.batches import expand, plan_outputs
from pipeline.corpus import _grams, fingerprint, near_duplicates
from pipeline.errors import DomainesError, nearest, printable
from pipeline.explanation import explain
from pipeline.registry import load_model
from pipeline.report import render_explanation
from pipeline.schema import TEXT, kept_names
from pipeline.tables import find_column, matching_columns, open_table
from pipeline.tables.finding import folded
from pipeline.tables.header import name_columns
from pipeline.tables.ods_writer import ods_cell
from pipeline.tables.preamble import preamble_length
from pipeline.tables.separators import choose_separator
from pipeline.tables.suspicions import form_faults, suspect
from pipeline.text import clean
from pipeline.words import fold, words
from pipeline.wordtable import WordTable
from tests.fuzz import NASTY, TARGETS

ANY = st.one_of(st.text(max_size=40), st.text(alphabet=NASTY, max_size=40))
ROWS = st.lists(st.lists(ANY, min_size=1, max_size=4), max_size=8)
OF_ONE_TEXT = (clean, words, fold, folded, printable, fingerprint, ods_cell)


@settings(max_examples=60, deadline=None)
@given(text=ANY)
@pytest.mark.parametrize("function", OF_ONE_TEXT, ids=lambda function: function.__name__)
def test_functions_of_a_text_take_any_text(function, text):
    function(text)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(ANY, max_size=6))
def test_functions_of_texts_take_any_texts(texts):
    near_duplicates(texts)
    nearest("wifi", texts)
    matching_columns(texts, TEXT)
    assert find_column(texts, None, TEXT, "le texte") in [*texts, None]
    names = name_columns(texts, "a.csv").columns
    assert len(set(names)) == len(names) == len(texts)
    assert len(set(kept_names(names))) == len(names)


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(st.text("abcd ", max_size=60), max_size=12), similar=st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.8, 1.0])
)
def test_near_duplicates_are_those_of_every_pair_compared(texts, similar):
    sets = [_grams(text) for text in texts]
    alike = [
        (one, other, len(sets[one] & sets[other]) / len(sets[one] | sets[other]))
        for one, other in combinations(range(len(sets)), 2)
    ]
    assert near_duplicates(texts, similar) == [each for each in alike if each[2] >= similar]


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_functions_of_records_take_any_records(rows):
    assert 0 <= preamble_length(rows) < max(1, len(rows))
    if rows:
        suspect("a.csv", tuple(rows[0]), rows[1:])
        form_faults("a.csv", rows[0], rows[1:])
    choose_separator("\n".join(";".join(row) for row in rows).encode("utf-8", "replace"), whole=True)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ANY, max_size=6))
def test_a_model_labels_and_explains_any_text(small_model, texts):
    scoring = load_model(str(small_model)).scoring
    probabilities = WordTable(scoring).probabilities(pl.Series(texts, dtype=pl.String))
    assert probabilities.shape == (len(texts), 5)
    for text in texts:
        found = explain(scoring, text)
        if found.words:
            render_explanation(found.words, found.labels, found.contributions, found.probabilities)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), ANY.map(lambda text: text.encode("utf-8", "replace"))))
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".xlsx", ".ods", ".parquet", ".csv.gz", ""])
def test_any_bytes_are_read_or_refused(tmp_path, suffix, content):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    try:
        list(open_table(str(path)).chunks())
    except DomainesError as error:
        said = str(error)
    else:
        return
    assert " : " in said


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)
)
def test_any_name_of_file_is_taken_or_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    try:
        plan_outputs(expand([name]), "out.csv")
    except DomainesError as error:
        json.dumps(str(error))


@pytest.mark.parametrize("name", ["text"])
def test_a_little_of_the_long_runs(name, tmp_path):
    for seed in range(3):
        TARGETS[name](seed, tmp_path)
