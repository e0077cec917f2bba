"""The methodological note: one page in French, with the numbers of one run, for an annex."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domains import BY_KEY
from pipeline.report.compared import COMPARED_NOTE, SELECTION, interval_words, verdict_words
from pipeline.report.document import Section, as_html, as_markdown
from pipeline.report.render import domain_name, percent
from pipeline.report.shares_text import audited_sentences
from pipeline.report.wording import WORDINGS
from pipeline.results import Comparison, Draw, Shares

_FRENCH = WORDINGS["fr"]


@dataclass(frozen=True)
class NoteFacts:
    """The numbers of one run of ``shares``.

    ``here`` are the shares of the services of the file; ``general`` those said of communes in general, ``None``
    when nothing can be. ``set_aside`` counts the audited rows that could not be used; ``draw`` is
    ``None`` for an audit made by hand; ``remarks`` are what reading the files had to say.
    """

    source: str
    made_on: str
    here: Shares
    general: Shares | None
    comparisons: tuple[Comparison, ...]
    set_aside: int
    model: str
    draw: Draw | None
    remarks: tuple[str, ...] = ()


def render_note(facts: NoteFacts, suffix: str) -> str:
    """Write the note as Markdown (``.md``) or as one HTML page (``.html``); whatever comes from the file is escaped."""
    title = "Note méthodologique : parts des domaines de services numériques"
    said = (
        f"Fichier : {facts.source}. {_number(facts.here.n)} services étiquetés"
        f"{_without(facts.here.without_text)}. Note produite le {facts.made_on} par le programme « domaines »."
    )
    remarks = [Section("Remarques de lecture", items=facts.remarks)] if facts.remarks else []
    sections = (_results(facts), _statements(facts), _method(facts), *remarks, _limits(facts), _PAPERS)
    return (as_html if suffix == ".html" else as_markdown)(title, said, sections)


def _results(facts: NoteFacts) -> Section:
    verdicts = {found.domain: verdict_words(found.verdict) for found in facts.comparisons}
    general = {share.domain: share for share in facts.general.shares} if facts.general else {}
    interval = f"Intervalle à {_level(facts.here.level)}" if facts.here.level else "Intervalle"
    header = ["Domaine", "Part", interval, "Étude 2016", "Comparaison"]
    if general:
        header.insert(3, "Communes en général")
    rows = [tuple(header)]
    for share in facts.here.shares:
        domain = BY_KEY.get(share.domain)
        row = [
            domain_name(share.domain, "fr"),
            percent(share.share, _FRENCH),
            interval_words(share.low, share.high).strip(" ()") or "aucun",
            domain.published_text if domain else "",
            verdicts.get(share.domain, ""),
        ]
        if general:
            other = general[share.domain]
            row.insert(3, interval_words(other.low, other.high).strip(" ()") or "aucun")
        rows.append(tuple(row))
    note = (("", COMPARED_NOTE["fr"]),) if facts.comparisons else ()
    return Section("Résultats", note, tuple(rows))


def _statements(facts: NoteFacts) -> Section:
    title = "Deux affirmations à ne pas confondre"
    if not facts.here.audited:
        return Section(title, ((_HERE, _COUNTED), (_BEYOND, _NOTHING), _SELECTION))
    here = (
        f"L'intervalle porte sur les {_number(facts.here.n)} services du fichier et sur rien d'autre : il couvre les "
        f"erreurs du modèle et le hasard du tirage des {_number(facts.here.audited)} lignes vérifiées."
    )
    beyond = _NOTHING
    if facts.general is not None:
        beyond = (
            f"L'intervalle, plus large, tient les {_number(facts.general.communes or 0)} communes du fichier pour un "
            "tirage au hasard d'une population plus vaste, chacune avec tous ses services."
        )
    return Section(title, ((_HERE, here), (_BEYOND, beyond), _SELECTION))


def _method(facts: NoteFacts) -> Section:
    model = f"Chaque service est classé d'après son texte par le modèle « {facts.model} »." if facts.model else ""
    said = (model, _draw_words(facts), *_method_words(facts.here))
    return Section("Méthode", tuple(("", sentence) for sentence in said if sentence))


def _method_words(here: Shares) -> list[str]:
    if here.level is None:
        return []
    crossed = [_CROSSED] if here.method == "cross-ppi++" else []
    return [_PPI, *crossed, " ".join(audited_sentences(here, statement=False)).replace("* ", "")]


def _draw_words(facts: NoteFacts) -> str:
    if not facts.here.audited:
        return ""
    aside = f" ; {_set_aside(facts.set_aside)}" if facts.set_aside else ""
    read = f"{_number(facts.here.audited)} lignes ont été relues par une personne{aside}."
    draw = facts.draw
    if draw is None:
        return read + " Le tirage n'est pas consigné : les lignes sont supposées tirées au hasard, toutes également."
    how = {
        "uniforme": "toutes avec la même probabilité",
        "stratifie": f"par strates de la colonne « {draw.strata} »",
        "actif": "plus souvent quand le modèle doute, avec un plancher uniforme (Zrnic et Candès 2024)",
    }[draw.method]
    shown = "qui montrait la prédiction du modèle" if draw.shown else "qui ne montrait pas la prédiction"
    return (
        f"{read} Elles viennent d'un tirage sans remise de {_number(draw.size)} lignes sur {_number(draw.population)}, "
        f"{how} ; graine {draw.seed}, probabilité d'inclusion de chaque ligne consignée dans la feuille, {shown}."
    )


def _limits(facts: NoteFacts) -> Section:
    return Section("Limites", (("", f"{_ONE_LABEL} {_ONE_READER if facts.here.audited else _NO_READER}"),))


_PPI = (
    "Les parts sont estimées par PPI++ : la moyenne des probabilités du modèle sur tout le fichier, corrigée des "
    "erreurs qu'il fait sur les lignes relues, chacune pesant l'inverse de sa probabilité d'inclusion. Un même λ vaut "
    "pour tous les domaines : les parts somment à 100 %, et un mauvais modèle élargit l'intervalle sans le fausser."
)
_CROSSED = (
    "Des lignes relues ont aussi servi à entraîner le modèle : leurs probabilités viennent d'un modèle qui ne les "
    "avait pas vues."
)
_HERE, _BEYOND = "Les services de ce fichier.", "Les communes en général."
_ONE_LABEL = "Un service reçoit un seul domaine, selon le livre de codes, même quand son texte en nomme plusieurs."
_NO_READER = "Aucune ligne n'a été relue : ces parts ne devraient pas être publiées seules."
_ONE_READER = (
    "La personne qui relit est tenue pour exacte : deux lectures indépendantes et leur accord (kappa) le vérifieraient."
)
_SELECTION = ("Auto-sélection.", SELECTION["fr"])
_COUNTED = (
    "Ces parts comptent les domaines prédits. Elles n'ont pas d'intervalle, car les erreurs du modèle n'y sont pas "
    "corrigées : une fourchette calculée sur le seul comptage serait fausse."
)
_NOTHING = "Rien n'est dit au-delà du fichier : il faudrait des lignes vérifiées et une colonne de communes."
_PAPERS = Section(
    "Références",
    items=(
        "Angelopoulos, Bates, Fannjiang, Jordan, Zrnic, « Prediction-powered inference », Science, 2023.",
        "Angelopoulos, Duchi, Zrnic, « PPI++ : efficient prediction-powered inference », 2023.",
        "Zrnic, Candès, « Cross-prediction-powered inference » et « Active statistical inference », 2024.",
        "Särndal, Swensson, Wretman, « Model assisted survey sampling », Springer, 1992.",
        "Deloitte, Villes Internet, étude du 19 février 2016 (parts publiées).",
    ),
)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _set_aside(rows: int) -> str:
    return "1 ligne de la feuille écartée" if rows == 1 else f"{_number(rows)} lignes de la feuille écartées"


def _level(level: float | None) -> str:
    return f"{100 * (level or 0):g} %".replace(".", ",")


def _without(rows: int) -> str:
    return f" ({_number(rows)} lignes sans texte laissées de côté)" if rows else ""
