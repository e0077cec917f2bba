"""`make bench-training`: where the time of `make model` goes, table into BENCHMARKS.md; the model made goes nowhere.

Wall seconds of whole processes' work: folds are fitted by two processes at a time.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from marks import write_between
from stopwatch import Stopwatch, shares_of

from pipeline.workflow import training, validating
from pipeline.workflow.corpora import corpus_files, read_corpus

CORPORA = Path(__file__).parents[1] / "corpora"
STAGES = {
    "check the corpus": (training, "check_corpus"),
    "near-duplicates, groups and folds, words and lemmas meanwhile": (validating, "folds_by_group"),
    "eight fits of the two cross-validations and that on everything, two at a time": (validating, "fitted"),
    "which words stand": (validating, "with_standing"),
    "calibrations": (validating, "cross_calibrated"),
    "words' rows, writing": (training, "save_model"),
}


def main() -> None:
    """Train once, fill the table."""
    stopwatch = Stopwatch(time.perf_counter)
    for name, (module, attribute) in STAGES.items():
        stopwatch.watch(name, module, attribute)
    began = time.perf_counter()
    files = corpus_files([str(CORPORA / name) for name in ("annotated", "contrasts.csv", "lexicon.csv")])
    texts = [item for file in files for item in read_corpus(file)]
    with tempfile.TemporaryDirectory() as folder:
        training.train(texts, files, Path(folder) / "model", None, False, 2016, print)
    whole = time.perf_counter() - began
    parts = stopwatch.seconds | {"all the rest": whole - sum(stopwatch.seconds.values())}
    lines = [f"{len(texts):,} texts, terms and sides of pairs, {whole:.0f} s.", ""]
    lines += ["| stage | s | share |", "| --- | --- | --- |", *shares_of(parts)]
    write_between("training", lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
