"""Finding the record that names the columns when titles, dates or notes come before it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.schema import INPUT_COLUMNS, Fault
from pipeline.tables.finding import folded

#: A preamble longer than this is no preamble.
LONGEST = 12

_KNOWN = frozenset(folded(name) for column in INPUT_COLUMNS for name in (column.name, *column.aliases))


def preamble_length(records: Sequence[Sequence[str]]) -> int:
    """Give how many records come before the header: 0 unless a later one bears names we know and the first does not.

    Only names we know decide: a file of one column, its texts full of commas, looks like a title before a table.

    >>> preamble_length([["Enquête 2016"], ["id", "Description"], ["1", "wifi"]])
    1
    >>> preamble_length([["description"], ["wifi", " gratuit"], ["site", " web"]])
    0
    >>> preamble_length([["c0", "c1"], ["POIDS", "POIDS"]])
    0
    """
    if not records or any(map(_is_known, records[0])):
        return 0
    for place, record in enumerate(records[1 : LONGEST + 1], start=1):
        filled = sum(bool(cell.strip()) for cell in record)
        if filled > 1 and len({folded(cell) for cell in record} & _KNOWN) > 1 and filled >= _filled(records[0]):
            return place
    return 0


def preamble_fault(file: str, records: Sequence[Sequence[str]]) -> tuple[Fault, ...]:
    """Say, as a fault of row 0, what came before the header and was left aside."""
    if not records:
        return ()
    first = next((cell.strip() for record in records for cell in record if cell.strip()), "")
    count = f"{len(records)} ligne{'s' * (len(records) > 1)}"
    return (Fault(file, 0, f"{count} avant l'en-tête, laissée{'s' * (len(records) > 1)} de côté : « {first[:60]} »"),)


def _is_known(cell: str) -> bool:
    return folded(cell) in _KNOWN


def _filled(record: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)
