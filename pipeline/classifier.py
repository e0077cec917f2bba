"""``DomainClassifier``: a scikit-learn estimator of short texts, any label set, five domains by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.multiclass import check_classification_targets
from threadpoolctl import threadpool_limits

from pipeline.calibration import PARTS, Array, Calibration, in_parts
from pipeline.directions import squared_directions
from pipeline.division import parts_of
from pipeline.explanation import Explanation, explain
from pipeline.features import Families, FeatureSpace
from pipeline.head import Head
from pipeline.occurrences import Words
from pipeline.scoring import Scoring
from pipeline.squared_hinge import Design, least_squared_hinge
from pipeline.textrows import Axes, text_rows
from pipeline.words import MANY, Lemmatiser, lemmatised, words_of

# What scores are divided by, as long as no held-out text says.
TEMPERATURE = 0.4

# Loading spaCy takes seconds; the lemmas found serve every model fitted in the process.
LEMMATISER = Lemmatiser()

# Unless told: in how many texts a feature must be found, and what vectors weigh. Of many texts, what one or two hold is
# four features in ten and brings nothing: macro-F1 on unseen kinds is 0.8880 with 155,633 features, 0.8879 with words
# of one text too. The fewer the texts, the more words are known by their vectors alone: weighing 1 instead of 0.5,
# macro-F1 on unseen kinds goes from 0.494 to 0.527 with 500 texts, 0.783 to 0.790 with 24,005; with 100,000, weighing
# 0.8 was worse by 0.001.
OF_FEW: dict[str, Any] = {"minimum_texts": 1, "minimum_pair_texts": 2, "vector": 1.0}
OF_MANY: dict[str, Any] = {"minimum_texts": 3, "minimum_pair_texts": 3, "vector": 0.5}


class DomainClassifier(ClassifierMixin, BaseEstimator):
    """Linear scores of word and pair features, and of the squares of a few sums of them, calibrated.

    One linear support vector machine per label (see :mod:`pipeline.squared_hinge`), over features of word types (see
    :mod:`pipeline.features`) and the squares of directions (see :mod:`pipeline.directions`). Why not
    a logistic regression or a perceptron: ``CONTRIBUTING.md``.

    Parameters: ``form``, ``lemma``, ``characters``, ``pair`` and ``vector`` weigh the families of features (0
    leaves one out), ``shortest`` and ``longest`` bound the character n-grams, ``minimum_texts`` is
    how many texts a feature must be found in, ``minimum_pair_texts`` how many a pair of words must (where these and
    ``vector`` are not told: 1, 2 and 1.0; of 100,000 texts or more, 3, 3 and 0.5),
    ``directions`` is how many sums are squared and ``square`` what their squares weigh, ``regularisation`` is
    scikit-learn's ``C``, ``balance`` from 0 to 1 weighs the labels from as they come to all alike,
    ``calibration`` is what was found on held-out folds; without one, scores are divided by 0.4.

    >>> texts = ["wifi sur la place", "tablettes pour l'école", "wifi au bourg", "tableau pour l'école"]
    >>> model = DomainClassifier(minimum_texts=1)
    >>> model.fit(texts, ["acces", "ecole", "acces", "ecole"]).predict(["wifi gratuit"]).tolist()
    ['acces']
    """

    def __init__(
        self,
        *,
        form: float = 1.0,
        lemma: float = 1.0,
        characters: float = 2.0,
        pair: float = 1.0,
        vector: float | None = None,
        shortest: int = 3,
        longest: int = 4,
        minimum_texts: int | None = None,
        minimum_pair_texts: int | None = None,
        directions: int = 64,
        square: float = 2.0,
        regularisation: float = 2.0,
        balance: float = 0.5,
        calibration: Calibration | None = None,
        seed: int = 2016,
    ) -> None:
        self.form = form
        self.lemma = lemma
        self.characters = characters
        self.pair = pair
        self.vector = vector
        self.shortest = shortest
        self.longest = longest
        self.minimum_texts = minimum_texts
        self.minimum_pair_texts = minimum_pair_texts
        self.directions = directions
        self.square = square
        self.regularisation = regularisation
        self.balance = balance
        self.calibration = calibration
        self.seed = seed

    def fit(
        self,
        X: Sequence[str],
        y: Sequence[str],
        sample_weight: Sequence[float] | None = None,
        kinds: Sequence[str] | None = None,
        terms: Sequence[bool] | None = None,
    ) -> DomainClassifier:
        """Learn from texts and their labels, each with a weight (1 unless given); at least two labels are needed.

        A text of no weight is left out, with its words.
        ``kinds`` says of each text which kind of service it describes ("" where nobody said): directions are found
        among kinds, where there are hundreds, rather than among texts. ``terms`` says which are terms of a lexicon and
        not texts: how common a word is, is counted among texts.
        """
        texts, labels = _texts(X), np.asarray(y)
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
        check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"DomainClassifier needs at least 2 classes; got 1 class: {self.classes_[0]!r}")
        given = np.ones(len(texts)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        kept = np.flatnonzero(given)
        documents = None if terms is None else ~np.asarray(terms, dtype=bool)[kept]
        subjects = None if kinds is None else _numbered(kinds)[kept]
        # With another number of threads a product's sums fall in another order: the model would depend on how many
        # processors a machine has, and on whether folds are fitted side by side.
        with threadpool_limits(1, user_api="blas"):
            listed = [texts[row] for row in kept]
            self.scoring_ = self._learnt(listed, numbers[kept], given[kept], subjects, documents)
        return self

    def _learnt(
        self,
        texts: Sequence[str],
        numbers: NDArray[np.int64],
        given: Array,
        subjects: NDArray[np.int64] | None,
        documents: NDArray[np.bool_] | None,
    ) -> Scoring:
        split = [words_of(text) for text in texts]
        space = FeatureSpace(self._families(len(texts)), self._lemmas(split))
        whole = text_rows(space.learn(space.occurrences(split), documents), space)
        axes = Axes.of(whole)
        rows = axes.shortened(whole)
        # What words mean together is learnt from texts: with a lexicon's terms too, macro-F1 on unseen kinds is 0.8627
        # against 0.8626, and finding directions takes twice the time.
        taught = np.arange(len(texts)) if documents is None else np.flatnonzero(documents)
        told = given[taught] * self._class_weights(numbers)[numbers[taught]]
        about = None if subjects is None else subjects[taught]
        directions = squared_directions(rows[taught], numbers[taught], told, self.directions, self.seed, about)
        directions *= np.sqrt(self.square)
        design = Design.of(rows, np.square(rows @ directions))
        weights = least_squared_hinge(design, numbers, self._costs(numbers, given)).astype(np.float64)
        learnt = rows.width
        # Single precision halves the saved model, half precision again for directions, which are more than the labels;
        # both paths then work on these same numbers.
        linear = axes.widened(weights[:learnt]).astype(np.float32).astype(np.float64)
        squared = axes.widened(directions).astype(np.float16).astype(np.float64)
        squares = weights[learnt:-1] if directions.shape[1] else None
        calibration = self.calibration or Calibration(TEMPERATURE, np.zeros(len(self.classes_)))
        head = Head(weights[-1], calibration, squares)
        projection = np.hstack([linear, squared])
        return Scoring(tuple(str(label) for label in self.classes_), space, projection, head)

    def _families(self, texts: int) -> Families:
        usual = OF_FEW if texts < MANY else OF_MANY
        given: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(Families)}
        return Families(**{name: usual[name] if value is None else value for name, value in given.items()})

    def _lemmas(self, split: Sequence[Sequence[str]]) -> dict[str, str]:
        return LEMMATISER.lemmas(lemmatised(split)) if self.lemma or self.pair else {}

    def _class_weights(self, numbers: NDArray[np.int64]) -> Array:
        counts = np.bincount(numbers)
        return np.asarray((len(numbers) / (len(counts) * counts)) ** self.balance)

    def _costs(self, numbers: NDArray[np.int64], given: Array) -> Array:
        """Give what each text on the wrong side costs for each label (n × K), as LIBLINEAR weighs them."""
        own = numbers[:, None] == np.arange(len(self.classes_))
        return np.asarray(self.regularisation * given[:, None] * np.where(own, self._class_weights(numbers), 1.0))

    def _rows(self, split: Sequence[Words]) -> Array:
        scoring = self._fitted()
        return text_rows(scoring.space.occurrences(split), scoring.space) @ scoring.projection

    def _fitted(self) -> Scoring:
        if not hasattr(self, "scoring_"):
            raise NotFittedError("This DomainClassifier is not fitted yet: call fit first.")
        scoring: Scoring = self.scoring_
        return scoring

    def decision_function(self, X: Sequence[str]) -> Array:
        """Give the uncalibrated scores: (texts × labels)."""
        return self._fitted().head.logits(self._rows([words_of(text) for text in _texts(X)]))

    def part_scores(self, X: Sequence[str]) -> Array:
        """Give the lines of scores of each text and of its four parts: (texts × 5 × labels + 1).

        The last column is a part's standing; those of parts are NaN where a text has one (see
        :class:`pipeline.calibration.Calibration`).
        """
        texts, head = _texts(X), self._fitted().head
        divided, parts = parts_of(texts)
        split = [words_of(text) for text in texts]
        lines = head.lines(self._rows([*split, *(words for part in parts for words in part)]))
        whole, beside = np.split(lines, [len(texts)])
        return in_parts(whole[:, :-1], divided, beside.reshape(PARTS, len(divided), lines.shape[1]))

    def predict_proba(self, X: Sequence[str]) -> Array:
        """Give calibrated probabilities: (texts × labels), in the order of ``classes_``."""
        calibration = self._fitted().head.calibration
        scores = self.decision_function(X) if calibration.parts is None else self.part_scores(X)
        return calibration.probabilities(scores)

    def calibrate(self, calibration: Calibration) -> None:
        """Have a fitted classifier give probabilities by another calibration, found on held-out texts."""
        scoring = self._fitted()
        self.calibration = calibration
        self.scoring_ = replace(scoring, head=replace(scoring.head, calibration=calibration))

    def stand(self, weights: Array) -> None:
        """Have a fitted classifier tell how far parts stand by weights of features (see :mod:`pipeline.standing`)."""
        scoring = self._fitted()
        columns = scoring.head.width - scoring.head.has_standing
        projection = np.column_stack([scoring.projection[:, :columns], weights])
        head = replace(scoring.head, has_standing=True)
        self.scoring_ = replace(scoring, projection=projection, head=head, known=None)

    def predict(self, X: Sequence[str]) -> NDArray[Any]:
        """Give the most probable label of each text."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def explain(self, text: str) -> Explanation:
        """Say what each word adds to each domain's score; a pair's part goes half to each of its words."""
        return explain(self._fitted(), text)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _numbered(kinds: Sequence[str]) -> NDArray[np.int64]:
    """Number kinds from 0; −1 where there is none."""
    names, numbers = np.unique(np.asarray(kinds, dtype=str), return_inverse=True)
    return np.where(names[numbers] == "", -1, numbers)


def _texts(X: Any) -> list[str]:
    if isinstance(X, str):
        raise ValueError("X is one text; give a sequence of texts")
    texts = np.asarray(X, dtype=object)
    if texts.ndim == 2 and texts.shape[1] == 1:
        texts = texts[:, 0]
    if texts.ndim != 1:
        raise ValueError(f"X has {texts.ndim} dimensions; give one text per item")
    if len(texts) == 0:
        raise ValueError("X has 0 texts; at least 1 is needed")
    return ["" if text is None else str(text) for text in texts]
