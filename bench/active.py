"""`make bench-active`: which texts to annotate next, the doubtful ones or any: simulated on the corpus, drawn.

A quarter of `corpora/annotated` is held out. A model learns 200 texts of the rest drawn at random, with the
lexicon; then, five times, 200 more are drawn and learnt: at random, or as `domaines audit draw --active` does
(inclusion by doubt, with a uniform floor). Both ways start from the same 200 texts: the differences are paired,
seed by seed, and their interval is Student's over the seeds.

For so many fits to be affordable the features are found once, from all the texts without their labels, and the
support vector machine alone is fitted anew: `DomainClassifier` without the squares of directions.

    python bench/active.py [SEEDS]
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from marks import write_between
from scipy import stats

from pipeline.calibration import Calibration
from pipeline.classifier import TEMPERATURE, DomainClassifier
from pipeline.domains import LABELS
from pipeline.evaluation import macro_f1
from pipeline.features import FeatureSpace
from pipeline.head import Head
from pipeline.sampling import active, active_inclusion, doubt
from pipeline.squared_hinge import Design, least_squared_hinge
from pipeline.text import clean
from pipeline.textrows import TextRows, text_rows
from pipeline.training import stratified_folds
from pipeline.words import words
from pipeline.workflow.corpora import corpus_files, read_corpus

ROOT = Path(__file__).parents[1]
SEEDS, STEP, STEPS = 20, 200, 6
COLOURS = {"active": "#0072B2", "random": "#D55E00"}
NAMES = sorted(LABELS)


class Refitted(DomainClassifier):
    """A classifier whose features are there already: what is left to learn is the weights."""

    def rows(self, split: list[list[str]]) -> TextRows:
        """Learn the features of texts, and give their rows."""
        space = FeatureSpace(self._families(len(split)), self._lemmas(split))
        return text_rows(space.learn(space.occurrences(split)), space)

    def head(self, rows: TextRows, numbers: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, Head]:
        """Learn weights (features × K), and the head above them."""
        self.classes_ = np.array(NAMES)
        design = Design.of(rows, np.zeros((len(numbers), 0)))
        found = least_squared_hinge(design, numbers, self._costs(numbers, weights)).astype(np.float64)
        return found[:-1], Head(found[-1], Calibration(TEMPERATURE, np.zeros(len(NAMES))))


@dataclass(frozen=True)
class Corpus:
    """The texts and, after them, the lexicon's terms: features, labels, weights; ``size`` counts the texts."""

    rows: TextRows
    numbers: np.ndarray
    weights: np.ndarray
    size: int

    @classmethod
    def read(cls) -> Corpus:
        """Read the corpus and the lexicon, and find their features."""
        texts = [item for file in corpus_files([str(ROOT / "corpora" / "annotated")]) for item in read_corpus(file)]
        listed = [*texts, *read_corpus(str(ROOT / "corpora" / "lexicon.csv"))]
        split = [words(clean(item.text)) for item in listed]
        numbers = np.array([NAMES.index(item.label) for item in listed], dtype=np.int64)
        return cls(Refitted().rows(split), numbers, np.array([item.weight for item in listed]), len(texts))

    def learnt(self, taught: np.ndarray, seed: int) -> tuple[np.ndarray, Head]:
        """Learn these texts and the lexicon."""
        told = np.concatenate([taught, np.arange(self.size, len(self.numbers))])
        return Refitted(seed=seed).head(self.rows[told], self.numbers[told], self.weights[told])


def curves(corpus: Corpus, seed: int) -> dict[str, list[float]]:
    """Give each way's macro-F1 on the held-out quarter after each draw, from the same first texts."""
    labels = [NAMES[number] for number in corpus.numbers[: corpus.size]]
    pool, test = stratified_folds(labels, seed, 4)[0]
    order = np.random.default_rng(seed).permutation(pool)
    first = corpus.learnt(order[:STEP], seed)
    found = {}
    for way in COLOURS:
        rng = np.random.default_rng(seed + 1_000)
        taught, left, model = order[:STEP], order[STEP:], first
        found[way] = [score(corpus, model, test)]
        for _ in range(STEPS - 1):
            places = drawn_rows(way, probabilities(corpus, model, left), rng)
            taught, left = np.concatenate([taught, left[places]]), np.delete(left, places)
            model = corpus.learnt(taught, seed)
            found[way].append(score(corpus, model, test))
    return found


def drawn_rows(way: str, chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the next texts, by their places."""
    if way == "active":
        return active(active_inclusion(doubt(chances), STEP), rng).rows
    return rng.choice(len(chances), STEP, replace=False)


def probabilities(corpus: Corpus, model: tuple[np.ndarray, Head], rows: np.ndarray) -> np.ndarray:
    """Give a model's probabilities of texts."""
    weights, head = model
    return head.calibration.probabilities(head.logits(corpus.rows[rows] @ weights))


def score(corpus: Corpus, model: tuple[np.ndarray, Head], test: np.ndarray) -> float:
    """Give the macro-F1 on held-out texts."""
    return macro_f1(corpus.numbers[test], probabilities(corpus, model, test).argmax(axis=1), len(NAMES))


def drawn(curves: dict[str, np.ndarray]) -> str:
    """Draw the mean curves as SVG."""
    sizes = [STEP * (step + 1) for step in range(STEPS)]
    low = np.floor(20 * min(found.min() for found in curves.values())) / 20
    high = np.ceil(20 * max(found.max() for found in curves.values())) / 20

    def place(size: float, score: float) -> str:
        return f"{60 + 500 * size / sizes[-1]:.1f},{290 - 260 * (score - low) / (high - low):.1f}"

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 350" font-family="sans-serif" font-size="13">',
        '<rect width="640" height="350" fill="#fff"/>',
    ]
    for score in np.arange(low, high + 0.001, 0.05):
        y = place(0, float(score)).split(",")[1]
        parts.append(f'<line x1="60" x2="560" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="52" y="{y}" text-anchor="end" dominant-baseline="middle">{score:.2f}</text>')
    parts += [f'<text x="{place(n, low).split(",")[0]}" y="310" text-anchor="middle">{n}</text>' for n in sizes[::2]]
    for way, found in curves.items():
        points = " ".join(place(size, float(score)) for size, score in zip(sizes, found.mean(axis=0), strict=True))
        end = points.split(" ")[-1].split(",")
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[way]}" stroke-width="2.5"/>')
        parts.append(f'<text x="{float(end[0]) + 8:.0f}" y="{end[1]}" fill="{COLOURS[way]}">{way}</text>')
    parts.append('<text x="310" y="336" text-anchor="middle">annotated texts (macro-F1 on held-out texts)</text></svg>')
    return "\n".join(parts) + "\n"


def paired(gaps: np.ndarray) -> tuple[float, float, float]:
    """Give the mean of paired differences (one a seed) and the bounds of Student's interval at 95 %."""
    half = stats.t.ppf(0.975, len(gaps) - 1) * stats.sem(gaps)
    return float(gaps.mean()), float(gaps.mean() - half), float(gaps.mean() + half)


def main(seeds: int) -> None:
    """Run both ways, draw them, write the table."""
    corpus = Corpus.read()
    found: dict[str, list[list[float]]] = {way: [] for way in COLOURS}
    for seed in range(1, seeds + 1):
        for way, scores in curves(corpus, seed).items():
            found[way].append(scores)
            print(seed, way, [round(each, 3) for each in scores], round(time.process_time()), "s", flush=True)
    both = {way: np.array(scores) for way, scores in found.items()}
    (ROOT / "docs" / "active.svg").write_text(drawn(both), encoding="utf-8")
    lines = [
        f"Corpus of {corpus.size:,} texts, lexicon of {len(corpus.numbers) - corpus.size:,} terms; "
        f"{seeds} seeds, {time.process_time():.0f} s of processor in all.",
        "",
        "![macro-F1 by number of annotated texts, active and random draws](docs/active.svg)",
        "",
        "| annotated texts | random | active | paired difference (95 %) | seeds where active is better |",
        "| --- | --- | --- | --- | --- |",
    ]
    for step in range(STEPS):
        gaps = both["active"][:, step] - both["random"][:, step]
        means = " | ".join(f"{both[way][:, step].mean():.3f}" for way in ("random", "active"))
        mean, low, high = paired(gaps)
        interval = f"{mean:+.4f} ({low:+.4f} to {high:+.4f})" if step else "the same texts"
        better = f"{int((gaps > 0).sum())} of {seeds}" if step else ""
        lines.append(f"| {STEP * (step + 1)} | {means} | {interval} | {better} |")
    write_between("active", lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
