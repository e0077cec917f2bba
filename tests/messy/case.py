"""A polluted file, the table it means, and the survey all of them are made from."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str]]

HEADER = ("id", "description", "code_commune")
SURVEY: tuple[tuple[str, str, str], ...] = (
    ("1", "wifi gratuit sur la place du marché", "01004"),
    ("2", "site internet de la commune", "2A004"),
    ("3", "catalogue de la médiathèque", "97411"),
    ("4", "tablettes numériques à l'école", "01004"),
    ("5", "panneau lumineux d'information", "35238"),
    ("6", "atelier d'initiation pour les aînés", "05061"),
    ("7", "billetterie du théâtre", "2B033"),
    ("8", "inscription à la cantine", "59350"),
    ("9", "vidéoprotection de la mairie", "75056"),
    ("10", "numérisation des archives", "13055"),
    ("11", "espace public numérique", "69123"),
    ("12", "logiciel de comptabilité", "33063"),
)


@dataclass(frozen=True)
class Case:
    """A file to read: its name, its kind of pollution, its bytes; ``rows`` is ``None`` when only refusal is right."""

    name: str
    kind: str
    suffix: str
    content: bytes
    columns: tuple[str, ...] = HEADER
    rows: Rows | None = SURVEY

    @property
    def meant(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]] | None:
        """The table it means, or ``None`` when it means none."""
        return None if self.rows is None else (self.columns, [tuple(row) for row in self.rows])


def delimited(
    rows: Rows = SURVEY,
    header: Sequence[str] | None = HEADER,
    *,
    separator: str = ",",
    ending: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
    quote: str = '"',
    encoding: str = "utf-8",
    errors: str = "strict",
) -> bytes:
    """Write a table as delimited text."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator=ending, quoting=quoting, quotechar=quote)
    writer.writerows([*([header] if header else []), *rows])
    return written.getvalue().encode(encoding, errors)
