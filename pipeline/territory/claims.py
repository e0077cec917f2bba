"""The tests of each finding: what confirms it, what contradicts it, and the measures they rest on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.results.territory import Measure
from pipeline.territory.correlation import Correlation, spearman
from pipeline.territory.detectable import Detector
from pipeline.territory.equivalence import (
    all_within_p,
    any_beyond_p,
    beyond_p,
    differs_p,
    within_p,
)
from pipeline.territory.models import Estimate, MixEffect, count_effect, mix_effect
from pipeline.territory.needed import Equivalence
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.sign_flips import flipped_p
from pipeline.territory.survey import Survey

# « Closely correlated » is read as a rank correlation above 0.5, which Cohen (1988) calls large.
CLOSE = 0.5
# Numbers of services that differ by less than a quarter are taken as equal: the usual 80 to 125 %.
RATIO_MARGIN = 1.25
_LOG_MARGIN = float(np.log(RATIO_MARGIN))


@dataclass(frozen=True)
class Settings:
    """The margin of no influence in points of share, the level of intervals, and whether log-ratios are wanted."""

    margin: float = 3.0
    level: float = 0.95
    with_ratios: bool = True


@dataclass(frozen=True)
class Part:
    """What one test gives: measures, p-values for and against, communes, and what an effect is seen by.

    ``equivalence`` goes with a claim of no influence, whose ``detector`` is the test against it.
    """

    measures: tuple[Measure, ...]
    p: float
    against: float
    n: int
    detector: Detector
    equivalence: Equivalence | None = None


@dataclass(frozen=True)
class Claim:
    """The tests of a finding, all of which must hold, and the covariate it needs."""

    parts: list[Callable[[Survey, Settings], Part]]
    about: str


def _correlated(found: Correlation, about: str, threshold: float, settings: Settings) -> Part:
    low, high = found.interval(settings.level)
    above = found.above(threshold)
    p_zero = min(1.0, 2 * min(found.above(0.0), 1 - found.above(0.0)))
    measure = Measure(about, "correlation", found.rho, low, high, p_zero, found.n)
    detector = Detector("correlation", found.error, np.inf, float(np.arctanh(threshold)), communes=found.n)
    return Part((measure,), min(1.0, 2 * above), min(1.0, 2 * (1 - above)), found.n, detector)


def _regions(survey: Survey, settings: Settings) -> Part:
    names = sorted({str(name) for name in survey.regions if name})
    if len(names) < 2:
        raise ObstacleError("one_region")
    if len(names) < 5:
        raise ObstacleError("few_regions", n=len(names), least=5)
    services = np.array([survey.sizes[survey.regions == name].sum() for name in names])
    inhabitants = np.array([survey.inhabitants.get(name, np.nan) for name in names])
    if not np.isfinite(inhabitants).all():
        raise ObstacleError("missing", covariate="population")
    return _correlated(spearman(inhabitants, services), "regions", 0.0, settings)


def _population(survey: Survey, settings: Settings) -> Part:
    known = np.isfinite(survey.population)
    if not known.any():
        raise ObstacleError("missing", covariate="population")
    part = _correlated(spearman(survey.population[known], survey.sizes[known]), "population", CLOSE, settings)
    try:
        elasticity, _ = count_effect(survey, "population")
    except ObstacleError:
        return part
    return replace(part, measures=(*part.measures, elasticity.measure("population", "elasticity", settings.level)))


def _rurality(survey: Survey, settings: Settings) -> Part:
    found, _ = count_effect(survey, "rural")
    p = differs_p(found.value, found.error, found.degrees)
    below = p if found.value < 0 else 1.0
    above = p if found.value > 0 else 1.0
    return Part((found.measure("rural", "ratio", settings.level),), below, above, found.n, _seen(found))


def _no_number(about: str) -> Callable[[Survey, Settings], Part]:
    def test(survey: Survey, settings: Settings) -> Part:
        found, _ = count_effect(survey, about)
        values = np.array([found.value]), np.array([found.error])
        held = Equivalence("ratio", *values, _LOG_MARGIN, found.degrees)
        measures, detector = (found.measure(about, "ratio", settings.level),), _seen(found, _LOG_MARGIN)
        return Part(measures, _same(found), _apart(found), found.n, detector, held)

    return test


def _number(about: str) -> Callable[[Survey, Settings], Part]:
    def test(survey: Survey, settings: Settings) -> Part:
        found, _ = count_effect(survey, about)
        p = differs_p(found.value, found.error, found.degrees)
        return Part((found.measure(about, "ratio", settings.level),), p, _same(found), found.n, _seen(found))

    return test


def _seen(found: Estimate, edge: float = 0.0) -> Detector:
    return Detector("ratio", found.error, found.degrees, edge)


def _same(found: Estimate) -> float:
    return within_p(found.value, found.error, _LOG_MARGIN, found.degrees)


def _apart(found: Estimate) -> float:
    return beyond_p(found.value, found.error, _LOG_MARGIN, found.degrees)


def _no_mix(about: str) -> Callable[[Survey, Settings], Part]:
    def test(survey: Survey, settings: Settings) -> Part:
        found = mix_effect(survey, about)
        shift = found.shift
        beyond = any_beyond_p(shift.points, shift.errors, settings.margin, shift.degrees)
        held = Equivalence("points", shift.points, shift.errors, settings.margin, shift.degrees)
        error, tests = float(shift.errors.max()), len(shift.errors)
        detector = Detector("points", error, shift.degrees, settings.margin, tests=tests)
        return Part(found.measures(about, settings.level), _mix_same(found, settings), beyond, found.n, detector, held)

    return test


def _mix(about: str) -> Callable[[Survey, Settings], Part]:
    def test(survey: Survey, settings: Settings) -> Part:
        found = mix_effect(survey, about)
        p = flipped_p(found.scores)
        errors = found.shift.errors
        detector = Detector("points", float(errors.max()), found.shift.degrees, parameters=len(errors) - 1)
        return Part(found.measures(about, settings.level), p, _mix_same(found, settings), found.n, detector)

    return test


def _mix_same(found: MixEffect, settings: Settings) -> float:
    return all_within_p(found.shift.points, found.shift.errors, settings.margin, found.shift.degrees)


CLAIMS: dict[str, Claim] = {
    "a": Claim([_regions], "regions"),
    "b": Claim([_population], "population"),
    "c": Claim([_no_mix("population")], "population"),
    "d": Claim([_rurality], "rural"),
    "e": Claim([_no_mix("age"), _no_number("age")], "age"),
    "f": Claim([_number("income"), _mix("income")], "income"),
}
