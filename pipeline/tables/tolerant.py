"""Reading delimited text that is not as it should be, record by record, with the reason of each repair.

On text without faults it gives what the fast path gives (tests hold both to it). Polars would refuse a
block for one bad row; Python's reader alone would swallow half a file after one quote left open.
"""

from __future__ import annotations

import csv
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

#: A quote still open after this many lines was never meant to span them.
LONGEST_RECORD = 1_000

#: What stands for the separator of a table of one column: a byte no one types.
NO_SEPARATOR = "\x1f"

NUL_REMOVED = "caractère nul retiré"
QUOTE_UNCLOSED = "guillemet jamais refermé : ligne lue telle quelle"
QUOTE_MISPLACED = "guillemet mal placé"
MARK_REMOVED = "marque d'ordre des octets (BOM) au milieu du fichier, retirée"
SWALLOWED = "cellule qui contient des lignes entières de la table : guillemet oublié ?"


def unreadable(encoding: str) -> str:
    """Say that a byte means nothing in this encoding.

    >>> unreadable("utf-8")
    'octet illisible en UTF-8, remplacé par « � »'
    """
    return f"octet illisible en {encoding.upper() if encoding == 'utf-8' else encoding}, remplacé par « \ufffd »"


class Record(NamedTuple):
    """The cells of one record, and what had to be repaired in it."""

    cells: list[str]
    reasons: list[str]


def read_records(lines: Iterable[bytes], encoding: str, separator: str) -> Iterator[Record]:
    """Give the records of these lines; blank lines are none.

    >>> list(read_records([b'a,"b\\n', b'c"\\n', b'\\n', b'd,"e\\n'], "utf-8", ","))[1]
    Record(cells=['d', '"e'], reasons=['guillemet jamais refermé : ligne lue telle quelle'])
    """
    csv.field_size_limit(sys.maxsize)
    feed = _Feed(iter(lines), encoding)
    strict = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        feed.begin()
        try:
            cells = next(strict, None)
        except csv.Error:
            yield _repaired(feed, separator)
            strict = csv.reader(feed, delimiter=separator, strict=True)
            continue
        if cells is None:
            return
        if cells:
            reasons = [*feed.reasons, QUOTE_MISPLACED] if any(map(_quoted_late, cells)) else feed.reasons
            yield Record(_restored(cells) if feed.lone_cr else cells, reasons)


def fitted(record: Record, width: int, separator: str) -> Record:
    """Give the record ``width`` cells: ``""`` fills a short one; the end of a long one is joined to its last cell.

    >>> fitted(Record(["a", "b", "c"], []), 2, ",")
    Record(cells=['a', 'b,c'], reasons=['ligne à 3 cellules pour 2 colonnes, les dernières réunies'])
    """
    cells, reasons = record
    if len(cells) == width:
        return record
    if len(cells) < width:
        return Record(cells + [""] * (width - len(cells)), [*reasons, _count(len(cells), width)])
    if separator == NO_SEPARATOR and width == 1:
        return Record([separator.join(cells)], reasons)
    if not any(cells[width:]):
        return Record(cells[:width], reasons)
    joined = separator.join(cells[width - 1 :])
    return Record([*cells[: width - 1], joined], [*reasons, f"{_count(len(cells), width)}, les dernières réunies"])


def swallows(cells: Sequence[str], separator: str, width: int) -> bool:
    """Tell whether a cell holds a whole line with as many separators as the rows have: a quote was left open.

    >>> swallows(["3", "wifi,01\\n4,site,02\\n5,blog", "03"], ",", 3)
    True
    """
    return any(line.count(separator) == width - 1 for cell in cells if "\n" in cell for line in cell.split("\n")[1:-1])


def _quoted_late(cell: str) -> bool:
    return cell[:1] == " " and cell.lstrip(" ").startswith('"')


def _count(cells: int, width: int) -> str:
    return f"ligne à {cells} cellule{'s' * (cells > 1)} pour {width} colonne{'s' * (width > 1)}"


def _repaired(feed: _Feed, separator: str) -> Record:
    """Read again a record whose quotes are irregular.

    On its first line, a quote inside a quoted cell: read as Python's lenient reader does. Later, a quote that was
    left open and met another row's: only the first line is this record, taken as it is written.
    """
    if len(feed.taken) == 1 and not feed.unclosed:
        feed.rewind()
        feed.begin()
        cells = next(csv.reader(feed, delimiter=separator), [])
        if not feed.unclosed:
            return Record(_restored(cells), [*feed.reasons, QUOTE_MISPLACED])
    feed.rewind()
    feed.begin()
    return Record(_restored(next(feed).rstrip("\r\n").split(separator)), [*feed.reasons, QUOTE_UNCLOSED])


def _restored(cells: list[str]) -> list[str]:
    return [cell.replace("\0", "\r") for cell in cells]


class _Feed:
    """Lines of text for ``csv.reader``, which can be taken back as long as their record is not accepted."""

    def __init__(self, lines: Iterator[bytes], encoding: str) -> None:
        self.lines = lines
        self.encoding = encoding
        self.again: deque[bytes] = deque()
        self.begin()

    def begin(self) -> None:
        """Begin a record: what was taken before is accepted."""
        self.taken: list[bytes] = []
        self.reasons: list[str] = []
        self.unclosed = False
        self.lone_cr = False

    def rewind(self) -> None:
        """Take back the lines of the record."""
        self.again.extendleft(reversed(self.taken))

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._line()
        if line is None:
            # The reader asks for another line in the middle of a record only when a quote is open.
            self.unclosed = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        return self._text(line)

    def _line(self) -> bytes | None:
        if len(self.taken) >= LONGEST_RECORD:
            return None
        return self.again.popleft() if self.again else next(self.lines, None)

    def _text(self, line: bytes) -> str:
        try:
            text = line.decode(self.encoding)
        except UnicodeDecodeError:
            text = line.decode(self.encoding, "replace")
            self._note(unreadable(self.encoding))
        if "\0" in text:
            text = text.replace("\0", "")
            self._note(NUL_REMOVED)
        # A lone CR belongs to the cell, but csv.reader stops at it: NUL, which is gone by now, stands for it.
        if text.startswith("\ufeff") and not self.taken[1:]:
            text = text.removeprefix("\ufeff")
            self._note(MARK_REMOVED)
        if "\r" in text:
            # Lines that end by CR CR LF, or LF CR, were written twice over: none of it is of a cell.
            text = text if self.taken[1:] else text.lstrip("\r")
            body = text.rstrip("\n").rstrip("\r")
            self.lone_cr |= "\r" in body
            text = body.replace("\r", "\0") + text[len(body) :]
        return text

    def _note(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)
