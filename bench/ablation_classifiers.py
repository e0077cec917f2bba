"""What the ablation table sets beside this project's classifier; each is told weights, kinds and terms, as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import normalize

from pipeline.calibration import softmax
from pipeline.classifier import LEMMATISER, TEMPERATURE, DomainClassifier
from pipeline.occurrences import Occurrences
from pipeline.vectors import word_vectors
from pipeline.words import french_pipeline, words_of

Texts = Sequence[str]
Reals = NDArray[np.float64]
# Tagging takes minutes: what a text becomes serves the folds that learn from it. Texts to be labelled are tagged anew.
_learnt: dict[bool, dict[str, str]] = {True: {}, False: {}}


class OfLemmas:
    """This project's classifier on texts whose words were replaced by their lemmas, of word types or in context."""

    def __init__(self, in_context: bool, **settings: Any) -> None:
        self._lemmas, self._known = tagged if in_context else of_types, _learnt[in_context]
        self._model = DomainClassifier(**settings)

    def fit(self, texts: Texts, labels: Texts, *told: Any) -> OfLemmas:
        """Fit on lemmas."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, self._lemmas(missing), strict=True))
        self._model.fit([self._known[text] for text in texts], labels, *told)
        return self

    def predict(self, texts: Texts) -> NDArray[Any]:
        """Give the best label of each text."""
        return self._model.predict(self._lemmas(texts))


def of_types(texts: Texts) -> list[str]:
    """Replace words by the lemmas of their types."""
    split = [words_of(text) for text in texts]
    lemmas = LEMMATISER.lemmas({word for words in split for word in words})
    return [" ".join(lemmas[word] for word in words) for words in split]


def tagged(texts: Texts) -> list[str]:
    """Replace words by their lemmas in context: spaCy tags each text, its words split and lower-cased as ours are."""
    nlp = french_pipeline()
    split = [words_of(text) for text in texts]
    documents = nlp.pipe([_document(nlp.vocab, words) for words in split], batch_size=1000)
    return [" ".join(token.lemma_.lower() for token in document) for document in documents]


def _document(vocabulary: Any, words: Sequence[str]) -> Any:
    from spacy.tokens import Doc

    return Doc(vocabulary, words=list(words))


class PooledVectors:
    """A network over word vectors, summed by text with the words' inverse document frequencies.

    One of no hidden unit is a logistic regression.
    """

    def __init__(self, trained: bool, hidden: int = 128) -> None:
        self._trained, self._hidden = trained, (hidden,) if hidden else ()

    def fit(
        self, texts: Texts, labels: Texts, weights: Any = None, kinds: Any = None, terms: Any = None
    ) -> PooledVectors:
        """Fit; it stops when a held-out tenth is no better classified."""
        split = [words_of(text) for text in texts]
        self._vectors = trained_vectors(split, labels) if self._trained else word_vectors
        documents = np.ones(len(split), dtype=bool) if terms is None else ~np.asarray(terms)
        found = Occurrences.of([words for words, document in zip(split, documents, strict=True) if document], None)
        common = np.log((1 + found.words.shape[0]) / (1 + found.words.getnnz(axis=0))) + 1
        self._frequencies = dict(zip(found.types, common.tolist(), strict=True))
        self._rarest = float(common.max())
        batch = min(256, max(16, len(split) // 100))
        self._network = MLPClassifier(self._hidden, early_stopping=True, batch_size=batch, random_state=2016)
        given = np.ones(len(split)) if weights is None else np.asarray(weights)
        # Texts of no weight are left out, as this project does: a batch of them would have no loss.
        kept = np.flatnonzero(given)
        self._network.fit(self._pooled(split)[kept], np.asarray(labels)[kept], given[kept])
        self.classes_ = self._network.classes_
        return self

    def _pooled(self, split: Sequence[Sequence[str]]) -> Reals:
        found = Occurrences.of(split, None)
        weights = np.array([self._frequencies.get(word, self._rarest) for word in found.types])
        return np.asarray(normalize(found.words @ (self._vectors(found.types) * weights[:, None])))

    def predict_proba(self, texts: Texts) -> Reals:
        """Give the probabilities of the labels."""
        return np.asarray(self._network.predict_proba(self._pooled([words_of(text) for text in texts])))

    def predict(self, texts: Texts) -> NDArray[Any]:
        """Give the best label of each text."""
        return np.asarray(self.classes_[self.predict_proba(texts).argmax(axis=1)])


def trained_vectors(split: Sequence[Sequence[str]], labels: Texts) -> Callable[[Sequence[str]], Reals]:
    """Give vectors of words and their n-grams that fastText learns from the texts and their labels."""
    import fasttext

    names = sorted(set(labels))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.txt"
        lines = (
            f"__label__{names.index(label)} {' '.join(words)}\n" for words, label in zip(split, labels, strict=True)
        )
        file.write_text("".join(lines), encoding="utf-8")
        # Few texts teach little in ten passes.
        passes = max(10, 500_000 // len(split))
        settings = {"dim": 100, "minn": 3, "maxn": 5, "epoch": passes, "lr": 0.3}
        # One thread: with more, fastText does not learn the same numbers twice.
        model = fasttext.train_supervised(str(file), **settings, thread=1, seed=1, verbose=0)
    return lambda types: np.array([model.get_word_vector(word) for word in types], dtype=np.float64).reshape(-1, 100)


class Margins:
    """A support vector machine of scikit-learn, its scores made probabilities."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def fit(self, texts: Texts, labels: Texts, *told: Any) -> Margins:
        """Fit without weights, kinds and terms."""
        self._model.fit(texts, labels)
        self.classes_ = self._model.classes_
        return self

    def predict_proba(self, texts: Texts) -> Reals:
        """Give the probabilities of the labels."""
        return softmax(self._model.decision_function(texts) / TEMPERATURE)


class Averaged:
    """An ensemble: the mean of the probabilities its members give."""

    def __init__(self, *members: Any) -> None:
        self._members = members

    def fit(self, texts: Texts, labels: Texts, *told: Any) -> Averaged:
        """Fit each member on everything."""
        for member in self._members:
            member.fit(texts, labels, *told)
        self._classes = self._members[0].classes_
        return self

    def predict(self, texts: Texts) -> NDArray[Any]:
        """Give the best label of each text."""
        mean = np.mean([member.predict_proba(texts) for member in self._members], axis=0)
        return np.asarray(self._classes[mean.argmax(axis=1)])
