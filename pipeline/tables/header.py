"""From the first record of a table to names of columns that can be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.schema import Fault
from pipeline.tables.table import Block, Chunk, text_frame


@dataclass(frozen=True)
class Header:
    """The names decided for the columns, in order, and what had to be changed (faults of row 0)."""

    columns: tuple[str, ...]
    faults: tuple[Fault, ...]


def name_columns(cells: Sequence[str], file: str) -> Header:
    """Name the columns: blanks around are dropped, no name gives ``colonne_3``, a second ``nom`` gives ``nom_2``.

    >>> name_columns(["id", " texte ", "", "id"], "a.csv").columns
    ('id', 'texte', 'colonne_3', 'id_2')
    """
    stripped = [cell.strip("\ufeff \t\r\n\xa0") for cell in cells]
    names: list[str] = []
    faults: list[Fault] = []
    for position, name in enumerate(stripped, start=1):
        chosen = _free(name or f"colonne_{position}", names, stripped)
        names.append(chosen)
        if not name:
            faults.append(Fault(file, 0, f"colonne {position} sans nom : nommée « {chosen} »"))
        elif chosen != name:
            faults.append(Fault(file, 0, f"deux colonnes nommées « {name} » : la {position}e devient « {chosen} »"))
    return Header(tuple(names), tuple(faults))


def _free(name: str, taken: list[str], asked: Sequence[str]) -> str:
    """Give the name, or its first numbered form that neither an earlier column has nor a later one asks for."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken or f"{name}_{number}" in asked:
        number += 1
    return f"{name}_{number}"


def led(blocks: Iterator[Block], header: Header) -> Iterator[Block]:
    """Give the same blocks, the header's faults with the first; one empty block when there is none."""
    first = next(blocks, None) or Block(0, lambda: Chunk(text_frame(header.columns, [()] * len(header.columns))))
    yield replace(first, parse=lambda: _with_faults(first.parse(), header.faults))
    yield from blocks


def _with_faults(chunk: Chunk, faults: tuple[Fault, ...]) -> Chunk:
    return replace(chunk, faults=faults + chunk.faults)
