"""A plan of audit as text for the terminal."""

from __future__ import annotations

from pipeline.report.render import domain_name, percent
from pipeline.report.wording import WORDINGS
from pipeline.results import Plan

_HEADER = {
    "fr": ("Domaine", "Part attendue", "Tirage uniforme", "Tirage actif", "Sans le modèle"),
    "en": ("Domain", "Expected share", "Uniform draw", "Active draw", "Without the model"),
}
_TOTAL = {"fr": "Tous les domaines", "en": "Every domain"}
_SAID = {
    "fr": "Lignes à faire vérifier pour connaître chaque part de ce fichier à ± {within} points (à {level}).",
    "en": "Rows to have checked to know each share of this file to ± {within} points ({level} interval).",
}
_BASIS = {
    ("held_out", "fr"): (
        "Erreurs du modèle connues par {known} textes qu'il n'avait pas vus. S'il se trompe plus sur ce fichier, "
        "il en faut plus : faire vérifier 50 lignes, puis planifier de nouveau avec --annotated."
    ),
    ("held_out", "en"): (
        "The model's errors are known from {known} texts it had not seen. If it errs more on this file, "
        "more rows are needed: have 50 rows checked, then plan again with --annotated."
    ),
    ("annotated", "fr"): "Erreurs du modèle connues par {known} lignes déjà vérifiées, à compter dans le total.",
    ("annotated", "en"): "The model's errors are known from {known} rows already checked: they count in the total.",
    ("probabilities", "fr"): (
        "Le modèle ne garde pas ses prédictions hors apprentissage : ses probabilités sont crues sur parole, "
        "ce qui est optimiste. Faire vérifier 50 lignes, puis planifier de nouveau avec --annotated."
    ),
    ("probabilities", "en"): (
        "The model keeps no out-of-fold predictions: its probabilities are taken at their word, "
        "which is optimistic. Have 50 rows checked, then plan again with --annotated."
    ),
}


def render_plan(plan: Plan, lang: str = "fr") -> str:
    """Write a plan as a sentence, an aligned table and what it rests on."""
    wording = WORDINGS[lang]
    rows = [_HEADER[lang]]
    rows += [
        (domain_name(d.domain, lang), percent(d.expected, wording), str(d.uniform), str(d.active), str(d.alone))
        for d in plan.domains
    ]
    rows.append((_TOTAL[lang], "", str(plan.uniform), str(plan.active), str(max(d.alone for d in plan.domains))))
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    lines = [
        "  ".join([f"{row[0]:<{widths[0]}}", *(f"{row[place]:>{widths[place]}}" for place in range(1, 5))])
        for row in rows
    ]
    within = f"{plan.within:g}".replace(".", wording.decimal)
    said = _SAID[lang].format(within=within, level=f"{100 * plan.level:g} %".replace(".", wording.decimal))
    return "\n".join([said, "", *lines, "", _BASIS[plan.basis, lang].format(known=plan.known)])
