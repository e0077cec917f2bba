"""The territorial page: one HTML file, and the note of six sentences for the terminal."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from pipeline.report.render import domain_name
from pipeline.report.templates import page_template
from pipeline.report.territory_pictures import Picture
from pipeline.report.territory_wording import TERRITORY_WORDINGS, TerritoryWording
from pipeline.results.territory import Finding, Measure, Scenario, Territory
from pipeline.results.territory_words import CLAIMS, COVARIATES, VERDICTS
from pipeline.results.written_numbers import grouped, p_value, written

# Signs stand beside the words, so that a verdict never rests on a colour.
SIGNS = {"confirmed": "✓", "contradicted": "✗", "cannot_tell": "?"}
UNITS = {
    "fr": {"points": "points", "ratio": "rapport", "elasticity": "élasticité", "correlation": "corrélation"},
    "en": {"points": "points", "ratio": "ratio", "elasticity": "elasticity", "correlation": "correlation"},
}
LISTED, LISTED_ROWS = 200, 60


def territory_note(result: Territory, lang: str = "fr") -> str:
    """Write the note: the six sentences, the scope, the labels, the warning."""
    wording = TERRITORY_WORDINGS[lang]
    lines = [finding.sentence(lang) for finding in result.findings]
    return "\n".join([*lines, "", *scope_sentences(result, wording), wording.warning])


def scope_sentences(result: Territory, wording: TerritoryWording) -> list[str]:
    """Say how rows met communes, whom numbers are about, and what labels are."""
    joining, lang = result.joining, wording.lang
    said = [
        wording.joined.format(
            rows=grouped(joining.rows, lang),
            matched=grouped(joining.matched, lang),
            communes=grouped(joining.communes, lang),
            without=grouped(joining.without_domain, lang),
        ),
        wording.whole if result.whole else wording.respondents,
        wording.corrected.format(n=grouped(result.audited, lang)) if result.audited else wording.uncorrected,
    ]
    if result.weights is not None:
        said.append(wording.weighted.format(name=result.weights))
    if result.merged:
        said.append(wording.merged.format(names=", ".join(domain_name(name, lang) for name in result.merged)))
    return said


def render_territory(result: Territory, pictures: Sequence[Picture], made_on: str, lang: str = "fr") -> str:
    """Write the page; everything of the user's is escaped, pictures are inside."""
    wording = TERRITORY_WORDINGS[lang]
    return page_template("territory.html").render(
        w=wording,
        r=result,
        made_on=made_on,
        findings=[_finding_row(finding, lang) for finding in result.findings],
        sentences=[tied(finding.sentence(lang), lang) for finding in result.findings],
        scope=[tied(sentence, lang) for sentence in scope_sentences(result, wording)],
        tests=wording.tests.format(
            margin=written(result.margin, lang, 1), alpha=written(100 * (1 - result.level), lang, 0)
        ),
        unknown=_unknown(result, wording),
        pictures=[_picture(picture, lang) for picture in pictures],
        scenarios=_scenarios(result, wording),
        signs=_signs(lang),
        measure_columns=wording.measure_columns,
        measures=[_measure_row(f.key, m, lang) for f in result.findings for m in (f.main, *f.others) if m],
        joint=_joint(result, lang),
        poisson=_poisson(result, wording),
        interval=tied(wording.interval.format(level=written(100 * result.level, lang, 0)), lang),
        measures_note=_measures_note(result, wording),
        joint_note=wording.joint_note.format(n=grouped(result.counts.n if result.counts else 0, lang)),
        profile=_profile(result, wording),
        missed=result.joining.missed[:LISTED],
        more=wording.more.format(n=grouped(len(result.joining.missed) - LISTED, lang)),
        remaining=len(result.joining.missed) > LISTED,
    )


def _finding_row(finding: Finding, lang: str) -> dict[str, Any]:
    main = finding.main
    return {
        "key": finding.key,
        "claim": CLAIMS[lang][finding.key],
        "verdict": finding.verdict,
        "sign": SIGNS[finding.verdict],
        "said": VERDICTS[lang][finding.verdict],
        "effect": _valued(main, lang) if main else "–",
        "about": _about(main, lang) if main else "",
        "interval": _bounds(main, lang) if main else "–",
        "n": grouped(finding.n, lang),
        "p": _bare_p(finding.p_adjusted, lang),
        "against": _bare_p(finding.against, lang) if finding.verdict == "contradicted" else "",
    }


def _measures_note(result: Territory, wording: TerritoryWording) -> str:
    labels = wording.labels_corrected if result.audited else wording.labels_as_predicted
    return tied(wording.measures_note.format(labels=labels), wording.lang)


def _signs(lang: str) -> str:
    return ", ".join(f"{sign} {VERDICTS[lang][verdict]}" for verdict, sign in SIGNS.items()) + "."


def _bare_p(p: float | None, lang: str) -> str:
    return p_value(p, lang).replace("p = ", "").replace("p ", "").replace("p:", "").replace(": ", "").strip()


def tied(text: str, lang: str) -> str:
    """Tie French punctuation to its word with spaces that do not break.

    >>> tied("« oui » : 3 %", "fr") == "«\xa0oui\xa0»\xa0: 3\xa0%"
    True
    """
    if lang != "fr":
        return text
    for mark in (":", ";", "%", "»", "!", "?"):
        text = text.replace(f" {mark}", f"\xa0{mark}")
    return text.replace("« ", "«\xa0")


def _decimals(measure: Measure) -> int:
    return 1 if measure.unit == "points" else 2


def _valued(measure: Measure, lang: str) -> str:
    unit = UNITS[lang].get(measure.unit, "log-ratio")
    text = written(measure.value, lang, _decimals(measure), measure.unit in ("points", "log_ratio"))
    return f"{text} {unit}" if measure.unit == "points" else f"{unit} {text}"


def _about(measure: Measure, lang: str) -> str:
    return domain_name(measure.domain, lang) if measure.domain else ""


def _bounds(measure: Measure, lang: str) -> str:
    signed = measure.unit in ("points", "log_ratio")
    low, high = (written(bound, lang, _decimals(measure), signed) for bound in (measure.low, measure.high))
    return f"[{low} ; {high}]" if lang == "fr" else f"[{low}, {high}]"


def _measure_row(key: str, measure: Measure, lang: str) -> tuple[str, ...]:
    return (
        key,
        COVARIATES[lang][measure.about],
        _about(measure, lang) or "–",
        _valued(measure, lang),
        _bounds(measure, lang),
        p_value(measure.p, lang),
        grouped(measure.n, lang),
    )


def _picture(picture: Picture, lang: str) -> dict[str, Any]:
    return {
        "title": picture.title,
        "alt": picture.alt,
        "source": "data:image/svg+xml;base64," + base64.b64encode(picture.svg).decode(),
        "columns": picture.columns,
        "rows": [[_cell(cell, lang) for cell in row] for row in picture.rows[:LISTED_ROWS]],
        "cut": len(picture.rows) > LISTED_ROWS,
        "name": picture.name,
    }


def _cell(cell: Any, lang: str) -> str:
    if isinstance(cell, float) and not cell.is_integer():
        return written(cell, lang, 2)
    return written(float(cell), lang, 0) if isinstance(cell, int | float) else str(cell)


def scenario_name(scenario: Scenario, wording: TerritoryWording) -> str:
    """Name a part of the survey."""
    return str(getattr(wording, scenario.key)).format(value=scenario.value)


def _scenarios(result: Territory, wording: TerritoryWording) -> list[dict[str, Any]]:
    lang, joining = wording.lang, result.joining
    whole = (wording.everything, joining.communes, joining.matched, result.findings)
    parts = [(scenario_name(s, wording), s.communes, s.services, s.findings) for s in result.scenarios]
    return [
        {
            "name": name,
            "communes": grouped(communes, lang),
            "services": grouped(services, lang),
            "cells": [_finding_row(finding, lang) for finding in findings],
        }
        for name, communes, services, findings in (whole, *parts)
    ]


def _joint(result: Territory, lang: str) -> list[tuple[str, str, str]]:
    if result.counts is None:
        return []
    wording = TERRITORY_WORDINGS[lang]
    names = {**COVARIATES[lang], "dense": wording.dense, "rural": wording.rural_class}
    return [
        (
            names.get(line.name, line.name),
            written(line.ratio, lang, 2),
            f"[{written(line.low, lang, 2)} ; {written(line.high, lang, 2)}]",
        )
        for line in result.counts.lines
    ]


def _poisson(result: Territory, wording: TerritoryWording) -> str:
    if result.counts is None:
        return wording.nothing
    p = p_value(result.counts.dispersion_p, wording.lang)
    return wording.poisson.format(alpha=written(result.counts.alpha, wording.lang, 2), p=p)


def _unknown(result: Territory, wording: TerritoryWording) -> str:
    counts = (result.joining.without_income, result.joining.without_age, result.joining.without_population)
    income, age, population = (grouped(count, wording.lang) for count in counts)
    return wording.unknown.format(income=income, age=age, population=population)


def _profile(result: Territory, wording: TerritoryWording) -> list[tuple[str, str, str]]:
    def shown(value: float | None, unit: str) -> str:
        return "–" if value is None else written(value, wording.lang, 0) + unit

    here, table = result.respondents, result.table
    return [
        (wording.communes, shown(here.communes, ""), shown(table.communes, "")),
        (wording.median_population, shown(here.median_population, ""), shown(table.median_population, "")),
        (wording.rural, shown(here.rural, " %"), shown(table.rural, " %")),
        (wording.median_income, shown(here.median_income, " €"), shown(table.median_income, " €")),
    ]
