"""What a table's rows say against it: a total among the rows, a second table below, cells within marks we do not read.

Nothing is repaired here, for nothing is sure: each suspicion is a fault, with its row, and the row is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.schema import Fault
from pipeline.tables.table import Block, Chunk

if TYPE_CHECKING:
    import polars as pl

#: How many records are looked at, how many must be there, and what share must be numbered.
SAMPLED, ENOUGH, _SHARE = 100, 5, 0.8

_MARKS = (("'", "'"), ("“", "”"), ("«", "»"), ("`", "`"))
# No digit, or a word: neither is a number, nor a code such as 2A004.
_NO_NUMBER = r"^\D*$|\p{L}{4}"


@dataclass(frozen=True)
class Suspicions:
    """What to watch for: the header, and the column of numbers (``None`` when there is none), all distinct."""

    file: str
    columns: tuple[str, ...]
    numbered: str | None

    def watched(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Give the same blocks, the faults of suspicious rows with those they had."""
        for block in blocks:
            yield replace(block, parse=partial(self._parse, block))

    def _parse(self, block: Block) -> Chunk:
        chunk = block.parse()
        known = {fault.row for fault in chunk.faults}
        more = [fault for fault in self.faults(chunk.frame) if fault.row not in known]
        return Chunk(chunk.frame, tuple(sorted((*chunk.faults, *more), key=_row))) if more else chunk

    def faults(self, frame: pl.DataFrame) -> list[Fault]:
        """Give the faults of rows that repeat the header or lack their number, counted from 1 in the frame."""
        import polars as pl

        first = self.columns[0]
        found = {
            row: "en-tête répété au milieu des lignes : plusieurs tables à la suite ?"
            for row in frame.select((pl.col(first) == first).arg_true()).to_series()
            if frame.row(row) == self.columns
        }
        if self.numbered is not None:
            column = frame[self.numbered]
            # Reading a number is cheaper than a pattern, and nearly every cell is one.
            others = column.cast(pl.Int64, strict=False).is_null().arg_true()
            for row in others.filter(column.gather(others).str.contains(_NO_NUMBER)):
                found.setdefault(row, _unnumbered(self.numbered, column[row]))
        return [Fault(self.file, row + 1, reason) for row, reason in found.items()]


def suspect(file: str, columns: tuple[str, ...], records: Sequence[Sequence[str]]) -> Suspicions:
    """Learn what to watch for from the first records (header left out).

    >>> suspect("a.csv", ("id", "texte"), [(str(n), "wifi") for n in range(9)]).numbered
    'id'
    """
    for place, name in enumerate(columns):
        cells = [record[place].strip() for record in records[:SAMPLED] if place < len(record) and record[place].strip()]
        numbers = [cell for cell in cells if cell.isdecimal()]
        if len(cells) >= ENOUGH and len(numbers) >= _SHARE * len(cells) and len(set(numbers)) == len(numbers):
            return Suspicions(file, columns, name)
    return Suspicions(file, columns, None)


def form_faults(file: str, header: Sequence[str], records: Sequence[Sequence[str]]) -> tuple[Fault, ...]:
    """Say, as faults of row 0, that cells are within marks that are kept, or all begin with a blank.

    >>> [fault.reason[:38] for fault in form_faults("a.csv", ("'id'", "'texte'"), [])]
    ["cellules entre « ' » et « ' », gardées"]
    """
    reasons = []
    columns = [[record[place] for record in records[:SAMPLED] if place < len(record)] for place in range(len(header))]
    for begin, end in _MARKS:
        marked = [_within(cells, begin, end) for cells in columns if len(cells) >= ENOUGH]
        if (len(header) > 1 and _within(header, begin, end)) or any(marked):
            reasons.append(f"cellules entre « {begin} » et « {end} », gardées telles quelles : n'employez que « \" »")
    later = [cell for cells in columns[1:] for cell in cells if cell]
    if len(later) >= ENOUGH and all(cell.startswith(" ") for cell in later):
        reasons.append("les cellules commencent toutes par un blanc, gardé : séparateur suivi d'un blanc ?")
    return tuple(Fault(file, 0, reason) for reason in reasons)


def _within(cells: Sequence[str], begin: str, end: str) -> bool:
    stripped = [cell.strip() for cell in cells]
    return all(len(cell) > 1 and cell.startswith(begin) and cell.endswith(end) for cell in stripped)


def _unnumbered(column: str, cell: str) -> str:
    if not cell.strip():
        return f"« {column} » est vide, quand les autres lignes y ont un numéro : total, note ou autre table ?"
    shown = cell if len(cell) <= 40 else f"{cell[:40]}…"
    return f"« {column} » vaut « {shown} », quand les autres lignes y ont un numéro : total, note ou autre table ?"


def _row(fault: Fault) -> int:
    return fault.row
