"""The six findings of the study, each turned into tests that can confirm it and tests that can contradict it.

A claim of influence is confirmed by a difference shown; a claim of no influence by an equivalence shown (two
one-sided tests against a margin), never by a large p-value. What neither test shows is « cannot tell ».
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.results.territory import CANNOT_TELL, CONFIRMED, CONTRADICTED, Finding, Measure, Obstruction
from pipeline.territory.correlation import Correlation, spearman
from pipeline.territory.equivalence import (
    all_within_p,
    any_beyond_p,
    beyond_p,
    differs_p,
    holm,
    joint_p,
    within_p,
)
from pipeline.territory.mixes import slopes_statistic
from pipeline.territory.models import Estimate, MixEffect, count_effect, mix_effect, ratio_measures, unknown_communes
from pipeline.territory.needed import Equivalence, needed_for, p_to_reach
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.survey import LEAST_COMMUNES, Survey

# « Closely correlated » is read as a rank correlation above 0.5, which Cohen (1988) calls large.
CLOSE = 0.5
# Numbers of services that differ by less than a quarter are taken as equal: the usual 80 to 125 %.
RATIO_MARGIN = 1.25


@dataclass(frozen=True)
class Settings:
    """The margin of no influence in points of share, the level of intervals, and whether log-ratios are wanted."""

    margin: float = 3.0
    level: float = 0.95
    with_ratios: bool = True


@dataclass(frozen=True)
class _Part:
    """What one test gives: measures, p-values for and against, communes."""

    measures: tuple[Measure, ...]
    p: float
    against: float
    n: int
    equivalence: Equivalence | None = None


def six_findings(survey: Survey, settings: Settings) -> tuple[Finding, ...]:
    """Test the six findings; those that cannot be computed say why, and Holm's correction covers the others.

    A finding is confirmed when its adjusted p is under 1 − level, contradicted when the adjusted p against it is.
    """
    tested = [_finding(key, test, survey, settings) for key, test in TESTS.items()]
    findings = [finding for finding, _ in tested]
    adjusted, against = holm([f.p for f in findings]), holm([f.against for f in findings])
    alpha = 1 - settings.level
    judged = [
        replace(finding, p_adjusted=p, verdict=_verdict(p, q, alpha))
        for finding, p, q in zip(findings, adjusted, against, strict=True)
    ]
    p_values = [finding.p for finding in findings]
    return tuple(
        replace(finding, needed=needed_for(parts, finding.n, p_to_reach(p_values, place, alpha)))
        if finding.verdict == CANNOT_TELL and finding.p is not None and parts
        else finding
        for place, (finding, (_, parts)) in enumerate(zip(judged, tested, strict=True))
    )


def _verdict(p: float | None, against: float | None, alpha: float) -> str:
    if p is not None and p < alpha:
        return CONFIRMED
    return CONTRADICTED if against is not None and against < alpha else CANNOT_TELL


Parts = list[Callable[[Survey, Settings], _Part]]


@dataclass(frozen=True)
class _Test:
    """The parts of a finding, the covariate it needs, and how p-values of parts join: all must hold."""

    parts: Parts
    about: str


def _finding(key: str, test: _Test, survey: Survey, settings: Settings) -> tuple[Finding, list[Equivalence]]:
    done: list[_Part] = []
    obstructions: list[Obstruction] = []
    for part in test.parts:
        try:
            _enough(survey)
            done.append(part(survey, settings))
        except ObstacleError as obstacle:
            obstructions.append(Obstruction(obstacle.key, obstacle.values))
        except np.linalg.LinAlgError:
            obstructions.append(Obstruction("singular"))
    measures = [measure for part in done for measure in part.measures]
    whole = len(done) == len(test.parts)
    n = done[0].n if done else 0
    finding = Finding(
        key,
        CANNOT_TELL,
        measures[0] if measures else None,
        (*measures[1:], *_ratios(survey, test.about, settings, bool(done) and key in "cef")),
        # Every part must hold for the claim to hold (the largest p), one that fails is enough against it.
        max(part.p for part in done) if whole else None,
        min(1.0, len(done) * min(part.against for part in done)) if done else None,
        None,
        n,
        unknown_communes(survey, test.about) if done else 0,
        settings.margin,
        RATIO_MARGIN,
        tuple({item.key: item for item in obstructions}.values()),
    )
    return finding, [part.equivalence for part in done if part.equivalence is not None]


def _enough(survey: Survey) -> None:
    if len(survey.sizes) < LEAST_COMMUNES:
        raise ObstacleError("too_few", n=len(survey.sizes), least=LEAST_COMMUNES)


def _ratios(survey: Survey, about: str, settings: Settings, wanted: bool) -> tuple[Measure, ...]:
    if not (wanted and settings.with_ratios):
        return ()
    try:
        return ratio_measures(survey, about, settings.level)
    except (ObstacleError, np.linalg.LinAlgError):
        # A second view: where it cannot be had the first one stands, and the table says nothing of it.
        return ()


def _correlated(found: Correlation, about: str, threshold: float, settings: Settings) -> _Part:
    low, high = found.interval(settings.level)
    above = found.above(threshold)
    p_zero = min(1.0, 2 * min(found.above(0.0), 1 - found.above(0.0)))
    measure = Measure(about, "correlation", found.rho, low, high, p_zero, found.n)
    return _Part((measure,), min(1.0, 2 * above), min(1.0, 2 * (1 - above)), found.n)


def _regions(survey: Survey, settings: Settings) -> _Part:
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


def _population(survey: Survey, settings: Settings) -> _Part:
    known = np.isfinite(survey.population)
    if not known.any():
        raise ObstacleError("missing", covariate="population")
    part = _correlated(spearman(survey.population[known], survey.sizes[known]), "population", CLOSE, settings)
    try:
        elasticity, _ = count_effect(survey, "population")
    except ObstacleError:
        return part
    return replace(part, measures=(*part.measures, elasticity.measure("population", "elasticity", settings.level)))


def _rurality(survey: Survey, settings: Settings) -> _Part:
    found, _ = count_effect(survey, "rural")
    p = differs_p(found.value, found.error, found.degrees)
    below = p if found.value < 0 else 1.0
    return _Part((found.measure("rural", "ratio", settings.level),), below, p if found.value > 0 else 1.0, found.n)


def _no_number(about: str) -> Callable[[Survey, Settings], _Part]:
    def test(survey: Survey, settings: Settings) -> _Part:
        found, _ = count_effect(survey, about)
        values = np.array([found.value]), np.array([found.error])
        held = Equivalence("ratio", *values, float(np.log(RATIO_MARGIN)), found.degrees)
        return _Part((found.measure(about, "ratio", settings.level),), _same(found), _apart(found), found.n, held)

    return test


def _number(about: str) -> Callable[[Survey, Settings], _Part]:
    def test(survey: Survey, settings: Settings) -> _Part:
        found, _ = count_effect(survey, about)
        p = differs_p(found.value, found.error, found.degrees)
        return _Part((found.measure(about, "ratio", settings.level),), p, _same(found), found.n)

    return test


def _same(found: Estimate) -> float:
    return within_p(found.value, found.error, float(np.log(RATIO_MARGIN)), found.degrees)


def _apart(found: Estimate) -> float:
    return beyond_p(found.value, found.error, float(np.log(RATIO_MARGIN)), found.degrees)


def _no_mix(about: str) -> Callable[[Survey, Settings], _Part]:
    def test(survey: Survey, settings: Settings) -> _Part:
        found = mix_effect(survey, about)
        shift = found.shift
        beyond = any_beyond_p(shift.points, shift.errors, settings.margin, shift.degrees)
        held = Equivalence("points", shift.points, shift.errors, settings.margin, shift.degrees)
        return _Part(found.measures(about, settings.level), _mix_same(found, settings), beyond, found.n, held)

    return test


def _mix(about: str) -> Callable[[Survey, Settings], _Part]:
    def test(survey: Survey, settings: Settings) -> _Part:
        found = mix_effect(survey, about)
        p = joint_p(*slopes_statistic(found.fit, 1), found.shift.degrees)
        return _Part(found.measures(about, settings.level), p, _mix_same(found, settings), found.n)

    return test


def _mix_same(found: MixEffect, settings: Settings) -> float:
    return all_within_p(found.shift.points, found.shift.errors, settings.margin, found.shift.degrees)


TESTS: dict[str, _Test] = {
    "a": _Test([_regions], "regions"),
    "b": _Test([_population], "population"),
    "c": _Test([_no_mix("population")], "population"),
    "d": _Test([_rurality], "rural"),
    "e": _Test([_no_mix("age"), _no_number("age")], "age"),
    "f": _Test([_number("income"), _mix("income")], "income"),
}


def obstructed(why: Obstruction, settings: Settings) -> tuple[Finding, ...]:
    """Give the six findings when none can be computed, for one reason."""
    return tuple(
        Finding(key, CANNOT_TELL, None, (), None, None, None, 0, 0, settings.margin, RATIO_MARGIN, (why,))
        for key in TESTS
    )
