"""Simulated surveys on the real communes, for ``bench/territory.py``: numbers, true labels, predicted labels.

400 communes and about 10,000 services, drawn anew each time. Numbers are negative binomial, truncated at 1; mixes are
Dirichlet-multinomial, so that the services of a commune resemble one another. Predicted labels are right with a given
accuracy, which rises with the population (longer texts) unless told otherwise.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.communes import reference_communes
from pipeline.domains import DOMAINS, LABELS
from pipeline.territory.mixes import MixFit, shares_at
from pipeline.territory.models import mix_design, values_of
from pipeline.territory.survey import Survey, quarters
from pipeline.workflow.territory import surveyed

COMMUNES, SERVICES = 400, 10_000
ALPHA, PRECISION, ELASTICITY = 0.4, 30.0, 0.5
# By how much accuracy rises when the logarithm of the population rises by one standard deviation.
DIFFERENTIAL = 0.03
BASE = np.log([domain.published_share for domain in DOMAINS])
PLANTED = LABELS.index("action_culturelle")


def drawn_survey(rng: np.random.Generator, pool: Survey) -> Survey:
    """Draw communes with a probability that rises with the square root of their population."""
    chances = np.sqrt(pool.population)
    chosen = rng.choice(len(pool.names), COMMUNES, replace=False, p=chances / chances.sum())
    kept = np.zeros(len(pool.names), dtype=bool)
    kept[chosen] = True
    return pool.chosen(kept)


def with_numbers(rng: np.random.Generator, survey: Survey, about: str, effect: float) -> Survey:
    """Draw numbers of services; ``effect`` is an elasticity, a log-ratio rural against not, or between quarters."""
    population = values_of(survey, "population")
    values = values_of(survey, about)
    eta = (0.0 if about == "population" else ELASTICITY) * (population - population.mean())
    low, high = (0.0, 1.0) if about in ("population", "rural") else quarters(values)
    eta = eta + effect * (values - values.mean()) / (high - low)
    mean = np.exp(eta) * SERVICES / np.exp(eta).sum()
    sizes = np.zeros(len(mean))
    while (empty := sizes == 0).any():
        sizes[empty] = rng.poisson(rng.gamma(1 / ALPHA, ALPHA * mean[empty]))
    return replace(survey, sizes=sizes)


def true_mix(survey: Survey, about: str, points: float) -> MixFit:
    """Give the model whose planted domain gains about so many points between the covariate's quarters."""
    values = values_of(survey, about)
    low, high = quarters(values)
    design = mix_design(survey, about, values)
    share = np.exp(BASE[PLANTED]) / np.exp(BASE).sum()
    slope = points / 100 / (share * (1 - share)) / (high - low)
    coefficients = np.zeros((design.shape[1], len(LABELS) - 1))
    coefficients[0] = BASE[:-1] - BASE[-1]
    coefficients[0, PLANTED] -= slope * values.mean()
    coefficients[1, PLANTED] = slope
    return MixFit(coefficients, np.zeros((coefficients.size,) * 2), design, survey.sizes, len(LABELS))


def labels_of(rng: np.random.Generator, truth: MixFit, places: np.ndarray) -> np.ndarray:
    """Draw the true labels of services (n)."""
    shares = shares_at(truth.coefficients, truth.design)
    communes = rng.standard_gamma(PRECISION * shares)
    communes /= communes.sum(axis=1, keepdims=True)
    return _drawn(rng, communes[places])


def _drawn(rng: np.random.Generator, chances: np.ndarray) -> np.ndarray:
    return np.minimum((chances.cumsum(axis=1) < rng.random(len(chances))[:, None]).sum(axis=1), chances.shape[1] - 1)


def predicted(rng: np.random.Generator, labels: np.ndarray, skill: np.ndarray) -> np.ndarray:
    """Draw predicted labels (n) given each row's chance to be right; half of the errors go to « autre »."""
    other = np.full((len(LABELS), len(LABELS)), 1 / 6)
    other[:, -1] = 0.5
    other[-1] = 0.25
    np.fill_diagonal(other, 0.0)
    return np.where(rng.random(len(labels)) < skill, labels, _drawn(rng, other[labels]))


def pool_of_communes() -> Survey:
    """Give the communes of the table where everything is known."""
    table = reference_communes()
    known = np.isfinite(np.column_stack([table.population, table.density, table.income, table.age])).all(axis=1)
    nothing = np.zeros((len(table.codes), len(LABELS)))
    survey = surveyed(table, nothing[:, 0], nothing, LABELS, False)
    return survey.chosen(known)


def size_ranks(survey: Survey, places: np.ndarray) -> np.ndarray:
    """Give each service's commune's population (n), as standard deviations of its logarithm."""
    size = values_of(survey, "population")
    return ((size - size.mean()) / size.std())[places]
