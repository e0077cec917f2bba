"""`make bench-ablation`: this project's classifier without each of its parts, each family alone, other heads.

The three tasks of `bench/quality.py`. One column is macro-F1 on kinds never seen less that of all families, on the same
rows; the last is what a text takes to be labelled: classifiers taught on a thirtieth of one training part are asked for
4,000 texts of its test part, one classifier after the other, in turns. No line but the first is calibrated. Answers are
kept under `out/ablation`, by the texts and by the sources of `pipeline/`: hours of work can be cut, run side by side
(`--line`) and gone on with. Remove it when a recipe changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from ablation_classifiers import Averaged, Margins, OfLemmas, PooledVectors
from marks import write_between
from quality import COMPETITORS, ROOT, Answer, Recipe, Task, paired, scored, taught_less

from pipeline.classifier import DomainClassifier

KEPT = ROOT / "out" / "ablation"
# What a text takes hardly depends on how many taught.
TAUGHT, ASKED, TURNS = 1 / 30, 4000, 3
NONE: dict[str, Any] = {"form": 0, "lemma": 0, "characters": 0, "pair": 0, "vector": 0, "directions": 0}


def ours(**settings: Any) -> Recipe:
    """This project's classifier with other settings, not calibrated."""
    return Recipe(lambda: DomainClassifier(**settings), ours=True)


def alone(**settings: Any) -> Recipe:
    """The linear part of this project's classifier, with no family but one."""
    return ours(**{**NONE, **settings})


def lemmas(in_context: bool, **settings: Any) -> Recipe:
    """This project's classifier on lemmas instead of words."""
    return Recipe(lambda: OfLemmas(in_context, **settings), ours=True)


WHOLE, BEST_PEER = "all families, not calibrated", "TF-IDF words 1–2 + characters 3–5 + LinearSVC"
ABLATION = {
    "default, calibrated": Recipe(DomainClassifier, ours=True, calibrated=True),
    WHOLE: ours(),
    "without forms": ours(form=0),
    "without lemmas by word type": ours(lemma=0),
    "without character n-grams": ours(characters=0),
    "without pairs": ours(pair=0),
    "without the lexicon": Recipe(DomainClassifier, ours=True, lexicon=False),
    "without word vectors": ours(vector=0),
    "without squared directions": ours(directions=0),
    "directions among texts, not kinds": Recipe(DomainClassifier, ours=True, kinds=False),
    "all families, lemmas of word types instead of words": lemmas(False, lemma=0),
    "all families, lemmas in context instead of words": lemmas(True, lemma=0),
    "character n-grams of 2 to 6": ours(shortest=2, longest=6),
    "labels weighed alike": ours(balance=1),
    "labels weighed as they come": ours(balance=0),
    "forms alone, linear": alone(form=1),
    "lemmas by word type alone, linear": lemmas(False, **{**NONE, "form": 1}),
    "lemmas in context alone, linear": lemmas(True, **{**NONE, "form": 1}),
    "character n-grams alone, linear": alone(characters=1),
    "pairs alone, linear": alone(pair=1),
    "word vectors of spaCy summed, linear": alone(vector=1),
    "word vectors of spaCy summed, neural head": Recipe(lambda: PooledVectors(trained=False), ours=True),
    "word vectors trained on the corpus summed, linear": Recipe(
        lambda: PooledVectors(trained=True, hidden=0), ours=True
    ),
    "word vectors trained on the corpus summed, neural head": Recipe(lambda: PooledVectors(trained=True), ours=True),
    "ensemble: all families and neural head of spaCy's vectors": Recipe(
        lambda: Averaged(DomainClassifier(), PooledVectors(trained=False)), ours=True
    ),
    "ensemble: all families and TF-IDF + LinearSVC": Recipe(
        lambda: Averaged(DomainClassifier(), Margins(COMPETITORS[BEST_PEER].make())), ours=True
    ),
}
HEADER = [
    "| classifier | (a) unseen kinds | less all families | (b) dev-annotated | (c) public-service themes | µs a text |",
    "| --- | --- | --- | --- | --- | --- |",
]


@dataclass(frozen=True)
class Line:
    """What a classifier answered on the three tasks."""

    unseen: Answer
    real: Answer
    official: Answer


def fingerprint(task: Task) -> str:
    """Tell the texts and the sources of the classifier from others."""
    sources = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "pipeline").rglob("*.py"))]
    return hashlib.sha256(json.dumps([task.fingerprint, sources]).encode()).hexdigest()


def kept_line(task: Task, name: str, mark: str) -> Line:
    """Give what a classifier answered before, or ask it and keep its answers."""
    file = KEPT / f"{hashlib.sha256(f'{mark} {name}'.encode()).hexdigest()[:16]}.json"
    if file.exists():
        return Line(**json.loads(file.read_text(encoding="utf-8")))
    line = Line(task.unseen(ABLATION[name]), task.real(ABLATION[name]), task.official(ABLATION[name]))
    KEPT.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(line)), encoding="utf-8")
    return line


def seconds_a_text(task: Task) -> dict[str, float]:
    """Time each classifier on the same texts in turns; give medians, the first turn left out."""
    less = taught_less(task, TAUGHT, terms_too=True)
    train, test = less.folds[0]
    texts = [less.texts[row] for row in test[:ASKED]]
    models = {name: less.fit(recipe, train) for name, recipe in ABLATION.items()}
    turns: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(1 + TURNS):
        for name, model in models.items():
            began = time.perf_counter()
            model.predict(texts)
            turns[name].append((time.perf_counter() - began) / len(texts))
    return {name: float(np.median(found[1:])) for name, found in turns.items()}


def cells(name: str, line: Line, whole: Line, seconds: float) -> str:
    """Write one line of the table."""
    difference = "" if name == WHOLE else paired(line.unseen, whole.unseen)
    scores = [scored(*line.unseen), difference, scored(*line.real), scored(*line.official)]
    return f"| {name} | {' | '.join(scores)} | {1e6 * seconds:.0f} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the table: the whole takes some four hours of one processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--line", choices=ABLATION, nargs="+", help="only keep what these lines answer")
    chosen, task = parser.parse_args(arguments), Task()
    mark = fingerprint(task)
    if chosen.line:
        for name in chosen.line:
            print(name, scored(*kept_line(task, name, mark).unseen), flush=True)
        return
    whole, lines = kept_line(task, WHOLE, mark), list(HEADER)
    seconds = seconds_a_text(task)
    for name in ABLATION:
        lines.append(cells(name, kept_line(task, name, mark), whole, seconds[name]))
        print(lines[-1], flush=True)
        write_between("quality-ablation", lines)


if __name__ == "__main__":
    main()
