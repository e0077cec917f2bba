"""`make bench-active`: which texts to annotate next, the doubtful ones or any: simulated on the corpus, drawn.

A quarter of `corpora/annotated` is held out. A model learns 200 texts of the rest drawn at random, with the
lexicon; then, five times, 200 more are drawn and learnt: at random, or as `domaines audit draw --active` does
(inclusion by doubt, with a uniform floor). The curves are means of two seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from marks import write_between

from pipeline.corpus import AnnotatedText
from pipeline.domains import LABELS
from pipeline.evaluation import macro_f1
from pipeline.sampling import active, active_inclusion, doubt
from pipeline.training import stratified_folds
from pipeline.workflow.corpora import corpus_files, read_corpus
from pipeline.workflow.training import make_classifier

ROOT = Path(__file__).parents[1]
SEEDS, STEP, STEPS = (1, 2), 200, 6
COLOURS = {"active": "#0072B2", "random": "#D55E00"}
NAMES = sorted(LABELS)


def curve(texts: Sequence[AnnotatedText], terms: Sequence[AnnotatedText], way: str, seed: int) -> list[float]:
    """Give the macro-F1 on the held-out quarter after each draw."""
    pool, test = stratified_folds([item.label for item in texts], seed, 4)[0]
    truth = np.array([NAMES.index(texts[row].label) for row in test], dtype=np.int64)
    rng = np.random.default_rng(seed)
    order = rng.permutation(pool)
    taught, left = list(order[:STEP]), list(order[STEP:])
    scores = []
    for _ in range(STEPS):
        listed = [*(texts[row] for row in taught), *terms]
        model = make_classifier(seed)
        model.fit([item.text for item in listed], [item.label for item in listed], [item.weight for item in listed])
        guess = model.predict_proba([texts[row].text for row in test]).argmax(axis=1)
        scores.append(macro_f1(truth, guess, len(NAMES)))
        print(way, seed, len(taught), round(scores[-1], 3), flush=True)
        if way == "active":
            uncertain = doubt(model.predict_proba([texts[row].text for row in left]))
            places = active(active_inclusion(uncertain, STEP), rng).rows
        else:
            places = rng.choice(len(left), STEP, replace=False)
        taken = {int(place) for place in places}
        taught += [left[place] for place in sorted(taken)]
        left = [row for place, row in enumerate(left) if place not in taken]
    return scores


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


def main() -> None:
    """Run both ways, draw them, write the table."""
    texts = [item for file in corpus_files([str(ROOT / "corpora" / "annotated")]) for item in read_corpus(file)]
    terms = read_corpus(str(ROOT / "corpora" / "lexicon.csv"))
    curves = {}
    for way in COLOURS:
        curves[way] = np.array([curve(texts, terms, way, seed) for seed in SEEDS])
        print(way, curves[way].mean(axis=0).round(3), flush=True)
    (ROOT / "docs" / "active.svg").write_text(drawn(curves), encoding="utf-8")
    gap = curves["active"] - curves["random"]
    lines = [
        "![macro-F1 by number of annotated texts, active and random draws](docs/active.svg)",
        "",
        "| annotated texts | random | active | difference (each seed) |",
        "| --- | --- | --- | --- |",
    ]
    for step in range(STEPS):
        means = [f"{curves[way][:, step].mean():.3f}" for way in ("random", "active")]
        each = ", ".join(f"{value:+.3f}" for value in gap[:, step])
        lines.append(f"| {STEP * (step + 1)} | {means[0]} | {means[1]} | {gap[:, step].mean():+.3f} ({each}) |")
    write_between("active", lines)


if __name__ == "__main__":
    main()
