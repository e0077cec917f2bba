"""``domaines audit forecast``: models taught on growing parts of the corpus, and what more texts would buy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.errors import InputError
from pipeline.learning_curve import forecast
from pipeline.results.forecasts import Forecast
from pipeline.training import always_training, stratified_folds
from pipeline.workflow.corpora import check_corpus
from pipeline.workflow.fits import learn, make_classifier
from pipeline.workflow.reading import Say
from pipeline.workflow.sources import join_sources

# Parts of the training rows that teach, each holding the one before: the curve is steep at its beginning.
PARTS = (0.1, 0.17, 0.28, 0.46, 0.7, 1.0)
FOLDS = 4
FEWEST_TEXTS = 200


def forecast_corpus(sources: Sequence[str], more: int, seed: int, say: Say) -> Forecast:
    """Forecast the accuracy with ``more`` annotated texts; the lexicon and the contrast pairs teach at every size."""
    texts = join_sources(sources, (), say).texts
    check_corpus(texts)
    judged = list({fingerprint(item.text): item for item in texts if not (item.term or item.pair)}.values())
    others = [item for item in texts if item.term or item.pair]
    if len(judged) < FEWEST_TEXTS:
        raise InputError(
            f"{len(judged)} textes annotés : il en faut au moins {FEWEST_TEXTS} pour tracer une courbe "
            "d'apprentissage, en annoter d'autres."
        )
    if more < 1:
        raise InputError(f"--more {more} : donner un nombre de textes, au moins 1.")
    folds = always_training(stratified_folds([item.label for item in judged], seed, FOLDS), [])
    train, test = folds[0]
    order = np.random.default_rng(seed).permutation(train)
    sizes = [round(part * len(order)) for part in PARTS]
    right = []
    for size in sizes:
        right.append(_right([judged[row] for row in order[:size]], others, [judged[row] for row in test], seed))
        say(f"{size} textes : {100 * right[-1].mean():.1f} % justes.")
    return forecast(sizes, np.array(right), more, seed)


def _right(
    taught: Sequence[AnnotatedText], others: Sequence[AnnotatedText], test: Sequence[AnnotatedText], seed: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    listed = [*taught, *others]
    model = make_classifier(seed)
    learn(model, listed)
    return np.asarray(model.predict([item.text for item in test]) == np.array([item.label for item in test]))
