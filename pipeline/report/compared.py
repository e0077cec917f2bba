"""The words that put a share beside the published one."""

from __future__ import annotations

from pipeline.domains import BY_KEY
from pipeline.report.render import domain_name, percent
from pipeline.report.wording import WORDINGS
from pipeline.results import Comparison
from pipeline.results.comparisons import ABOVE, BELOW, CANNOT_TELL, COMPATIBLE

_VERDICTS = {
    "fr": {COMPATIBLE: "compatible", ABOVE: "au-dessus", BELOW: "en dessous", CANNOT_TELL: "on ne peut pas dire"},
    "en": {COMPATIBLE: "compatible", ABOVE: "above", BELOW: "below", CANNOT_TELL: "cannot tell"},
}
_REASONS = {
    "fr": {
        "none": "il n'y a pas d'intervalle",
        "astride": "l'intervalle est à cheval sur la borne",
        "wide": "l'intervalle est trop large pour départager",
    },
    "en": {
        "none": "there is no interval",
        "astride": "the interval lies astride the bound",
        "wide": "the interval is too wide to tell",
    },
}
_SENTENCE = {
    "fr": "{name} : {share}{interval} ; étude de 2016 : {published} → {verdict}.",
    "en": "{name}: {share}{interval}; 2016 study: {published} → {verdict}.",
}
SELECTION = {
    "fr": (
        "Les communes qui répondent ne sont pas tirées au sort : celles qui ont beaucoup à montrer répondent sans "
        "doute davantage. Aucun calcul ne corrige cela, et aucun intervalle ne le couvre."
    ),
    "en": (
        "The communes that answer are not drawn by lot: those with much to show probably answer more. "
        "No computation corrects for that, and no interval covers it."
    ),
}
COMPARED_NOTE = {
    "fr": (
        "« Compatible » : le chiffre publié est dans l'intervalle, ou l'inégalité publiée est vraie de tout "
        "l'intervalle. L'étude de 2016 n'a publié aucune incertitude : un écart est un écart à son chiffre, pas la "
        "preuve d'une évolution."
    ),
    "en": (
        "“Compatible”: the published figure lies in the interval, or the published inequality holds over all of it. "
        "The 2016 study printed no uncertainty: a difference is one from its figure, not proof of a change."
    ),
}


def verdict_words(verdict: str, lang: str = "fr") -> str:
    """Say a verdict.

    >>> verdict_words("below"), verdict_words("cannot_tell", "en")
    ('en dessous', 'cannot tell')
    """
    return _VERDICTS[lang][verdict]


def compared_sentence(compared: Comparison, lang: str = "fr") -> str:
    """Say one domain's share beside the published one, and why when nothing can be told.

    >>> compared_sentence(Comparison("communication_publique", 18.5, "equal", 20.0, 18.9, 21.1, "above"))
    'Communication publique : 20,0 % (18,9 – 21,1) ; étude de 2016 : 18,5 % → au-dessus.'
    """
    wording, domain = WORDINGS[lang], BY_KEY[compared.domain]
    said = verdict_words(compared.verdict, lang)
    if compared.verdict == CANNOT_TELL:
        said += f" ({_REASONS[lang][_reason(compared)]})" if lang == "en" else f", {_REASONS[lang][_reason(compared)]}"
    return _SENTENCE[lang].format(
        name=domain_name(compared.domain, lang),
        share=percent(compared.share, wording),
        interval=interval_words(compared.low, compared.high, lang),
        published=domain.published_text if lang == "fr" else domain.published_text_en,
        verdict=said,
    )


def interval_words(low: float | None, high: float | None, lang: str = "fr") -> str:
    """Write an interval in brackets after a share, or nothing.

    >>> interval_words(18.94, 21.06), interval_words(None, None)
    (' (18,9 – 21,1)', '')
    """
    if low is None or high is None:
        return ""
    return f" ({low:.1f} – {high:.1f})".replace(".", WORDINGS[lang].decimal)


def _reason(compared: Comparison) -> str:
    if compared.low is None:
        return "none"
    return "wide" if compared.relation == "equal" else "astride"
