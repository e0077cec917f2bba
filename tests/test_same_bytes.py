"""The same bytes whatever the number of jobs and the size of blocks, and for rows set down once or each time."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.registry import load_model
from pipeline.tables import open_table, open_writer
from pipeline.tables.text_writers import DelimitedWriter, Style
from pipeline.workflow import labelling

TEXTS = [
    "wifi gratuit sur la place", "", "tablettes pour l'école", '"entre guillemets", et virgule', "=SOMME(A1)", "…",
    "MÃ©diathÃ¨que &amp; archives", "inconnu zzyzx", "numé-\nrique", "l’ÉCOLE du  bourg",
]  # fmt: skip


@pytest.fixture
def survey(tmp_path):
    rows = [{"id": str(n), "description": TEXTS[n % 10] + f" {n % 77}" * (n % 3)} for n in range(1000)]
    pl.DataFrame(rows).write_csv(tmp_path / "in.csv")
    # One row too short, so that one block goes by the tolerant reader.
    content = (tmp_path / "in.csv").read_bytes() + b"1000\n"
    (tmp_path / "in.csv").write_bytes(content)
    return tmp_path / "in.csv"


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl"])
def test_jobs_and_blocks_change_no_byte(small_model, survey, tmp_path, monkeypatch, suffix):
    model = load_model(str(small_model))
    found = set()
    for jobs, size in itertools.product((1, 2, 5), (1 << 10, 10_007, 1 << 22)):
        monkeypatch.setattr(labelling, "open_table", lambda path, sheet, size=size: open_table(path, block_bytes=size))
        output = tmp_path / f"out.{suffix}"
        outcome = labelling.label(
            str(survey), str(output), labelling.labeller_of(model), text=None, sheet=None, jobs=jobs, excel=False,
            say=lambda sentence: None, advance=lambda done, total: None,
        )  # fmt: skip
        assert (outcome.rows, outcome.faults) == (1001, 1)
        found.add(output.read_bytes())
    assert len(found) == 1


def test_parquet_holds_the_same_rows_whatever_the_jobs_and_blocks(small_model, survey, tmp_path, monkeypatch):
    model = load_model(str(small_model))
    frames = []
    for jobs, size in ((1, 1 << 22), (2, 4_096)):
        monkeypatch.setattr(labelling, "open_table", lambda path, sheet, size=size: open_table(path, block_bytes=size))
        labelling.label(
            str(survey), str(tmp_path / "out.parquet"), labelling.labeller_of(model), text=None, sheet=None, jobs=jobs,
            excel=False, say=lambda sentence: None, advance=lambda done, total: None,
        )  # fmt: skip
        frames.append(pl.read_parquet(tmp_path / "out.parquet"))
    assert frames[0].equals(frames[1])


CELL = st.text(alphabet='ab",;\n\r\t=é -', max_size=6)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, st.integers(0, 3)), min_size=1, max_size=8),
    st.lists(st.none() | st.floats(0, 1).map(lambda p: round(p, 6)), min_size=4, max_size=4),
    st.sampled_from([Style(), Style(";", excel=True), Style("\t")]),
)
def test_rows_set_down_once_are_rows_set_down_each_time(rows, shares, style):
    frame = pl.DataFrame({"a": [row[0] for row in rows], "b": [row[1] for row in rows]})
    added = pl.DataFrame(
        {
            "domaine": ["autre", None, "a;b,c", ""],
            "p": shares,
            "q": [None if p is None else round(1 - p, 6) for p in shares],
            "sur": [True, None, False, True],
            "indice": shares,
            "modele": ["m 1 x"] * 4,
        },
        schema_overrides={"p": pl.Float64, "q": pl.Float64, "indice": pl.Float64},
    )
    places = np.array([row[2] for row in rows], dtype=np.uint32)
    joined = pl.concat([frame, added[places]], how="horizontal")
    writer = DelimitedWriter("-", joined.schema, style)
    assert writer.encode_beside(frame, added, places) == writer.encode(joined)


def test_numbers_that_are_no_shares_are_set_down_the_long_way(tmp_path):
    frame, added = pl.DataFrame({"a": ["x"]}), pl.DataFrame({"p": [12.5]})
    with open_writer(str(tmp_path / "out.csv"), {**frame.schema, **added.schema}) as writer:
        writer.write(writer.encode_beside(frame, added, np.array([0], dtype=np.uint32)))
    assert (tmp_path / "out.csv").read_text() == "a,p\nx,12.500000\n"
