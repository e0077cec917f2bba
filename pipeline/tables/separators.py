"""Choosing the separator: the one on which the header and the first records agree best."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from itertools import islice

from pipeline.tables.preamble import preamble_length

SEPARATORS = {",": ",", ";": ";", "\t": "tabulation", "|": "|"}

_RECORDS = 101
_ENOUGH = 0.5
_DECLARED = re.compile(rb'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)


def declared_separator(sample: bytes) -> tuple[str, int] | None:
    """Give the separator that a first line ``sep=;`` declares (Excel writes some), and the length of that line.

    >>> declared_separator(b"sep=;\\r\\nid;texte\\r\\n")
    (';', 7)
    """
    found = _DECLARED.match(sample)
    return (found[1].decode(), found.end()) if found else None


def choose_separator(sample: bytes, whole: bool) -> str | None:
    """Choose the separator of the records that begin in ``sample``, ``None`` for a single column.

    ``whole`` is false when the sample stops inside the file: its last record is then left aside.

    >>> choose_separator(b"id;texte\\n1;un, deux\\n2;trois, quatre\\n", whole=True)
    ';'
    """
    scores = {separator: _agreement(sample, separator, whole) for separator in SEPARATORS}
    best = max(scores, key=lambda separator: scores[separator])
    return best if scores[best][0] >= _ENOUGH else None


def _agreement(sample: bytes, separator: str, whole: bool) -> tuple[float, int]:
    """Give the share of records with as many cells as the header (more cells count for half), then how many cells."""
    records = list(islice(_records(sample, separator), _RECORDS + 1))
    # Latin-1 stands for any encoding here: the names we know are ASCII once folded, or nearly.
    widths = [len(record) for record in records[preamble_length(records) :]]
    if len(widths) > 1 and (not whole or len(widths) > _RECORDS):
        widths.pop()
    if not widths or widths[0] < 2:
        return 0.0, 0
    points = [1.0 if width == widths[0] else 0.5 * (width > widths[0]) for width in widths[1:]]
    return (sum(points) / len(points) if points else 1.0), widths[0]


def _records(sample: bytes, separator: str) -> Iterator[list[str]]:
    """Read leniently: structure is ASCII in both encodings, and a cell that the sample cuts is left in one piece."""
    csv.field_size_limit(sys.maxsize)
    text = sample.replace(b"\r\n", b"\n").replace(b"\r", b" ").decode("latin-1")
    return filter(None, csv.reader(io.StringIO(text, newline="\n"), delimiter=separator))
