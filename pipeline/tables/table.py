"""What reading gives: a table that is walked in blocks, each parsed to a chunk of text columns and its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.schema import Fault

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table, all columns text, never null (``""`` instead), and the faults found in them."""

    frame: pl.DataFrame
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Block:
    """Some rows not parsed yet; ``parse`` is costly, may run in any thread, and counts rows from 1 in the block."""

    number: int
    parse: Callable[[], Chunk]


@dataclass(frozen=True)
class Table:
    """A table someone else wrote, opened: how it was understood, its columns, and its rows on demand.

    ``rows`` is known or estimated (for a progress bar); ``separator`` and ``encoding`` are ``None`` where
    they mean nothing. ``decision`` says in French how the file was read. Faults of the header have row 0
    and come with the first block; a table without rows has one block, empty.
    """

    path: str
    kind: str
    encoding: str | None
    separator: str | None
    columns: tuple[str, ...]
    rows: int | None
    decision: str
    start: Callable[[], Iterator[Block]]

    def blocks(self) -> Iterator[Block]:
        """Give the blocks in order, one in memory at a time; raise ``InputError`` if the file changes meanwhile."""
        return self.start()

    def chunks(self) -> Iterator[Chunk]:
        """Give the chunks in order, their faults counted from the first row after the header (1)."""
        before = 0
        for block in self.blocks():
            chunk = block.parse()
            yield Chunk(chunk.frame, shifted(chunk.faults, before))
            before += chunk.frame.height


def shifted(faults: Sequence[Fault], rows: int) -> tuple[Fault, ...]:
    """Count faults from the table's first row, ``rows`` coming before their block; row 0 stays the header.

    >>> [fault.row for fault in shifted((Fault("a.csv", 0, ""), Fault("a.csv", 2, "")), 10)]
    [0, 12]
    """
    return tuple(replace(fault, row=fault.row + rows) if fault.row else fault for fault in faults)


def text_frame(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Make a frame of text columns; ``cells`` has the cells of each column.

    >>> text_frame(("a", "b"), [["1", "3"], ["2", "4"]]).row(0)
    ('1', '2')
    """
    import polars as pl

    return pl.DataFrame([pl.Series(name, values, dtype=pl.String) for name, values in zip(columns, cells, strict=True)])
