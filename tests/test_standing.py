"""What tells a list of services from one service and its details is learnt from words, held out as scores are."""

from copy import copy

import numpy as np
import pytest

from pipeline.calibration import leads_of
from pipeline.classifier import DomainClassifier
from pipeline.names import CHARACTERS, PAIR
from pipeline.standing import with_standing

SERVICES = ["wifi au port", "podcast au musée", "cantine en ligne", "bornes du bourg"]
DETAILS = ["avec code fourni", "pour mémoire encore", "sans frais aucun", "dès mardi prochain"]


def listed(count=10):
    """Texts of two services, then of one and its detail, with scores in which the right part is right."""
    lists = [f"{one}, {other}" for one in SERVICES for other in SERVICES if one != other]
    details = [f"{detail}, {service}" for service in SERVICES for detail in DETAILS]
    texts = [*lists, *details] * count
    truth = np.arange(len(texts)) % 5
    first_decides = np.array([text.split()[0] not in "avec pour sans dès" for text in texts])
    scores = np.full((len(texts), 5, 6), -1.0)
    scores[..., -1] = 0.0
    rows = np.arange(len(texts))
    for part in range(1, 5):
        right = first_decides == (part in (1, 3))
        scores[rows, part, np.where(right, truth, (truth + 1) % 5)] = 1.0
    return texts, scores, truth, first_decides


@pytest.fixture(scope="module")
def fitted():
    words = [*SERVICES, *DETAILS, "jeunesse"]
    return DomainClassifier(minimum_texts=1).fit(words, [f"{number % 5}" for number in range(len(words))])


@pytest.fixture
def model(fitted):
    return copy(fitted)


def test_words_of_services_stand_more_than_words_of_details(model):
    texts, scores, truth, first_decides = listed()
    halves = np.arange(len(texts)) % 2 == 0
    folds = [(np.flatnonzero(~half), np.flatnonzero(half)) for half in (halves, ~halves)]
    found = with_standing(model, texts, scores, truth, folds)
    leads = leads_of(found)[:, 0]
    # A service against its detail leads; two services are between, and the constant says that the first decides.
    assert leads[first_decides].min() > leads[~first_decides].max() + 0.5
    assert np.array_equal(found[..., :-1], scores[..., :-1])
    # What the model says is what it was taught on all texts.
    asked = model.part_scores(["wifi au port, pour mémoire encore"])
    assert leads_of(asked)[0, 0] > 0


def test_a_standing_is_learnt_without_the_text_it_is_given_to(model):
    """A word met in one fold alone has no standing there."""
    texts, scores, truth, _ = listed()
    texts = [*texts, "jeunesse, wifi au port"]
    scores, truth = np.concatenate([scores, scores[:1]]), np.append(truth, truth[0])
    last = len(texts) - 1
    folds = [(np.arange(last), np.array([last])), (np.array([last]), np.arange(last))]
    assert with_standing(model, texts, scores, truth, folds)[last, 1, -1] == 0.0
    assert model.part_scores(["jeunesse, wifi au port"])[0, 1, -1] != 0.0


def test_forms_and_lemmas_alone_stand(model):
    texts, scores, truth, _ = listed()
    with_standing(model, texts, scores, truth, [])
    space = model.scoring_.space
    for family in (PAIR, CHARACTERS):
        names, first = space.columns.family(family)
        assert not model.scoring_.projection[first : first + len(names), -1].any()


def test_where_parts_are_never_in_conflict_nothing_stands(model):
    texts, scores, truth, _ = listed(1)
    scores[:, 1:] = scores[:, [1]]
    found = with_standing(model, texts, scores, truth, [])
    assert not found[:, 1:, -1].any()
    assert not model.scoring_.projection[:, -1].any()
    assert model.scoring_.head.has_standing
