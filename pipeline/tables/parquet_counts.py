"""What a Parquet file says of its rows: in its footer, by group and by column, and before each page.

Polars trusts the footer: a count too small drops rows without a word, one too large ends in a panic of the library. A
file whose counts contradict one another is therefore refused before Polars opens it. Only counts are read here, in
Thrift's compact protocol (thrift-compact-protocol.md), with the field numbers of parquet.thrift. Asking another library
for the counts, the road not taken, would be a further dependency that believes the same footer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

MAGIC = b"PAR1"
# The footer of a thousand columns in a thousand groups; more is no survey.
LARGEST_FOOTER = 64 << 20
# A page's header holds a few counts and two statistics; Thrift does not say its length beforehand.
HEADER_BYTES, LONGEST_HEADER = 4 * 1024, 1 << 20
# What a damaged footer or header raises when it is read.
UNREADABLE = (IndexError, KeyError, ValueError, TypeError, RecursionError, OverflowError, MemoryError)

Fields = dict[int, Any]


class _Thrift:
    """Structures of the compact protocol, as field number → value; texts are passed over."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def structure(self) -> Fields:
        found: Fields = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._whole()
            kind = head & 15
            # A field's boolean is its type.
            found[number] = kind == 1 if kind in (1, 2) else self._value(kind)
        return found

    def _byte(self) -> int:
        self.place += 1
        return self.content[self.place - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError("nombre trop long")
        return value | byte << shift

    def _whole(self) -> int:
        value = self._unsigned()
        return value >> 1 ^ -(value & 1)

    def _pass(self, size: int) -> None:
        self.place += size
        if self.place > len(self.content):
            raise IndexError("texte au-delà de la fin")

    def _value(self, kind: int) -> Any:
        match kind:
            case 1 | 2 | 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._whole()
            case 7:
                return self._pass(8)
            case 8:
                return self._pass(self._unsigned())
            case 9 | 10:
                return self._list()
            case 12:
                return self.structure()
        raise ValueError(f"type {kind}")

    def _list(self) -> list[Any]:
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._unsigned()
        return [self._value(head & 15) for _ in range(size)]


def contradiction(stream: BinaryIO) -> tuple[int, int] | None:
    """Give two counts of the same rows that differ, what is announced first; ``None`` where all agree.

    Raises one of ``UNREADABLE`` where the footer is not one; ``stream`` is a whole Parquet file.
    """
    footer = _footer(stream)
    groups: list[Fields] = footer[4]
    held = sum(int(group[3]) for group in groups)
    if int(footer[3]) != held:
        return int(footer[3]), held
    flat = _flat_columns(footer[2])
    for group in groups:
        for number, column in enumerate(group[1]):
            said = column[3]
            if number in flat and said[5] != group[3]:
                return int(group[3]), int(said[5])
            paged = sum(_page_values(stream, said))
            if paged != said[5]:
                return int(said[5]), paged
    return None


def _footer(stream: BinaryIO) -> Fields:
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 8))
    size, magic = struct.unpack("<I4s", stream.read(8).rjust(8, b"\0"))
    if magic != MAGIC or not 0 < size <= min(end - 8, LARGEST_FOOTER):
        raise ValueError("pas de pied de page")
    stream.seek(end - 8 - size)
    return _Thrift(stream.read(size)).structure()


def _flat_columns(schema: list[Fields]) -> set[int]:
    """Give the leaf columns that have one value a row: those directly under the root, and not repeated."""
    flat, leaf, place = set(), 0, 1
    while place < len(schema):
        last = _end(schema, place)
        if last == place + 1 and schema[place].get(3) != 2:
            flat.add(leaf)
        leaf += sum(not each.get(5) for each in schema[place:last])
        place = last
    return flat


def _end(schema: list[Fields], place: int) -> int:
    """Give the place after an element of the schema and all that is under it; the list is the tree, depth first."""
    waiting = 1
    while waiting:
        waiting += int(schema[place].get(5) or 0) - 1
        place += 1
    return place


def _page_values(stream: BinaryIO, column: Fields) -> Iterator[int]:
    """Give the number of values of each page of data of a column."""
    # Some writers leave 0 where there is no dictionary.
    place = min(offset for offset in (column[9], column.get(11) or column[9]) if offset > 0)
    end = place + column[7]
    while place < end:
        page, size = _page(stream, place)
        values = page.get(5) or page.get(8)
        if values:
            yield int(values[1])
        place += size + int(page[3])


def _page(stream: BinaryIO, place: int) -> tuple[Fields, int]:
    """Read a page's header, and give its size."""
    size = HEADER_BYTES
    while True:
        stream.seek(place)
        thrift = _Thrift(stream.read(size))
        try:
            return thrift.structure(), thrift.place
        except IndexError:
            if size >= LONGEST_HEADER:
                raise
            size = LONGEST_HEADER
