"""The six findings of the study, each turned into tests that can confirm it and tests that can contradict it.

A claim of influence is confirmed by a difference shown; a claim of no influence by an equivalence shown (two
one-sided tests against a margin), never by a large p-value. What neither test shows is « cannot tell ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.results.territory import CANNOT_TELL, CONFIRMED, CONTRADICTED, Finding, Measure, Obstruction
from pipeline.territory.claims import CLAIMS, RATIO_MARGIN, Claim, Part, Settings
from pipeline.territory.detectable import detectable
from pipeline.territory.equivalence import holm
from pipeline.territory.models import ratio_measures, unknown_communes
from pipeline.territory.needed import needed_for, p_to_reach
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.survey import LEAST_COMMUNES, Survey


def six_findings(survey: Survey, settings: Settings) -> tuple[Finding, ...]:
    """Test the six findings; those that cannot be computed say why, and Holm's correction covers the others.

    A finding is confirmed when its adjusted p is under 1 − level, contradicted when the adjusted p against it is.
    """
    tested = [_finding(key, claim, survey, settings) for key, claim in CLAIMS.items()]
    findings = [finding for finding, _ in tested]
    adjusted, against = holm([f.p for f in findings]), holm([f.against for f in findings])
    alpha = 1 - settings.level
    judged = [
        replace(finding, p_adjusted=p, verdict=_verdict(p, q, alpha))
        for finding, p, q in zip(findings, adjusted, against, strict=True)
    ]
    return tuple(
        _with_limits(judged, place, parts, alpha)
        if judged[place].verdict == CANNOT_TELL and judged[place].p is not None
        else judged[place]
        for place, (_, parts) in enumerate(tested)
    )


def _verdict(p: float | None, against: float | None, alpha: float) -> str:
    if p is not None and p < alpha:
        return CONFIRMED
    return CONTRADICTED if against is not None and against < alpha else CANNOT_TELL


def _with_limits(findings: Sequence[Finding], place: int, parts: Sequence[Part], alpha: float) -> Finding:
    """Add what would have been shown, and for a claim of no influence what showing it would have needed."""
    finding, detectors = findings[place], [part.detector for part in parts]
    p = p_to_reach([each.p for each in findings], place, alpha)
    held = [part.equivalence for part in parts if part.equivalence is not None]
    if not held:
        return replace(finding, detectable=detectable(detectors, p))
    against = p_to_reach([each.against for each in findings], place, alpha) / len(parts)
    return replace(finding, needed=needed_for(held, finding.n, p), detectable=detectable(detectors, against))


def _finding(key: str, claim: Claim, survey: Survey, settings: Settings) -> tuple[Finding, list[Part]]:
    done: list[Part] = []
    obstructions: list[Obstruction] = []
    for part in claim.parts:
        try:
            _enough(survey)
            done.append(part(survey, settings))
        except ObstacleError as obstacle:
            obstructions.append(Obstruction(obstacle.key, obstacle.values))
        except np.linalg.LinAlgError:
            obstructions.append(Obstruction("singular"))
    measures = [measure for part in done for measure in part.measures]
    whole = len(done) == len(claim.parts)
    n = done[0].n if done else 0
    finding = Finding(
        key,
        CANNOT_TELL,
        measures[0] if measures else None,
        (*measures[1:], *_ratios(survey, claim.about, settings, bool(done) and key in "cef")),
        # Every part must hold for the claim to hold (the largest p), one that fails is enough against it.
        max(part.p for part in done) if whole else None,
        min(1.0, len(done) * min(part.against for part in done)) if done else None,
        None,
        n,
        unknown_communes(survey, claim.about) if done else 0,
        settings.margin,
        RATIO_MARGIN,
        tuple({item.key: item for item in obstructions}.values()),
    )
    return finding, done


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


def obstructed(why: Obstruction, settings: Settings) -> tuple[Finding, ...]:
    """Give the six findings when none can be computed, for one reason."""
    return tuple(
        Finding(key, CANNOT_TELL, None, (), None, None, None, 0, 0, settings.margin, RATIO_MARGIN, (why,))
        for key in CLAIMS
    )
