"""`make bench-doubts`: labels of the corpus are flipped at random; how many are among the most doubted rows.

One label in twenty of `corpora/annotated` is changed to another domain drawn at random; the contrast
pairs and the lexicon, which teach, keep theirs. Probabilities come from ordinary folds trained on the changed labels.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from cleanlab.rank import get_label_quality_scores
from marks import write_between

from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.domains import LABELS
from pipeline.doubts import rank_doubts, scores_by_reason
from pipeline.doubts.evidence import gather
from pipeline.doubts.ranking import REASONS
from pipeline.workflow.corpora import corpus_files, read_corpus
from pipeline.workflow.held_out import CrossValidated, cross_validated

CORPORA = Path(__file__).parents[1] / "corpora"
FLIPPED, LOOKED_AT = 0.05, 0.10
SEEDS = (1, 2, 3)


def flip(texts: list[AnnotatedText], seed: int) -> tuple[list[AnnotatedText], np.ndarray]:
    """Give the texts with one label in twenty changed, and the rows changed."""
    rng = np.random.default_rng(seed)
    changed = np.sort(rng.choice(len(texts), round(FLIPPED * len(texts)), replace=False))
    flipped = list(texts)
    for row in changed:
        others = [label for label in LABELS if label != texts[row].label]
        flipped[row] = replace(texts[row], label=others[rng.integers(len(others))])
    return flipped, changed


def found(scores: np.ndarray, changed: np.ndarray) -> float:
    """Give the share of the changed rows among the most doubted tenth."""
    top = np.argsort(-scores, kind="stable")[: round(LOOKED_AT * len(scores))]
    return float(np.isin(changed, top).mean())


def orders(held: CrossValidated, terms: list[AnnotatedText], seed: int) -> dict[str, np.ndarray]:
    """Give the scores of each way of ranking."""
    listed = [(item.text, LABELS.index(item.label), item.weight) for item in terms]
    texts = [item.text for item in held.texts]
    evidence = gather(texts, held.truth, held.probabilities, [fingerprint(text) for text in texts], listed, seed=seed)
    ranked = {"**all reasons, in the table's weights**": rank_doubts(evidence)}
    ranked |= {reason.name_en: column for reason, column in zip(REASONS, scores_by_reason(evidence).T, strict=True)}
    for method in ("self_confidence", "normalized_margin"):
        ranked[f"cleanlab, {method}"] = -get_label_quality_scores(held.truth, held.probabilities, method=method)
    return ranked


def main() -> None:
    """Print and write the table."""
    annotated = [item for file in corpus_files([str(CORPORA / "annotated")]) for item in read_corpus(file)]
    pairs = read_corpus(str(CORPORA / "contrasts.csv"))
    terms = read_corpus(str(CORPORA / "lexicon.csv"))
    recalls: dict[str, list[float]] = {}
    for seed in SEEDS:
        flipped, changed = flip(annotated, seed)
        held = cross_validated([*flipped, *pairs, *terms], seed)
        for name, scores in orders(held, terms, seed).items():
            recalls.setdefault(name, []).append(found(scores, changed))
            print(seed, name, round(recalls[name][-1], 3), flush=True)
    heads = " | ".join(f"seed {seed}" for seed in SEEDS)
    lines = [
        f"{len(annotated)} texts, {round(FLIPPED * len(annotated))} labels flipped: share among the most doubted 10 %.",
        "",
        f"| order | {heads} |",
        "| --- |" + " --- |" * len(SEEDS),
    ]
    lines += [f"| {name} | " + " | ".join(f"{100 * r:.1f} %" for r in row) + " |" for name, row in recalls.items()]
    write_between("doubts", lines)


if __name__ == "__main__":
    main()
