"""What ``domaines shares`` answers, as text for the terminal: tables, then what they allow to say."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report.compared import compared_sentence
from pipeline.report.render import domain_name, percent, published, render_shares
from pipeline.report.shares_wording import CAUTION, METHODS, SENTENCES, WORDS
from pipeline.report.wording import WORDINGS
from pipeline.results import CorrectedShares, Differences, Drift, DriftSign, GroupShares, Shares, SharesAnswer


def render_answer(answer: SharesAnswer, lang: str = "fr") -> str:
    """Write everything ``domaines shares`` found."""
    shares = answer.shares
    parts = [render_shares(shares, lang) if shares.level is None else _audited(shares, lang)]
    if shares.level is not None:
        parts.append("\n".join(compared_sentence(found, lang) for found in answer.published))
    if answer.corrected:
        parts.append("\n".join(_corrected(corrected, lang) for corrected in answer.corrected))
    if answer.drift is not None:
        parts.append(drift_sentence(answer.drift, lang))
    if answer.groups:
        parts.append(_groups(answer, lang))
    parts += [_differences(differences, lang) for differences in answer.differences]
    return "\n\n".join(parts)


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Write rows of cells in columns, the first ``left`` and the last to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            f"{cell:<{width}}" if column < left or column == last else f"{cell:>{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def interval(low: float | None, high: float | None, lang: str) -> str:
    """Write an interval of percentages.

    >>> interval(1.24, 3.5, "fr"), interval(None, None, "en")
    ('1,2 à 3,5 %', '–')
    """
    if low is None or high is None:
        return "–"
    wording = WORDINGS[lang]
    return f"{low:.1f}".replace(".", wording.decimal) + f" {WORDS[lang]['to']} {percent(high, wording)}"


def _audited(shares: Shares, lang: str) -> str:
    said, wording = WORDS[lang], WORDINGS[lang]
    rows = [[said[key] for key in ("domain", "predicted", "read", "share", "interval", "published")]]
    rows += [
        [
            domain_name(s.domain, lang),
            str(s.count),
            str(s.audited),
            percent(s.share, wording),
            interval(s.low, s.high, lang) + (" *" if s.few else ""),
            published(s.domain, lang),
        ]
        for s in shares.shares
    ]
    return "\n".join([*aligned(rows), "", *audited_sentences(shares, lang)])


def audited_sentences(shares: Shares, lang: str = "fr", *, statement: bool = True) -> list[str]:
    """Say what the intervals rest on and, with ``statement``, what they speak of."""
    decimal = WORDINGS[lang].decimal
    said = SENTENCES[lang]
    few = [domain_name(share.domain, lang) for share in shares.shares if share.few]
    unseen = [domain_name(share.domain, lang) for share in shares.shares if not share.audited]
    told = {
        "basis": True,
        shares.statement: statement,
        "simultaneous": shares.simultaneous,
        "weighted": shares.weighted,
        "few": bool(few),
        "unseen": bool(unseen),
    }
    values = {
        "audited": shares.audited,
        "n": shares.n,
        "communes": shares.communes,
        "method": "PPI++" if shares.method == "ppi++" else "cross-PPI++",
        "power": f"{shares.power or 0:.2f}".replace(".", decimal),
        "level": f"{100 * (shares.level or 0):g}".replace(".", decimal),
        "few": ", ".join(few),
        "unseen": ", ".join(unseen),
    }
    return [said[key].format(**values) for key, there in told.items() if there]


def _corrected(corrected: CorrectedShares, lang: str) -> str:
    wording = WORDINGS[lang]
    listed = ", ".join(
        f"{domain_name(domain, lang)} {percent(share, wording)}"
        for domain, share in zip(corrected.domains, corrected.shares, strict=True)
    )
    return f"{METHODS[lang][corrected.method]}, {CAUTION[lang]} : {listed}."


def drift_sentence(drift: Drift, lang: str = "fr") -> str:
    """Say how far the file is from the training texts, each measure beside its threshold."""
    said = SENTENCES[lang]
    return said["drifted" if drift.drifted else "alike"] + " ; ".join(_sign(sign, lang) for sign in drift.signs) + "."


def _sign(sign: DriftSign, lang: str) -> str:
    """Write one measure; rates are in percent, and the threshold is that which the measure is held against."""
    limits = {"unknown_words": sign.threshold * sign.training, "confidence": sign.training - sign.threshold}
    scale = 100 if sign.key == "unknown_words" else 1
    digits = 2 if sign.key == "confidence" else 1

    def number(value: float) -> str:
        return f"{scale * value:.{digits}f}".replace(".", WORDINGS[lang].decimal)

    values = {"here": sign.here, "there": sign.training, "limit": limits.get(sign.key, sign.threshold)}
    written = SENTENCES[lang][sign.key].format(**{name: number(value) for name, value in values.items()})
    return written + (SENTENCES[lang]["passed"] if sign.passed else "")


def _groups(answer: SharesAnswer, lang: str) -> str:
    said = WORDS[lang]
    rows = [[answer.by, said["domain"], said["services"], said["share"], said["interval"]]]
    for group in answer.groups:
        rows += _group(group, lang)
    return "\n".join(aligned(rows, left=2))


def _group(group: GroupShares, lang: str) -> list[list[str]]:
    said, wording = WORDS[lang], WORDINGS[lang]
    name = group.value or said["empty"]
    if group.shares is None:
        return [[name, said["silent"], "", "", ""]]
    name += f" ({said['small']})" if group.small else ""
    return [
        [name, domain_name(s.domain, lang), str(s.count), percent(s.share, wording), interval(s.low, s.high, lang)]
        for s in group.shares.shares
    ]


def _differences(differences: Differences, lang: str) -> str:
    said, decimal = WORDS[lang], WORDINGS[lang].decimal
    rows = [[said["domain"], said["difference"], said["interval"]]]
    for found in differences.differences:
        bounds = "–"
        if found.low is not None and found.high is not None:
            bounds = f"{found.low:+.1f} {said['to']} {found.high:+.1f}".replace(".", decimal)
        rows.append([domain_name(found.domain, lang), f"{found.difference:+.1f}".replace(".", decimal), bounds])
    title = f"{differences.here} − {differences.there}"
    return "\n".join([title, *aligned(rows)])
