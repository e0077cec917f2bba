"""The sentences of territorial findings, in French and in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pipeline.domains import BY_KEY

if TYPE_CHECKING:
    from pipeline.results.territory import Detectable, Finding, Measure, Needed, Obstruction

CLAIMS = {
    "fr": {
        "a": "Le poids démographique des régions se voit dans la richesse de leurs services numériques",
        "b": "La population d'une commune et le nombre de ses services sont étroitement corrélés",
        "c": "La taille d'une commune n'influence pas les domaines qu'elle privilégie",
        "d": "La ruralité a une influence négative sur la volonté de développer des services",
        "e": "L'âge moyen des habitants n'influence ni les priorités ni l'intensité",
        "f": "Le revenu des habitants influence à la fois le nombre des services et leur nature",
    },
    "en": {
        "a": "The regions' demographic weight shows in the wealth of their digital services",
        "b": "A commune's population and the number of its services are closely correlated",
        "c": "The size of a commune does not influence which domains it favours",
        "d": "Rurality has a negative influence on the will to develop services",
        "e": "The mean age of inhabitants influences neither the priorities nor the intensity",
        "f": "The income of inhabitants influences both the number of services and their nature",
    },
}

VERDICTS = {
    "fr": {"confirmed": "confirmé", "contradicted": "contredit", "cannot_tell": "on ne peut pas le dire"},
    "en": {"confirmed": "confirmed", "contradicted": "contradicted", "cannot_tell": "cannot tell"},
}

COVARIATES = {
    "fr": {
        "population": "la population",
        "age": "l'âge moyen",
        "income": "le revenu",
        "rural": "la grille de densité",
        "regions": "la région",
    },
    "en": {
        "population": "population",
        "age": "mean age",
        "income": "income",
        "rural": "the density grid",
        "regions": "the region",
    },
}

# Regions proper, since 2016.
REGIONS = 18

_QUARTERS = {
    "fr": {
        "population": "du quart des communes les moins peuplées au quart des plus peuplées",
        "age": "du quart des communes les plus jeunes au quart des plus âgées, à population égale",
        "income": "du quart des communes aux revenus les plus bas au quart des plus hauts, à population égale",
    },
    "en": {
        "population": "from the quarter of the least populated communes to that of the most populated",
        "age": "from the quarter of the youngest communes to that of the oldest, population held equal",
        "income": "from the quarter of the lowest incomes to that of the highest, population held equal",
    },
}

OBSTACLES = {
    "fr": {
        "no_commune_column": "le fichier n'a ni colonne « code_commune » ni colonne « commune »",
        "no_match": "aucune des {n} lignes n'a une commune connue de la table",
        "too_few": "communes utilisables : {n}, il en faut au moins {least}",
        "too_few_services": "{n} communes d'au moins {least} services",
        "one_region": "toutes les communes sont d'une seule région",
        "few_regions": "{n} régions seulement, il en faut au moins {least}",
        "no_variation": "{covariate} ne varie pas assez d'une commune à l'autre",
        "missing": "{covariate} manque pour toutes les communes",
        "empty_domain": "un domaine n'a plus aucun service une fois les étiquettes corrigées",
        "separation": "séparation parfaite, un domaine ne se rencontre que d'un côté : pas d'estimation finie",
        "one_domain": "un seul domaine a assez de services",
        "one_service_each": "aucune commune n'a plus d'un service",
        "no_convergence": "le modèle des nombres de services n'a pas trouvé de maximum",
        "singular": "les covariables ne se distinguent pas les unes des autres",
    },
    "en": {
        "no_commune_column": "the file has neither a column “code_commune” nor a column “commune”",
        "no_match": "none of the {n} rows has a commune known to the table",
        "too_few": "usable communes: {n}, at least {least} are needed",
        "too_few_services": "{n} communes with at least {least} services",
        "one_region": "all the communes are of one region",
        "few_regions": "only {n} regions, at least {least} are needed",
        "no_variation": "{covariate} does not vary enough between communes",
        "missing": "{covariate} is missing for every commune",
        "empty_domain": "a domain has no service left once labels are corrected",
        "separation": "perfect separation: a domain is met on one side only; the model has no finite estimate",
        "one_domain": "only one domain has enough services",
        "one_service_each": "no commune has more than one service",
        "no_convergence": "the model of numbers of services found no maximum",
        "singular": "covariates cannot be told apart",
    },
}


_NEEDED = {
    "fr": {
        "begin": "Pour montrer l'absence d'influence, il aurait fallu ",
        "margin": "une marge d'au moins {margins}",
        "ratio": "{low} à {high} % du nombre de services",
        "and": " et ",
        "or": " ; ou, ",
        "communes": "si rien n'influe en vérité, environ {n} communes comme celles-ci",
    },
    "en": {
        "begin": "To show no influence: ",
        "margin": "a margin of at least {margins}",
        "ratio": "{low} to {high} % of the number of services",
        "and": " and ",
        "or": "; or, ",
        "communes": "if nothing moves in truth, about {n} such communes",
    },
}


_DETECTABLE = {
    "fr": {
        "shown": "Cette enquête aurait montré, quatre fois sur cinq, {effects}.",
        "contradicted": "Cette enquête aurait contredit le constat, quatre fois sur cinq, s'il y avait eu {effects}.",
        "points": "un écart de {points} points sur un domaine",
        "ratio": "un nombre de services de {low} % plus bas ou {high} % plus haut",
        "rural": "un nombre de services de {low} % plus bas",
        "correlation": "une corrélation de rang de {correlation}",
        "and": " et ",
        "or": ", ou ",
    },
    "en": {
        "shown": "Four times in five this survey would have shown {effects}.",
        "contradicted": "Four times in five this survey would have contradicted the finding, had there been {effects}.",
        "points": "a change of {points} points in one domain",
        "ratio": "a number of services {low} % lower or {high} % higher",
        "rural": "a number of services {low} % lower",
        "correlation": "a rank correlation of {correlation}",
        "and": " and ",
        "or": ", or ",
    },
}


# Two claims have two parts: what contradicts them is one of these.
_REASONS = {
    "fr": {
        ("e", "contradicted"): " ; contredit par un effet au moins au-delà de sa marge",
        ("f", "contradicted"): " ; contredit par un effet au moins tenu dans sa marge",
    },
    "en": {
        ("e", "contradicted"): "; contradicted by at least one effect beyond its margin",
        ("f", "contradicted"): "; contradicted by at least one effect held within its margin",
    },
}


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


def needed_sentence(needed: Needed, lang: str) -> str:
    """Say what would have shown no influence.

    >>> from pipeline.results.territory import Needed
    >>> needed_sentence(Needed(7.25, None, 2900), "en")
    'To show no influence: a margin of at least ±7.3 points; or, if nothing moves in truth, about 2,900 such communes.'
    """
    words, margins = _NEEDED[lang], []
    if needed.points is not None:
        margins.append(f"±{written(_up(needed.points, 10), lang, 1)} points")
    if needed.ratio is not None:
        low, high = (written(value, lang, 0) for value in (10_000 / _up(100 * needed.ratio), _up(100 * needed.ratio)))
        margins.append(words["ratio"].format(low=low, high=high))
    said = [words["margin"].format(margins=words["and"].join(margins))] if margins else []
    if needed.communes is not None:
        said.append(words["communes"].format(n=written(_rounded(needed.communes), lang, 0)))
    return words["begin"] + words["or"].join(said) + "."


def detectable_sentence(effects: Detectable, key: str, lang: str) -> str:
    """Say the smallest effects that would have been shown; for a claim of no influence, that would contradict it.

    >>> from pipeline.results.territory import Detectable
    >>> detectable_sentence(Detectable(None, 1.25, None), "d", "en")
    'Four times in five this survey would have shown a number of services 20 % lower.'
    """
    words, said = _DETECTABLE[lang], []
    if effects.correlation is not None:
        # Rounded up as the others, but never to 1, which would say that nothing could be shown.
        correlation = min(_up(effects.correlation, 100), 0.99)
        said.append(words["correlation"].format(correlation=written(correlation, lang, 2)))
    if effects.ratio is not None:
        low, high = (written(_up(100 * change), lang, 0) for change in (1 - 1 / effects.ratio, effects.ratio - 1))
        said.append(words["rural" if key == "d" else "ratio"].format(low=low, high=high))
    if effects.points is not None:
        said.append(words["points"].format(points=written(_up(effects.points, 10), lang, 1)))
    none = key in "ce"
    return words["contradicted" if none else "shown"].format(effects=words["or" if none else "and"].join(said))


def _up(value: float, parts: int = 1) -> float:
    """Round up, so that what is written is enough."""
    return math.ceil(round(value * parts, 9)) / parts


def _rounded(communes: int) -> float:
    """Keep two digits, rounded up: the number rests on guesses."""
    scale = 10 ** max(0, len(str(communes)) - 2)
    return float(math.ceil(communes / scale) * scale)


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
        return f"{begin} {name}{_colon(lang)}{gain} {_QUARTERS[lang][measure.about]}"
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
    return f"{begin}{gain} {_QUARTERS[lang][measure.about]}"


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


def written(value: float, lang: str, decimals: int = 1, signed: bool = False) -> str:
    """Write a number with the language's decimal mark and a true minus sign.

    >>> written(-3.25, "fr", 1, True), written(0.04, "en", 1, True), written(12345.678, "fr", 0)
    ('−3,2', '0.0', '12\u202f346')
    """
    text = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    if not any(digit in "123456789" for digit in text):
        text = text.lstrip("+-")
    text = text.replace("-", "−")
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def grouped(value: int, lang: str) -> str:
    """Write a whole number, its thousands grouped."""
    return written(float(value), lang, 0)


def p_value(p: float | None, lang: str) -> str:
    """Write a p-value as papers do.

    >>> p_value(0.0004, "fr"), p_value(0.0312, "en"), p_value(None, "fr")
    ('p < 0,001', 'p = 0.031', 'p : –')
    """
    if p is None:
        return "p : –" if lang == "fr" else "p: –"
    return f"p < {written(0.001, lang, 3)}" if p < 0.001 else f"p = {written(p, lang, 3)}"


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
    return said + _REASONS[lang].get((finding.key, finding.verdict), "")


def _list(lang: str) -> str:
    return " ; " if lang == "fr" else "; "


def _colon(lang: str) -> str:
    return " : " if lang == "fr" else ": "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
