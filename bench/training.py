"""`make bench-training`: where the time of `make model` goes, table into BENCHMARKS.md; the model made goes nowhere.

Wall seconds of whole processes' work: folds are fitted by two processes at a time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from marks import write_between

from pipeline.workflow import training
from pipeline.workflow.corpora import corpus_files, read_corpus

CORPORA = Path(__file__).parents[1] / "corpora"
STAGES = {
    "check_corpus": "check the corpus",
    "_groups": "near-duplicates and groups, lemmas meanwhile",
    "held_out_scores": "ten fits of the two cross-validations, two at a time",
    "learn": "the fit on everything",
    "save_model": "words' rows, writing",
}


def timed(name: str, found: dict[str, float]) -> Callable[..., Any]:
    """Give a function of the training that also counts its seconds."""
    function = getattr(training, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        result = function(*arguments, **named)
        found[name] += time.perf_counter() - began
        return result

    return counted


def main() -> None:
    """Train once, fill the table."""
    found = dict.fromkeys(STAGES, 0.0)
    for name in STAGES:
        setattr(training, name, timed(name, found))
    began = time.perf_counter()
    files = corpus_files([str(CORPORA / name) for name in ("annotated", "contrasts.csv", "lexicon.csv")])
    texts = [item for file in files for item in read_corpus(file)]
    with tempfile.TemporaryDirectory() as folder:
        training.train(texts, files, Path(folder) / "model", None, False, 2016, print)
    whole = time.perf_counter() - began
    lines = [
        f"{len(texts):,} texts, terms and sides of pairs, {whole:.0f} s.",
        "",
        "| stage | s | share |",
        "| --- | --- | --- |",
    ]
    for name, said in [*STAGES.items(), ("", "all the rest")]:
        seconds = found[name] if name else whole - sum(found.values())
        lines.append(f"| {said} | {seconds:.1f} | {100 * seconds / whole:.0f} % |")
    write_between("training", lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
