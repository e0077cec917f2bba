"""`make bench-quality`: macro-F1 beside what people would use instead, in one run, tables into BENCHMARKS.md.

(a) kinds of service never seen: five folds of the corpus, grouped by kind, contrast pairs in the
training parts; (b) `dev-annotated.csv`, trained on the whole corpus; (c) `service_public_themes.csv`,
ten official themes, trained and tested on its own split. Intervals: percentile bootstrap of the rows.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from marks import write_between
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from pipeline.classifier import DomainClassifier
from pipeline.evaluation import bootstrap_macro_f1, macro_f1
from pipeline.training import grouped_folds
from pipeline.workflow.corpora import corpus_files, read_corpus
from pipeline.workflow.training import groups_of

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real"
Texts = Sequence[str]


class FastText:
    """fastText supervised, words and subwords, in the settings of its tutorial for small data."""

    def fit(self, texts: Texts, labels: Texts) -> FastText:
        """Write the training file and fit."""
        import tempfile

        import fasttext

        names = sorted(set(labels))
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            for text, label in zip(texts, labels, strict=True):
                file.write(f"__label__{names.index(label)} {' '.join(text.lower().split())}\n")
            file.flush()
            self._model = fasttext.train_supervised(
                file.name, epoch=25, lr=0.5, wordNgrams=2, minn=3, maxn=5, dim=100, thread=1, seed=1, verbose=0
            )
        self._names = names
        return self

    def predict(self, texts: Texts) -> list[str]:
        """Give the best label of each text."""
        found = self._model.f.multilinePredict(
            [" ".join(text.lower().split()) + "\n" for text in texts], 1, 0.0, "strict"
        )
        return [self._names[int(labels[0].removeprefix("__label__"))] for labels in found[0]]


def words() -> TfidfVectorizer:
    """TF-IDF of words and pairs of words."""
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode")


def characters() -> TfidfVectorizer:
    """TF-IDF of character n-grams inside words."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)


def without_lexicon() -> DomainClassifier:
    """The classifier as it is, told not to learn from the lexicon."""
    model = DomainClassifier()
    model.without_lexicon = True
    return model


COMPETITORS: dict[str, Callable[[], Any]] = {
    "domaines (this project)": DomainClassifier,
    "fastText, words 1–2 + subwords": FastText,
    "TF-IDF words 1–2 + LinearSVC": lambda: make_pipeline(words(), LinearSVC()),
    "TF-IDF words 1–2 + characters 3–5 + LinearSVC": lambda: make_pipeline(
        make_union(words(), characters()), LinearSVC()
    ),
    "majority": lambda: DummyClassifier(strategy="most_frequent"),
    "TF-IDF words 1–2 + LogisticRegression": lambda: make_pipeline(words(), LogisticRegression(C=10, max_iter=200)),
}
ABLATION: dict[str, Callable[[], Any]] = {
    "all families (default)": DomainClassifier,
    "without the lexicon": without_lexicon,
    "without lemmas": lambda: DomainClassifier(lemma=0),
    "without forms": lambda: DomainClassifier(form=0),
    "without characters": lambda: DomainClassifier(characters=0),
    "without pairs": lambda: DomainClassifier(pair=0),
    "characters 2–6": lambda: DomainClassifier(shortest=2, longest=6),
    "labels weighed alike": lambda: DomainClassifier(balance=1),
    "labels as they come": lambda: DomainClassifier(balance=0),
}


def read(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(truth: Texts, guess: Texts) -> str:
    """Give macro-F1 with its interval as text."""
    names = sorted({*truth, *guess})
    a, b = (np.array([names.index(name) for name in side], dtype=np.int64) for side in (truth, guess))
    resampled = bootstrap_macro_f1(a, b, len(names))
    low, high = np.quantile(resampled, [0.025, 0.975])
    return f"{macro_f1(a, b, len(names)):.3f} ({low:.3f}–{high:.3f})"


class Task:
    """One way of training and testing; gives true and guessed labels."""

    def __init__(self) -> None:
        files = [*corpus_files([str(ROOT / "corpora" / "annotated")]), str(ROOT / "corpora" / "contrasts.csv")]
        items = [item for file in files for item in read_corpus(file)]
        lexicon = read_corpus(str(ROOT / "corpora" / "lexicon.csv"))
        self.texts, self.labels = [item.text for item in items], [item.label for item in items]
        self.terms, self.term_labels = [item.text for item in lexicon], [item.label for item in lexicon]
        self.weights = [item.weight for item in items]
        self.term_weights = [item.weight for item in lexicon]
        self.scored = np.array([not item.pair for item in items])
        self.folds = grouped_folds(self.labels, groups_of(items), seed=2016)
        self.dev = read(REAL / "dev-annotated.csv")
        self.themes = read(REAL / "service_public_themes.csv")

    def _fit(self, make: Callable[[], Any], texts: Texts, labels: Texts, weights: Sequence[float]) -> Any:
        """Fit on texts and the lexicon's terms: all competitors learn from the same, ours with its weights."""
        model = make()
        if getattr(model, "without_lexicon", False):
            return model.fit(texts, labels, weights)
        texts, labels = [*texts, *self.terms], [*labels, *self.term_labels]
        if isinstance(model, DomainClassifier):
            return model.fit(texts, labels, [*weights, *self.term_weights])
        return model.fit(texts, labels)

    def unseen(self, make: Callable[[], Any]) -> tuple[list[str], list[str]]:
        """Five folds by kind of service."""
        guess = [""] * len(self.texts)
        for train, test in self.folds:
            model = self._fit(
                make, [self.texts[r] for r in train], [self.labels[r] for r in train], [self.weights[r] for r in train]
            )
            for row, label in zip(test, model.predict([self.texts[r] for r in test]), strict=True):
                guess[row] = str(label)
        kept = np.flatnonzero(self.scored)
        return [self.labels[r] for r in kept], [guess[r] for r in kept]

    def real(self, make: Callable[[], Any]) -> tuple[list[str], list[str]]:
        """The annotated real texts."""
        model = self._fit(make, self.texts, self.labels, self.weights)
        return [row["label"] for row in self.dev], [str(x) for x in model.predict([row["text"] for row in self.dev])]

    def official(self, make: Callable[[], Any]) -> tuple[list[str], list[str]]:
        """The themes of public-service sheets."""
        parts = {
            split: [
                (f"{row['title']} {row['description']}", row["theme"]) for row in self.themes if row["split"] == split
            ]
            for split in ("train", "test")
        }
        model = make().fit([text for text, _ in parts["train"]], [theme for _, theme in parts["train"]])
        return [t for _, t in parts["test"]], [str(x) for x in model.predict([text for text, _ in parts["test"]])]


HEADER = [
    "| classifier | (a) unseen kinds | (b) dev-annotated | (c) public-service themes | minutes |",
    "| --- | --- | --- | --- | --- |",
]


def line(task: Task, name: str, make: Callable[[], Any]) -> str:
    """Run one competitor on every task."""
    began = time.perf_counter()
    cells = []
    for run in (task.unseen, task.real, task.official):
        try:
            cells.append(scored(*run(make)))
        except ImportError:
            cells.append("not installed")
    return f"| {name} | {' | '.join(cells)} | {(time.perf_counter() - began) / 60:.1f} |"


def main() -> None:
    """Fill both tables, saved line by line: the whole takes a quarter of an hour."""
    task = Task()
    lines = list(HEADER)
    for name, make in COMPETITORS.items():
        lines.append(line(task, name, make))
        print(lines[-1], flush=True)
        write_between("quality", lines)
    lines += ["", "Ablation of this project's classifier:", "", *HEADER]
    for name, make in ABLATION.items():
        lines.append(line(task, name, make))
        print(lines[-1], flush=True)
        write_between("quality", lines)


if __name__ == "__main__":
    main()
