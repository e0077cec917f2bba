"""The six findings again on parts of the survey: what rests on a few communes, a region or a year shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from pipeline.results.territory import Scenario
from pipeline.territory.claims import Settings
from pipeline.territory.findings import six_findings
from pipeline.territory.survey import Survey

CAPITAL_REGION = "Île-de-France"
LARGEST = 10
NAMES = {
    "without_largest": "sans les dix communes les plus peuplées",
    "without_capital_region": "sans l'Île-de-France",
    "year": "année",
}


def scenarios(
    survey: Survey, by_year: Mapping[str, Survey], settings: Settings, advance: Callable[[str], None]
) -> tuple[Scenario, ...]:
    """Test the findings without the ten largest communes, without Île-de-France, and on each year alone."""
    settings = replace(settings, with_ratios=False)
    found = []
    for key, value, part in _parts(survey, by_year):
        advance(f"Sensibilité : {NAMES[key]} {value}".rstrip() + ".")
        services = int(part.sizes.sum())
        communes = int((part.sizes > 0).sum())
        found.append(Scenario(key, value, communes, services, six_findings(part, settings)))
    return tuple(found)


def _parts(survey: Survey, by_year: Mapping[str, Survey]) -> Iterator[tuple[str, str, Survey]]:
    with_services = np.where(survey.sizes > 0, np.nan_to_num(survey.population), -1.0)
    if len(survey.sizes) > LARGEST:
        kept = np.ones(len(survey.sizes), dtype=bool)
        kept[np.argsort(-with_services, kind="stable")[:LARGEST]] = False
        yield "without_largest", "", survey.chosen(kept)
    elsewhere = survey.regions != CAPITAL_REGION
    if elsewhere.any() and not elsewhere.all():
        yield "without_capital_region", "", survey.chosen(elsewhere)
    if len(by_year) > 1:
        for year, part in sorted(by_year.items()):
            yield "year", year, part
