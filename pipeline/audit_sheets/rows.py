"""What a drawn row carries beside its text: how it was drawn, and a digest that tells when it was changed."""

from __future__ import annotations

import hashlib
import re

import polars as pl

from pipeline import schema
from pipeline.results import Draw

METHODS = ("uniforme", "stratifie", "actif")
_DRAW = re.compile(
    r"(\w+) : (\d+) lignes sur (\d+), graine (\d+)( ; prédiction montrée)?(?: ; strates : (.*?))?(?: ; modèle : (.*))?"
)
_BLANKS = r"[\s\x00-\x1f\x{fffe}\x{ffff}]+"
# A spreadsheet's cell holds 32,767 characters.
_COMPARED = 30_000


def draw_sentence(draw: Draw) -> str:
    """Write a draw as every row of its sheet carries it.

    >>> draw_sentence(Draw("stratifie", 200, 5000, 7, "region", "default 1 abc"))
    'stratifie : 200 lignes sur 5000, graine 7 ; strates : region ; modèle : default 1 abc'
    """
    said = f"{draw.method} : {draw.size} lignes sur {draw.population}, graine {draw.seed}"
    said += " ; prédiction montrée" if draw.shown else ""
    said += f" ; strates : {draw.strata}" if draw.strata else ""
    return said + (f" ; modèle : {draw.model}" if draw.model else "")


def draw_from(sentence: str) -> Draw | None:
    """Read back what :func:`draw_sentence` wrote, or ``None`` when it is something else.

    >>> draw_from("uniforme : 200 lignes sur 5000, graine 7")
    Draw(method='uniforme', size=200, population=5000, seed=7, strata='', model='', shown=False)
    >>> draw_from("au hasard") is None
    True
    """
    found = _DRAW.fullmatch(sentence.strip())
    if found is None or found[1] not in METHODS:
        return None
    return Draw(found[1], int(found[2]), int(found[3]), int(found[4]), found[6] or "", found[7] or "", bool(found[5]))


def written_inclusion(probability: float) -> str:
    """Write an inclusion probability with six significant digits: spreadsheets that save a CSV keep no more.

    >>> written_inclusion(200 / 5000), written_inclusion(1 / 7e6)
    ('0.04', '0.000000142857')
    """
    text = f"{probability:.6g}"
    if "e" not in text:
        return text
    # "1e-05" would be read as text by some spreadsheets set to French.
    return f"{probability:.{5 - int(text.partition('e')[2])}f}".rstrip("0")


def row_checks(frame: pl.DataFrame, text: str | None) -> pl.Series:
    """Give a digest (12 hexadecimal digits) of what the draw wrote in each row; blanks in the text do not count.

    ``frame`` has the columns of :data:`pipeline.schema.AUDIT_COLUMNS` that the sheet has, as text, and ``text``.
    What people write (``domaine_verifie``) is not part of it.
    """
    names = [schema.ROW.name, schema.INCLUSION.name, schema.STRATUM.name, schema.DRAW.name]
    parts = [pl.col(name).str.strip_chars() if name in frame.columns else pl.lit("") for name in names]
    parts.append(plain(pl.col(text)) if text else pl.lit(""))
    joined = frame.select(pl.concat_str(parts, separator="\x1f")).to_series()
    digests = [hashlib.sha256(value.encode()).hexdigest()[:12] for value in joined.to_list()]
    return pl.Series(schema.CHECK.name, digests, dtype=pl.String)


def plain(text: pl.Expr) -> pl.Expr:
    """Give text with its runs of blanks and controls as one space: what a spreadsheet may change."""
    return (
        text.str.replace(r"\A'([=+\-@\t\r])", "$1").str.replace_all(_BLANKS, " ").str.strip_chars().str.head(_COMPARED)
    )
