"""From a summary to one self-contained HTML page."""

from __future__ import annotations

from typing import Any

from pipeline.domains import BY_KEY, Domain
from pipeline.report.compared import COMPARED_NOTE, SELECTION, interval_words, verdict_words
from pipeline.report.render import domain_name, percent, published
from pipeline.report.shares_text import audited_sentences
from pipeline.report.summary import Summary
from pipeline.report.templates import page_template
from pipeline.report.wording import WORDINGS, Wording
from pipeline.results import Share

_INTERVAL = {"fr": "Intervalle à {level}", "en": "{level} interval"}
_AUDITED = {
    "fr": (
        "L'intervalle couvre les erreurs du modèle et le hasard du tirage des lignes vérifiées ; il ne parle que des "
        "services de ce fichier, et ne dit rien d'autres communes."
    ),
    "en": (
        "The interval covers the model's errors and the chance of the draw of the rows checked; it speaks of the "
        "services of this file only, and says nothing of other communes."
    ),
}


def render_html(summary: Summary, lang: str = "fr") -> str:
    """Write the report as one HTML page that needs no other file; everything of the user's is escaped."""
    wording = WORDINGS[lang]
    verdicts = {found.domain: verdict_words(found.verdict, lang) for found in summary.comparisons}
    rows = [_html_row(share, verdicts.get(share.domain, ""), lang, wording) for share in summary.shares.shares]
    top = max([max(row["share"], row["high"] or 0.0, row["published_share"]) for row in rows] + [1.0])
    return page_template("page.html").render(
        s=summary,
        w=wording,
        rows=rows,
        scale=360.0 / top,
        number=lambda value: _grouped(value, wording),
        interval=_interval_title(summary, lang),
        notes=_notes(summary, lang, wording),
        words=[(domain_name(key, lang), counts) for key, counts in summary.words.items()],
    )


def _interval_title(summary: Summary, lang: str) -> str:
    """Give the title of the column of intervals, or nothing when there is none."""
    level = summary.shares.level
    return (
        "" if level is None else _INTERVAL[lang].format(level=f"{100 * level:g} %".replace(".", WORDINGS[lang].decimal))
    )


def _notes(summary: Summary, lang: str, wording: Wording) -> list[str]:
    shares = summary.shares
    if not shares.n:
        return [wording.nothing]
    if shares.level is None:
        return [wording.counted]
    basis = " ".join(audited_sentences(shares, lang, statement=False))
    return [f"{basis} {_AUDITED[lang]}", SELECTION[lang], COMPARED_NOTE[lang], *summary.audit_notes]


def _html_row(share: Share, verdict: str, lang: str, wording: Wording) -> dict[str, Any]:
    domain: Domain | None = BY_KEY.get(share.domain)
    return {
        "name": domain_name(share.domain, lang),
        "scope": domain.scope if domain and lang == "fr" else "",
        "count": share.count,
        "share": share.share or 0.0,
        "percent": percent(share.share, wording),
        "low": share.low,
        "high": share.high,
        "interval": interval_words(share.low, share.high, lang).strip(" ()") + (" *" if share.few else ""),
        "verdict": verdict,
        "published": published(share.domain, lang),
        "published_share": domain.published_share if domain else 0.0,
        "colour": domain.colour if domain else "#555555",
    }


def _grouped(value: int, wording: Wording) -> str:
    return f"{value:,}".replace(",", "\u202f" if wording.lang == "fr" else ",")
