"""`make bench-stages`: where the CPU seconds of labelling go, part by part, on the real texts.

    python bench/stages.py [--quick]

One job and one thread of Polars, so that the seconds of the process are those of the part being run; parts are
timed where they are called, and a part that calls another is given without it. Writes its table into
BENCHMARKS.md. ``--quick`` takes 100,000 rows rather than a million.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))
BEGAN = time.process_time()

from marks import write_between  # noqa: E402
from stopwatch import Stopwatch, shares_of  # noqa: E402
from texts import write_real  # noqa: E402

from pipeline import labelling, vocabulary, wordtable  # noqa: E402
from pipeline.calibration import Calibration  # noqa: E402
from pipeline.head import Head  # noqa: E402
from pipeline.registry import load_model  # noqa: E402
from pipeline.tables import beside, delimited, drafts, text_writers  # noqa: E402
from pipeline.workflow import labelling as workflow  # noqa: E402

PARTS: list[tuple[str, Any, str]] = [
    ("first pass: encoding, quotes, lines", delimited, "survey"),
    ("read: parse and check the cells", delimited, "parse_block"),
    ("distinct texts (hashing)", labelling, "distinct"),
    ("split at blanks, distinct pieces (hashing)", wordtable, "split"),
    ("look up pieces", vocabulary.Vocabulary, "snapshot"),
    ("learn new pieces", vocabulary.Vocabulary, "_learn"),
    ("learn new words: features, rows", vocabulary.Vocabulary, "_learn_words"),
    ("plain or not", wordtable, "suspect_rows"),
    ("find pairs", wordtable.WordTable, "_pairs_across"),
    ("sum rows", wordtable, "grouped"),
    ("other sums and divisions", wordtable.WordTable, "scores"),
    ("head", Head, "logits"),
    ("calibration", Calibration, "probabilities"),
    ("columns", labelling.Labeller, "columns"),
    ("set down labels and numbers, distinct texts", beside, "cells"),
    ("set down lines", text_writers.DelimitedWriter, "encode_beside"),
    ("write", drafts.Draft, "write"),
]


def main() -> None:
    """Label once with every part timed, and write the table."""
    rows = 100_000 if "--quick" in sys.argv[1:] else 1_000_000
    parts = {"start: imports": time.process_time() - BEGAN}
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "in.csv"
        write_real(source, rows)
        began = time.process_time()
        model = load_model("default")
        parts["start: load and check the model"] = time.process_time() - began
        began = time.process_time()
        labeller = workflow.labeller_of(model)
        parts["start: table of words and pairs"] = time.process_time() - began
        stopwatch = Stopwatch(time.process_time)
        for part in PARTS:
            stopwatch.watch(*part)
        began = time.process_time()
        workflow.label(
            str(source),
            str(source.with_name("out.csv")),
            labeller,
            text=None,
            sheet=None,
            jobs=1,
            excel=False,
            say=lambda sentence: None,
            advance=lambda done, total: None,
        )
        whole = time.process_time() - began
    parts |= stopwatch.seconds
    parts["all the rest"] = whole - sum(stopwatch.seconds.values())
    write_between("stages", table(rows, parts))


def table(rows: int, parts: dict[str, float]) -> list[str]:
    """Give the table of the parts."""
    total = sum(parts.values())
    lines = [f"{rows:,} rows, {total:.2f} CPU seconds.", "", "| part | CPU s | share |", "| --- | --- | --- |"]
    lines += shares_of(parts)
    print("\n".join(lines))
    return lines


if __name__ == "__main__":
    main()
