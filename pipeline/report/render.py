"""Results as text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.domains import BY_KEY
from pipeline.report.wording import WORDINGS, Wording
from pipeline.results import Evaluation, Share, Shares


def domain_name(key: str, lang: str) -> str:
    """Give a label's name in a language; a label that is not one of the five keeps its key."""
    domain = BY_KEY.get(key)
    return key if domain is None else domain.name if lang == "fr" else domain.name_en


def percent(value: float | None, wording: Wording) -> str:
    """Write a percentage with one decimal, or a dash when there is none.

    >>> percent(18.54, WORDINGS["fr"]), percent(None, WORDINGS["en"])
    ('18,5 %', '–')
    """
    return "–" if value is None else f"{value:.1f} %".replace(".", wording.decimal)


def published(key: str, lang: str) -> str:
    """Give the published share of 2016 in its own wording; nothing for other labels."""
    domain = BY_KEY.get(key)
    return "" if domain is None else domain.published_text if lang == "fr" else domain.published_text_en


def render_shares(shares: Shares, lang: str = "fr") -> str:
    """Write shares beside the published ones, as aligned text for a terminal."""
    wording = WORDINGS[lang]
    rows = [(wording.domain, wording.services, wording.share, wording.published)]
    rows += [_share_row(share, lang, wording) for share in shares.shares]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip() for row in rows]
    note = wording.counted if shares.n else wording.nothing
    return "\n".join([*lines, "", note])


def _share_row(share: Share, lang: str, wording: Wording) -> tuple[str, str, str, str]:
    return (
        domain_name(share.domain, lang),
        str(share.count),
        percent(share.share, wording),
        published(share.domain, lang),
    )


def render_evaluation(result: Evaluation, lang: str = "fr") -> str:
    """Write scores and the confusion matrix as aligned text for a terminal."""
    wording = WORDINGS[lang]

    def number(value: float) -> str:
        return f"{value:.3f}".replace(".", wording.decimal)

    low, high = number(result.macro_f1_low), number(result.macro_f1_high)
    lines = [
        f"{wording.support} : {result.n}",
        f"{wording.accuracy} : {number(result.accuracy)}",
        f"{wording.macro_f1} : {number(result.macro_f1)} (95 % : {low} – {high})",
    ]
    if result.ece is not None:
        lines.append(f"{wording.calibration} : {number(result.ece)}")
    if result.pairs is not None:
        lines.append(f"{wording.pairs} : {result.pairs.both_right} / {result.pairs.n}")
    header = f"{wording.domain:<24}{wording.precision:>10}{wording.recall:>10}{'F1':>8}{wording.support:>9}"
    lines += ["", header]
    lines += [
        f"{s.domain:<24}{number(s.precision):>10}{number(s.recall):>10}{number(s.f1):>8}{s.support:>9}"
        for s in result.by_domain
    ]
    names = [score.domain for score in result.by_domain]
    lines += ["", wording.confusion, " " * 24 + "".join(f"{name[:12]:>14}" for name in names)]
    lines += [
        f"{name:<24}" + "".join(f"{count:>14}" for count in row)
        for name, row in zip(names, result.confusion.tolist(), strict=True)
    ]
    return "\n".join(lines)


def render_explanation(
    found: Sequence[str],
    labels: Sequence[str],
    contributions: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    lang: str = "fr",
) -> str:
    """Write each word's contribution (words × K) to each label's score, and the probabilities (K)."""
    names = [domain_name(label, lang)[:14] for label in labels]
    width = max(12, *(min(len(word), 30) for word in found))
    lines = [" " * width + "".join(f"{name:>16}" for name in names)]
    lines += [
        f"{word[:30]:<{width}}" + "".join(f"{value:>+16.2f}" for value in row)
        for word, row in zip(found, contributions.tolist(), strict=True)
    ]
    wording = WORDINGS[lang]
    chances = [percent(100 * float(value), wording) for value in probabilities]
    lines.append(f"{wording.probability:<{width}}" + "".join(f"{chance:>16}" for chance in chances))
    best = int(np.argmax(probabilities))
    return "\n".join([f"{domain_name(labels[best], lang)} ({labels[best]}) : {chances[best]}", "", *lines])
