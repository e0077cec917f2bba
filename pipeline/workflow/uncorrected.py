"""What can be said of a labelled file nobody has audited: corrected lines that rest on unchanged wording, and drift."""

from __future__ import annotations

import numpy as np

from pipeline.registry import Model
from pipeline.results import CorrectedShares, Drift
from pipeline.shares import calibration_matrix_shares, drift_of, expectation_maximisation_shares
from pipeline.words import words_of
from pipeline.workflow.labelled_rows import LabelledRows

# Words are counted on at most this many texts, evenly spaced: more would not move a rate by half a point.
TEXTS_READ = 20_000


def corrected_shares(rows: LabelledRows, model: Model) -> tuple[CorrectedShares, ...]:
    """Give the shares corrected by EMQ and by the calibration matrix, from the model's held-out predictions."""
    held_out = model.held_out()
    if held_out is None or not rows.population.size:
        return ()
    place = [rows.domains.index(label) for label in model.scoring.labels]
    classes = len(rows.domains)
    truth = np.array(place, dtype=np.int64)[held_out.truth]
    guess = np.array(place, dtype=np.int64)[held_out.probabilities.argmax(axis=1)]
    trained = np.bincount(truth, minlength=classes) / len(truth)
    predicted = np.bincount(rows.guessed, rows.population.mass, classes).astype(np.float64)
    return (
        expectation_maximisation_shares(rows.population, trained, rows.domains),
        calibration_matrix_shares(predicted, truth, guess, rows.domains),
    )


def drift_from(rows: LabelledRows, model: Model) -> Drift | None:
    """Compare the file with the texts its model learnt; nothing for a model that does not describe them."""
    if not model.profile or not rows.population.size:
        return None
    unknown, length = _words(rows, model)
    ranked = np.sort(rows.population.probabilities, axis=1)
    return drift_of(
        model.profile,
        rows.domains,
        unknown_word_rate=unknown,
        words_per_text=length,
        mean_confidence=float((ranked[:, -1] - ranked[:, -2]).mean()),
        mean_probabilities=rows.population.probabilities.mean(axis=0),
    )


def _words(rows: LabelledRows, model: Model) -> tuple[float | None, float | None]:
    """Give the share of words the model never saw, and the words a text."""
    if "description" not in rows.keys.columns:
        return None, None
    places = np.flatnonzero(rows.kept)
    texts = rows.keys["description"].gather(places[:: max(1, len(places) // TEXTS_READ)].tolist()).to_list()
    found = [word for text in texts for word in words_of(text)]
    known = model.scoring.space.lemma_of
    return sum(word not in known for word in found) / max(len(found), 1), len(found) / len(texts)
