"""The sentences of territorial findings, in French and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.domains import BY_KEY
from pipeline.results.territory_limits import detectable_sentence, needed_sentence
from pipeline.results.territory_words import CLAIMS, COVARIATES, OBSTACLES, QUARTERS, REASONS, REGIONS, VERDICTS
from pipeline.results.written_numbers import grouped, p_value, written

if TYPE_CHECKING:
    from pipeline.results.territory import Finding, Measure, Obstruction


def finding_sentence(finding: Finding, lang: str) -> str:
    """Say a finding: claim, verdict, effect with its interval, n, p, and what could not be computed."""
    parts = [f"({finding.key}) {CLAIMS[lang][finding.key]}{_colon(lang)}{VERDICTS[lang][finding.verdict]}."]
    shown = [measure_sentence(measure, lang) for measure in _told(finding)]
    if shown:
        parts.append(_capital(_list(lang).join(shown)) + _tail(finding, lang) + ".")
    if finding.needed is not None:
        parts.append(needed_sentence(finding.needed, lang))
    if finding.detectable is not None:
        parts.append(detectable_sentence(finding.detectable, finding.key, lang))
    if finding.obstructions:
        reasons = _list(lang).join(obstruction_sentence(item, lang) for item in finding.obstructions)
        parts.append(("Non calculable : " if lang == "fr" else "Could not be computed: ") + reasons + ".")
    if finding.missing and finding.main is not None:
        left = "communes laissées de côté, covariable inconnue" if lang == "fr" else "communes left out, value unknown"
        parts.append(f"{grouped(finding.missing, lang)} {left}.")
    return " ".join(parts)


def obstruction_sentence(obstruction: Obstruction, lang: str) -> str:
    """Say why something could not be computed."""
    values = dict(obstruction.values)
    unknown = "une covariable" if lang == "fr" else "a covariate"
    values["covariate"] = COVARIATES[lang].get(str(values.get("covariate")), unknown)
    return OBSTACLES[lang][obstruction.key].format(**values)


def _told(finding: Finding) -> list[Measure]:
    """Give the measures a sentence tells: the first of each unit, log-ratios aside."""
    told: dict[str, Measure] = {}
    for measure in (finding.main, *finding.others):
        if measure is not None and measure.unit != "log_ratio":
            told.setdefault(measure.unit, measure)
    return list(told.values())


def measure_sentence(measure: Measure, lang: str) -> str:
    """Say one measure with its interval."""
    french = lang == "fr"
    if measure.unit == "correlation":
        return ("corrélation de rang " if french else "rank correlation ") + interval(measure, lang, 2)
    if measure.unit == "elasticity":
        begin = (
            "10 % d'habitants en plus vont avec un nombre de services changé de "
            if french
            else "10 % more inhabitants go with a number of services changed by "
        )
        gains = [100 * (1.1**value - 1) for value in (measure.value, measure.low, measure.high)]
        name = "élasticité" if french else "elasticity"
        return f"{begin}{_bracket(gains, lang, 1, ' %', True)} ({name} {interval(measure, lang, 2)})"
    if measure.unit == "points":
        name = domain_label(measure.domain, lang)
        gain = _bracket([measure.value, measure.low, measure.high], lang, 1, " points", True)
        begin = "le plus fort écart de part est celui de" if french else "the largest change of share is that of"
        return f"{begin} {name}{_colon(lang)}{gain} {QUARTERS[lang][measure.about]}"
    changes = [100 * (value - 1) for value in (measure.value, measure.low, measure.high)]
    begin = "nombre de services " if french else "number of services "
    gain = _bracket(changes, lang, 1, " %", True)
    if measure.about == "rural":
        return (
            begin
            + gain
            + (
                " dans les communes rurales, à population égale"
                if french
                else " in rural communes, population held equal"
            )
        )
    return f"{begin}{gain} {QUARTERS[lang][measure.about]}"


def domain_label(key: str | None, lang: str) -> str:
    """Give a domain's name between quotation marks; one that is not of the five keeps its key."""
    domain = BY_KEY.get(key or "")
    name = (key or "") if domain is None else domain.name if lang == "fr" else domain.name_en
    return f"« {name} »" if lang == "fr" else f"“{name}”"


def interval(measure: Measure, lang: str, decimals: int) -> str:
    """Write a measure and its interval as they are."""
    return _bracket([measure.value, measure.low, measure.high], lang, decimals, "", False)


def _bracket(values: list[float], lang: str, decimals: int, unit: str, signed: bool) -> str:
    value, low, high = (written(number, lang, decimals, signed) for number in values)
    return f"{value}{unit} [{low} ; {high}]" if lang == "fr" else f"{value}{unit} [{low}, {high}]"


def _tail(finding: Finding, lang: str) -> str:
    unit = _units(finding, lang)
    p = f", {p_value(finding.p, lang)}" if finding.p is not None else ""
    adjusted = f" ; Holm : {p_value(finding.p_adjusted, lang)}" if finding.p_adjusted is not None else ""
    if finding.verdict == "contradicted":
        adjusted += f" ; contre le constat : {p_value(finding.against, lang)}"
    if lang == "en":
        adjusted = adjusted.replace(" ; Holm : ", "; Holm: ").replace(" ; contre le constat : ", "; against it: ")
    return f" (n = {grouped(finding.n, lang)} {unit}{p}{adjusted}{_margins(finding, lang)})"


def _units(finding: Finding, lang: str) -> str:
    """Name what n counts; over 18 regions, the overseas collectivities of the table are among them."""
    if finding.key != "a":
        return "communes"
    if lang == "fr":
        return "régions et collectivités d'outre-mer" if finding.n > REGIONS else "régions"
    return "regions and overseas collectivities" if finding.n > REGIONS else "regions"


def _margins(finding: Finding, lang: str) -> str:
    """Say the margins a claim of no influence is tested against."""
    if finding.key not in "cef" or (finding.key == "f" and finding.verdict != "contradicted"):
        return ""
    points = written(finding.margin, lang, 1).replace(",0", "").replace(".0", "")
    said = f" ; marge : ±{points} points" if lang == "fr" else f"; margin: ±{points} points"
    if finding.key in "ef":
        low, high = (written(100 * ratio, lang, 0) for ratio in (1 / finding.ratio_margin, finding.ratio_margin))
        said += f", {low} à {high} % du nombre" if lang == "fr" else f", {low} to {high} % of the number"
    return said + REASONS[lang].get((finding.key, finding.verdict), "")


def _list(lang: str) -> str:
    return " ; " if lang == "fr" else "; "


def _colon(lang: str) -> str:
    return " : " if lang == "fr" else ": "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
