"""`make bench-quality`: macro-F1 beside what people would use instead, in one run, tables into BENCHMARKS.md.

(a) kinds of service never seen: four folds of the corpus, grouped by kind, contrast pairs in the
training parts; (b) `dev-annotated.csv`, trained on the whole corpus; (c) `service_public_themes.csv`,
ten official themes, trained and tested on its own split. This project is calibrated on scores held
out within the training part, as `domaines train` does. Intervals: percentile bootstrap of the rows.
What a peer answered is kept under `out/quality`, by the texts it was given and what `quality_peers.py` says: hours of
work can be cut, run side by side (`--peer`) and gone on with. Remove it when a recipe here changes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import quality_peers
from marks import write_between
from quality_peers import FastText, SpacyTextcat, characters, words
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from pipeline.calibrating import calibrate
from pipeline.classifier import DomainClassifier
from pipeline.evaluation import bootstrap_macro_f1, macro_f1
from pipeline.standing import with_standing
from pipeline.training import Folds, always_training, cross_validated, grouped_folds, stratified_folds
from pipeline.workflow.corpora import corpus_files, read_corpus
from pipeline.workflow.fits import groups_of

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real"
KEPT = ROOT / "out" / "quality"
# Of the learning curves.
SHARES = (0.125, 0.25, 0.5, 1.0)
Texts = Sequence[str]
Answer = tuple[list[str], list[str]]
Answers = list[Answer | None]


@dataclass(frozen=True)
class Recipe:
    """A classifier, and what of the corpus it is given; ``ours`` are told weights of texts, kinds and terms besides."""

    make: Callable[[], Any]
    ours: bool = False
    lexicon: bool = True
    kinds: bool = True
    calibrated: bool = False


COMPETITORS = {
    "domaines (this project)": Recipe(DomainClassifier, ours=True, calibrated=True),
    "TF-IDF words 1–2 + LinearSVC": Recipe(lambda: make_pipeline(words(), LinearSVC())),
    "TF-IDF words 1–2 + characters 3–5 + LinearSVC": Recipe(
        lambda: make_pipeline(make_union(words(), characters()), LinearSVC())
    ),
    "majority": Recipe(lambda: DummyClassifier(strategy="most_frequent")),
    "TF-IDF words 1–2 + LogisticRegression": Recipe(
        lambda: make_pipeline(words(), LogisticRegression(C=10, max_iter=200))
    ),
    "fastText, autotuned": Recipe(FastText),
    "spaCy textcat, bag of words 1–2": Recipe(lambda: SpacyTextcat("bow")),
    "spaCy textcat, CNN": Recipe(lambda: SpacyTextcat("cnn")),
}
PEERS = [name for name in COMPETITORS if not name.startswith("domaines")]


def read(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_interval(truth: Texts, guess: Texts) -> tuple[float, float, float]:
    """Give macro-F1 and the bounds of its interval."""
    names = sorted({*truth, *guess})
    a, b = (np.array([names.index(name) for name in side], dtype=np.int64) for side in (truth, guess))
    low, high = np.quantile(bootstrap_macro_f1(a, b, len(names)), [0.025, 0.975])
    return macro_f1(a, b, len(names)), float(low), float(high)


def scored(truth: Texts, guess: Texts) -> str:
    """Give macro-F1 with its interval as text."""
    value, low, high = with_interval(truth, guess)
    return f"{value:.3f} ({low:.3f}–{high:.3f})"


def calibrated(
    texts: Texts, labels: Texts, weights: Sequence[float], folds: Folds, apart: np.ndarray, **beside: Any
) -> DomainClassifier:
    """Fit as `domaines train` does: calibrated on scores held out within the training texts, the first ``apart``'s."""
    judged = len(apart)
    taught = always_training(folds, range(judged, len(texts)))
    fits = cross_validated(DomainClassifier, texts, labels, weights, [taught], workers=2, whole=True, **beside)
    assert fits.whole is not None
    truth = np.searchsorted(fits.whole.classes_, labels[:judged])
    scores = with_standing(fits.whole, texts[:judged], fits.scores[0][:judged], truth, folds)
    fits.whole.calibrate(calibrate(scores, truth, apart))
    return fits.whole


class Task:
    """One way of training and testing; gives true and guessed labels."""

    def __init__(self) -> None:
        files = [*corpus_files([str(ROOT / "corpora" / "annotated")]), str(ROOT / "corpora" / "contrasts.csv")]
        items = [item for file in files for item in read_corpus(file)]
        lexicon = read_corpus(str(ROOT / "corpora" / "lexicon.csv"))
        self.texts, self.labels = [item.text for item in items], [item.label for item in items]
        self.terms, self.term_labels = [item.text for item in lexicon], [item.label for item in lexicon]
        self.weights, self.kinds = [item.weight for item in items], [item.kind for item in items]
        self.term_weights = [item.weight for item in lexicon]
        self.scored = np.array([not item.pair for item in items])
        self.groups = groups_of(items)
        self.folds = grouped_folds(self.labels, self.groups, seed=2016)
        self.dev = read(REAL / "dev-annotated.csv")
        self.themes = read(REAL / "service_public_themes.csv")
        written = Path(quality_peers.__file__).read_text(encoding="utf-8")
        given = [self.texts, self.labels, self.groups, self.terms, self.term_labels, self.dev, self.themes, written]
        self.fingerprint = hashlib.sha256(json.dumps(given).encode()).hexdigest()

    def fit(self, recipe: Recipe, rows: Sequence[int]) -> Any:
        """Fit on texts and the lexicon's terms, the same for all; ours has its weights and kinds besides."""
        model = recipe.make()
        terms = range(len(self.terms) if recipe.lexicon else 0)
        texts = [*(self.texts[row] for row in rows), *(self.terms[term] for term in terms)]
        labels = [*(self.labels[row] for row in rows), *(self.term_labels[term] for term in terms)]
        if not recipe.ours:
            return model.fit(texts, labels)
        weights = [*(self.weights[row] for row in rows), *(self.term_weights[term] for term in terms)]
        kinds = [*(self.kinds[row] for row in rows), *("" for _ in terms)] if recipe.kinds else None
        flags = [*(False for _ in rows), *(True for _ in terms)]
        if not recipe.calibrated:
            return model.fit(texts, labels, weights, kinds, flags)
        folds = grouped_folds(labels[: len(rows)], [self.groups[row] for row in rows], seed=2016)
        return calibrated(texts, labels, weights, folds, ~self.scored[rows], kinds=kinds, terms=flags)

    def unseen(self, recipe: Recipe) -> Answer:
        """Four folds by kind of service."""
        guess = [""] * len(self.texts)
        for train, test in self.folds:
            model = self.fit(recipe, train)
            for row, label in zip(test, model.predict([self.texts[r] for r in test]), strict=True):
                guess[row] = str(label)
        kept = np.flatnonzero(self.scored)
        return [self.labels[r] for r in kept], [guess[r] for r in kept]

    def real(self, recipe: Recipe) -> Answer:
        """The annotated real texts."""
        model = self.fit(recipe, range(len(self.texts)))
        return [row["label"] for row in self.dev], [str(x) for x in model.predict([row["text"] for row in self.dev])]

    def official(self, recipe: Recipe) -> Answer:
        """The themes of public-service sheets."""
        parts = {
            split: [
                (f"{row['title']} {row['description']}", row["theme"]) for row in self.themes if row["split"] == split
            ]
            for split in ("train", "test")
        }
        texts, themes = ([row[side] for row in parts["train"]] for side in (0, 1))
        if recipe.calibrated:
            folds = stratified_folds(themes, seed=2016)
            model = calibrated(texts, themes, [1.0] * len(texts), folds, np.zeros(len(texts), dtype=bool))
        else:
            model = recipe.make().fit(texts, themes)
        return [t for _, t in parts["test"]], [str(x) for x in model.predict([text for text, _ in parts["test"]])]


HEADER = [
    "| classifier | (a) unseen kinds | (b) dev-annotated | (c) public-service themes | minutes |",
    "| --- | --- | --- | --- | --- |",
]


def answer(run: Callable[[Recipe], Answer], recipe: Recipe) -> tuple[Answer | None, float]:
    """Run one competitor on one task; give true and guessed labels, and the seconds it took."""
    began = time.perf_counter()
    try:
        found = run(recipe)
    except ImportError:
        return None, 0.0
    return found, time.perf_counter() - began


def kept_answer(name: str, task: Task, run: Callable[[Recipe], Answer]) -> tuple[Answer | None, float]:
    """Give what a peer answered before when it was given the same texts; else run it, and keep its answers."""
    file = KEPT / f"{hashlib.sha256(f'{task.fingerprint} {name} {run.__name__}'.encode()).hexdigest()[:16]}.json"
    if file.exists():
        answered, seconds = json.loads(file.read_text(encoding="utf-8"))
        return (answered[0], answered[1]), seconds
    found, seconds = answer(run, COMPETITORS[name])
    if found is not None:
        KEPT.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([found, seconds]), encoding="utf-8")
    return found, seconds


def line(task: Task, name: str, recipe: Recipe) -> tuple[str, Answers]:
    """Run one competitor on every task; give its line, and true and guessed labels of each task."""
    # From the quickest: what is kept of a run cut short is more.
    runs = (task.official, task.real, task.unseen)
    found = [answer(run, recipe) if name not in PEERS else kept_answer(name, task, run) for run in runs][::-1]
    answers = [answered for answered, _ in found]
    cells = [scored(*answered) if answered else "not installed" for answered in answers]
    return f"| {name} | {' | '.join(cells)} | {sum(seconds for _, seconds in found) / 60:.1f} |", answers


def paired(ours: Answer, theirs: Answer) -> str:
    """Give our macro-F1 less theirs on the same rows, with its paired bootstrap interval."""
    names = sorted({*ours[0], *ours[1], *theirs[1]})
    truth, a, b = (np.array([names.index(x) for x in side]) for side in (ours[0], ours[1], theirs[1]))
    rng = np.random.default_rng(2016)
    draws = rng.integers(0, len(truth), size=(1000, len(truth)))
    size = len(names)
    differences = [macro_f1(truth[d], a[d], size) - macro_f1(truth[d], b[d], size) for d in draws]
    low, high = np.quantile(differences, [0.025, 0.975])
    return f"{macro_f1(truth, a, size) - macro_f1(truth, b, size):+.3f} ({low:+.3f} to {high:+.3f})"


def against_the_best(answers: dict[str, Answers]) -> list[str]:
    """Compare this project with the best peer of each task, on the same rows."""
    ours, *peers = answers
    lines = [
        "",
        "This project less the best peer, same rows, paired bootstrap:",
        "",
        "| task | best peer | difference |",
    ]
    lines.append("| --- | --- | --- |")
    for number, task in enumerate(("(a) unseen kinds", "(b) dev-annotated", "(c) public-service themes")):
        there = {name: found for name in peers if (found := answers[name][number]) is not None}
        best = max(there, key=lambda name: _score(there[name]))
        mine = answers[ours][number]
        if mine is not None:
            lines.append(f"| {task} | {best} | {paired(mine, there[best])} |")
    return lines


def _score(answered: Answer) -> float:
    names = sorted({*answered[0], *answered[1]})
    a, b = (np.array([names.index(x) for x in side], dtype=np.int64) for side in answered)
    return macro_f1(a, b, len(names))


def taught_less(task: Task, share: float, terms_too: bool) -> Task:
    """Leave in each training part a share of the groups (and of the terms)."""
    rng = np.random.default_rng(2016)
    names = sorted(set(task.groups))
    chance = dict(zip(names, rng.random(len(names)), strict=True))
    rank, term_rank = np.array([chance[group] for group in task.groups]), rng.random(len(task.terms))
    less = copy(task)
    less.folds = [(train[rank[train] <= share], test) for train, test in task.folds]
    kept = np.flatnonzero(term_rank <= (share if terms_too else 1.0))
    for side in ("terms", "term_labels", "term_weights"):
        setattr(less, side, [getattr(task, side)[term] for term in kept])
    return less


def learning_curve(task: Task, terms_too: bool) -> dict[int, tuple[float, float, float]]:
    """Score unseen kinds from a share of the groups (and of the terms), by rows learnt from."""
    points = {}
    for share in SHARES:
        less = taught_less(task, share, terms_too)
        learnt = len(less.terms) + int(np.mean([len(train) for train, _ in less.folds]))
        points[learnt] = with_interval(*less.unseen(Recipe(DomainClassifier, ours=True)))
        print(share, learnt, *points[learnt], flush=True)
    return points


def curves(task: Task) -> list[str]:
    """Draw both learning curves, and give their table."""
    found = {"of groups": learning_curve(task, False), "of groups and of terms": learning_curve(task, True)}
    draw(found)
    lines = ["| share | " + " | ".join(f"{name}: rows | macro-F1" for name in found) + " |", "| --- |" + " --- |" * 4]
    for share, *points in zip(SHARES, *(curve.items() for curve in found.values()), strict=True):
        cells = (f"{rows} | {value:.3f} ({low:.3f}–{high:.3f})" for rows, (value, low, high) in points)
        lines.append(f"| {share:.3g} | {' | '.join(cells)} |")
    return lines


def draw(found: dict[str, dict[int, tuple[float, float, float]]]) -> None:
    """Draw the learning curves with their intervals."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "domaines"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for (name, points), colour in zip(found.items(), ("#1f6f8b", "#b5533c"), strict=True):
        values, lows, highs = (list(side) for side in zip(*points.values(), strict=True))
        axes.plot(list(points), values, "o-", color=colour, label=f"a share {name}")
        axes.fill_between(list(points), lows, highs, color=colour, alpha=0.2, linewidth=0)
    axes.set(xscale="log", xlabel="texts, sides of pairs and terms learnt from", ylabel="macro-F1 on unseen kinds")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    figure.savefig(ROOT / "docs" / "learning_curve.svg", metadata={"Date": None})


def peers_table(task: Task) -> None:
    """Fill the table of competitors, saved line by line."""
    answers: dict[str, Answers] = {}
    lines = list(HEADER)
    for name, recipe in COMPETITORS.items():
        text, answers[name] = line(task, name, recipe)
        lines.append(text)
        print(text, flush=True)
        write_between("quality", [*lines, *against_the_best(answers)] if len(answers) > 1 else lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the tables: the whole takes hours, most of them spaCy's and fastText's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("peers", "curve"), help="one of the tables")
    parser.add_argument("--peer", choices=PEERS, help="only keep what this peer answers")
    chosen = parser.parse_args(arguments)
    only, task = chosen.only, Task()
    if chosen.peer:
        print(line(task, chosen.peer, COMPETITORS[chosen.peer])[0])
        return
    if only in (None, "peers"):
        peers_table(task)
    if only in (None, "curve"):
        write_between("quality-curve", curves(task))


if __name__ == "__main__":
    main()
