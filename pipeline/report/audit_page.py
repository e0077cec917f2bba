"""The audit's page: what it says, then one self-contained HTML file; everything of the user's is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pipeline.domains import BY_KEY
from pipeline.report.audit_wording import AUDIT_WORDINGS, AuditWording
from pipeline.report.render import domain_name
from pipeline.report.templates import page_template
from pipeline.results.audit_report import Audit, ConfusedPair, Proportion

UNKNOWN_COLOUR = "#555555"


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and how much it speaks for the model's domain against the person's, from −1 to 1."""

    text: str
    weight: float = 0.0


@dataclass(frozen=True)
class Near:
    """An annotated text that resembles another: its words, its domain, the cosine similarity."""

    text: str
    domain: str
    similarity: float


@dataclass(frozen=True)
class ReadText:
    """A text as the page shows it: where it stands, its pieces, both domains, its neighbours, a suggestion."""

    place: str
    pieces: tuple[Piece, ...]
    truth: str
    guess: str
    probability: float
    suggested: str
    near: tuple[Near, ...]


@dataclass(frozen=True)
class DoubtedText:
    """A doubted label: its score from 0 to 1, its reasons' names, and the text."""

    score: float
    reasons: tuple[str, ...]
    read: ReadText


@dataclass(frozen=True)
class AuditPage:
    """Everything the page says; ``reasons`` has each reason's name and meaning, ``pairs`` the confusions' texts."""

    source: str
    made_on: str
    model: str
    notes: tuple[str, ...]
    audit: Audit
    pairs: tuple[tuple[ConfusedPair, tuple[ReadText, ...]], ...]
    doubts: tuple[DoubtedText, ...]
    reasons: Mapping[str, str]


def render_audit(page: AuditPage, lang: str = "fr") -> str:
    """Write the page; its one script is allowed by its digest, so that no other can run."""
    wording = AUDIT_WORDINGS[lang]
    script = (files("pipeline.report") / "audit.js").read_text(encoding="utf-8")
    # HTML reads a script's text up to its end tag, so the digest is that of the very text between the tags.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return page_template("audit.html").render(
        p=page,
        a=page.audit,
        w=wording,
        script=script,
        digest=digest,
        name=lambda key: domain_name(key, lang),
        colour=lambda key: BY_KEY[key].colour if key in BY_KEY else UNKNOWN_COLOUR,
        interval=lambda found: interval(found, wording),
        percent=lambda value: _percent(value, wording),
        plain=lambda value: f"{value:.4f}",
        decimal=lambda value: f"{value:.2f}".replace(".", wording.decimal),
        matrix=_matrix(page.audit),
        columns=list(dict.fromkeys(score.column for score in page.audit.slices)),
        reliability=_reliability(page.audit),
        coverage=_coverage(page.audit),
    )


def interval(found: Proportion, wording: AuditWording) -> str:
    """Write a proportion and its interval in percent.

    >>> interval(Proportion(0.8125, 0.7, 0.9, 16), AUDIT_WORDINGS["fr"])
    '81,2 % (70,0 – 90,0)'
    """
    if found.value is None or found.low is None or found.high is None:
        return "–"
    bounds = f"({100 * found.low:.1f} – {100 * found.high:.1f})".replace(".", wording.decimal)
    return f"{_percent(found.value, wording)} {bounds}"


def _percent(value: float, wording: AuditWording) -> str:
    return f"{100 * value:.1f} %".replace(".", wording.decimal)


def _matrix(audit: Audit) -> list[dict[str, Any]]:
    """Give the rows of the confusion matrix: each cell's count, estimated share, and depth of colour."""
    return [
        {
            "domain": domain,
            "cells": [
                {"guess": guess, "count": int(audit.confusion[row, column]), "share": audit.row_shares[row][column]}
                for column, guess in enumerate(audit.domains)
            ],
        }
        for row, domain in enumerate(audit.domains)
    ]


def _reliability(audit: Audit) -> list[dict[str, float]]:
    """Place the points of the reliability diagram in a square of 300."""
    return [
        {"x": 300 * stated, "y": 300 * (1 - right), "stated": stated, "right": right, "rows": rows}
        for stated, right, rows in audit.reliability
    ]


def _coverage(audit: Audit) -> dict[str, Any]:
    """Place the coverage/accuracy curve in a square of 300; accuracy from the floor shown to 1."""
    floor = min((int(20 * right) / 20 for _, _, right in audit.coverage), default=0.0)
    floor = min(floor, 0.95)
    points = [
        {"x": 300 * share, "y": 300 * (1 - right) / (1 - floor), "share": share, "right": right, "index": index}
        for share, index, right in audit.coverage
    ]
    return {"floor": floor, "points": points, "line": " ".join(f"{p['x']:.1f},{p['y']:.1f}" for p in points)}
