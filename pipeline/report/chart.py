"""A chart of shares with their intervals, as SVG or PNG: readable in black and white, by shapes rather than colours."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pipeline.domains import BY_KEY
from pipeline.report.compared import interval_words
from pipeline.report.render import domain_name, percent
from pipeline.report.wording import WORDINGS
from pipeline.results import Share, Shares

_WORDS = {
    "fr": {
        "share": "Part estimée, intervalle à {level}",
        "counted": "Part comptée, sans intervalle",
        "published": "Étude de 2016 (▷ plus de, ◁ moins de)",
        "axis": "% des services",
    },
    "en": {
        "share": "Estimated share, {level} interval",
        "counted": "Counted share, no interval",
        "published": "2016 study (▷ more than, ◁ less than)",
        "axis": "% of services",
    },
}
_NOTES = {
    "fr": {
        "file": "{n} services de ce fichier, {audited} lignes vérifiées ; rien n'est dit d'autres communes.",
        "communes": "Communes en général, d'après {n} services, dont {audited} vérifiés ; auto-sélection non corrigée.",
        "counted": "{n} services ; les erreurs du modèle ne sont pas corrigées.",
    },
    "en": {
        "file": "{n} services of this file, {audited} rows checked; nothing is said of other communes.",
        "communes": "Communes in general, from {n} services, {audited} checked; self-selection not corrected for.",
        "counted": "{n} services; the model's errors are not corrected for.",
    },
}
_MARKS = {"equal": "D", "more": ">", "less": "<"}
# Okabe & Ito (2008): blue and vermilion differ in lightness too, hence in grey.
_OURS, _PUBLISHED = "#0072B2", "#D55E00"


def draw_chart(
    shares: Sequence[Share], suffix: str, *, level: float | None, title: str, note: str = "", lang: str = "fr"
) -> bytes:
    """Draw one line per domain: the share and its interval, and the published figure under it.

    ``suffix`` is ``.svg`` or ``.png``; ``level`` is that of the intervals, between 0 and 1. The same shares
    give the same bytes.
    """
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "domaines", "font.size": 10}
    settings["font.sans-serif"] = ["DejaVu Sans", "Verdana", "Arial", "sans-serif"]
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(8.0, 1.6 + 0.62 * len(shares)), dpi=200, layout="constrained")
        axes = figure.subplots()
        _plot(axes, shares, level, lang)
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        if note:
            figure.supxlabel(note, x=0.01, ha="left", fontsize=8, color="#444444")
        written = io.BytesIO()
        # Without a date, the same shares give the same file.
        metadata = {"Date": None, "Title": title} if suffix == ".svg" else {"Title": title, "Software": None}
        figure.savefig(written, format=suffix[1:], metadata=metadata)
    return written.getvalue()


def chart_note(found: Shares, lang: str = "fr") -> str:
    """Say under a chart what its shares speak of.

    >>> chart_note(Shares(10, 0, 0, "counted", None, ()), "en")
    "10 services; the model's errors are not corrected for."
    """
    key = "counted" if found.level is None else found.statement
    return _NOTES[lang][key].format(n=found.n, audited=found.audited)


def _plot(axes: Any, shares: Sequence[Share], level: float | None, lang: str) -> None:
    wording, words = WORDINGS[lang], _WORDS[lang]
    places = range(len(shares))
    for place, share in zip(places, shares, strict=True):
        _plot_share(axes, place, share, lang)
    shown = [share.share or 0.0 for share in shares] + [share.high or 0.0 for share in shares]
    published = [BY_KEY[share.domain].published_share for share in shares if share.domain in BY_KEY]
    axes.set_xlim(0, min(115.0, 1.3 * max([*shown, *published, 1.0]) + 6))
    axes.set_ylim(len(shares) - 0.45, -0.55)
    axes.set_yticks(list(places), [domain_name(share.domain, lang) for share in shares])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(words["axis"])
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    _legend(axes, shares, percent(100 * level, wording).replace(",0", "").replace(".0", "") if level else "", words)


def _plot_share(axes: Any, place: int, share: Share, lang: str) -> None:
    if share.domain in BY_KEY:
        domain = BY_KEY[share.domain]
        mark = _MARKS[domain.published_relation]
        axes.plot(domain.published_share, place + 0.24, mark, color=_PUBLISHED, mfc="white", ms=7, mew=1.6)
    if share.share is None:
        return
    known = share.low is not None and share.high is not None
    if known:
        axes.plot([share.low, share.high], [place, place], color=_OURS, linewidth=3, solid_capstyle="butt")
        axes.plot([share.low, share.high], [place, place], "|", color=_OURS, ms=10, mew=2)
    axes.plot(share.share, place, "o", color=_OURS, mfc=_OURS if known else "white", ms=8, mew=1.8)
    said = percent(share.share, WORDINGS[lang]) + interval_words(share.low, share.high, lang)
    right = max(share.share, share.high or 0.0)
    axes.annotate(said, (right, place), xytext=(9, 0), textcoords="offset points", va="center", fontsize=9)


def _legend(axes: Any, shares: Sequence[Share], level: str, words: dict[str, str]) -> None:
    from matplotlib.lines import Line2D

    known = any(share.low is not None for share in shares)
    ours = (
        Line2D([], [], color=_OURS, marker="o", linewidth=3, ms=7)
        if known
        else Line2D([], [], color=_OURS, marker="o", mfc="white", linewidth=0, ms=7, mew=1.8)
    )
    theirs = Line2D([], [], color=_PUBLISHED, marker="D", mfc="white", linewidth=0, ms=6, mew=1.6)
    names = [words["share"].format(level=level) if known else words["counted"], words["published"]]
    axes.legend([ours, theirs], names, loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8, ncols=2)
