"""What the pictures show, as numbers: services against population, mixes by quarter, regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipeline.results.territory_views import Cloud, MixView, RegionView, Views
from pipeline.territory.models import count_effect, values_of
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.survey import Survey

Numbers = NDArray[np.float64]


def views_of(survey: Survey, level: float) -> Views:
    """Give what the pictures show of a survey."""
    return Views(cloud(survey, level), mix_views(survey), region_views(survey))


def cloud(survey: Survey, level: float) -> Cloud:
    """Give services against population with the expected number and its band; none where the model fails.

    When only communes that answered are there, the line is the expected number of those that have one at least.
    """
    known = np.isfinite(survey.population) & (survey.sizes > 0)
    shown = survey.chosen(known)
    empty = np.zeros(0)
    try:
        _, fit = count_effect(survey, "population")
    except (ObstacleError, np.linalg.LinAlgError):
        return Cloud(shown.names, shown.population, shown.sizes, empty, empty, empty, empty)
    at = np.geomspace(shown.population.min(), shown.population.max(), 60)
    design = np.column_stack([np.ones(len(at)), np.log(at)])
    half = special.stdtrit(fit.n - 2, 0.5 + level / 2) * np.sqrt(
        np.maximum(np.einsum("ij,jk,ik->i", design, fit.covariance, design), 0.0)
    )
    middle = design @ fit.coefficients
    line, low, high = (_expected(middle + side * half, fit.alpha, fit.truncated) for side in (0, -1, 1))
    return Cloud(shown.names, shown.population, shown.sizes, at, line, low, high)


def _expected(eta: Numbers, alpha: float, truncated: bool) -> Numbers:
    mean = np.exp(np.clip(eta, -30.0, 30.0))
    return mean / -np.expm1(-np.log1p(alpha * mean) / alpha) if truncated else mean


def mix_views(survey: Survey) -> tuple[MixView, ...]:
    """Give the mix by quarter of population, income and age, and by class of density."""
    survey = survey.chosen(survey.sizes > 0)
    views = [_by_quarter(survey, about) for about in ("population", "income", "age")]
    return tuple(view for view in (*views, _by_density(survey)) if view is not None)


def _by_quarter(survey: Survey, about: str) -> MixView | None:
    values = values_of(survey, about)
    raw = {"population": survey.population, "income": survey.income, "age": survey.age}[about]
    known = np.isfinite(values)
    if known.sum() < 8 or np.ptp(values[known]) == 0:
        return None
    edges = np.quantile(values[known], [0.25, 0.5, 0.75])
    group = np.where(known, np.searchsorted(edges, values, side="right"), -1)
    return _view(survey, about, group, raw, 4)


def _by_density(survey: Survey) -> MixView | None:
    known = np.isfinite(survey.density)
    if not known.any():
        return None
    group = np.where(known, np.clip(survey.density, 1, 3) - 1, -1).astype(int)
    return _view(survey, "density", group, survey.density, 3)


def _view(survey: Survey, about: str, group: NDArray[np.int64], raw: Numbers, groups: int) -> MixView:
    present = [number for number in range(groups) if (group == number).any()]
    totals = np.array([survey.totals[group == number].sum(axis=0) for number in present])
    return MixView(
        about,
        tuple((float(raw[group == number].min()), float(raw[group == number].max())) for number in present),
        tuple(int((group == number).sum()) for number in present),
        tuple(int(survey.sizes[group == number].sum()) for number in present),
        100 * totals / totals.sum(axis=1, keepdims=True),
        survey.domains,
    )


def region_views(survey: Survey) -> tuple[RegionView, ...]:
    """Give each region of the table that has a name, those without service included."""
    found = []
    for region in sorted(name for name in survey.inhabitants if name):
        inside = survey.regions == region
        services, inhabitants = int(survey.sizes[inside].sum()), survey.inhabitants[region]
        rate = 1e4 * services / inhabitants if inhabitants > 0 else float("nan")
        found.append(RegionView(region, int((survey.sizes[inside] > 0).sum()), services, inhabitants, rate))
    return tuple(found)
