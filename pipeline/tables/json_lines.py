"""Reading JSON Lines: one object a line, every value as the text it was written with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from pipeline.errors import InputError
from pipeline.schema import Fault
from pipeline.tables.cutting import cut_lines, cut_records
from pipeline.tables.header import led, name_columns
from pipeline.tables.layout import Layout, survey, text_pieces
from pipeline.tables.source import Source
from pipeline.tables.table import Block, Chunk, Table, text_frame
from pipeline.tables.tolerant import unreadable

#: The columns are the keys met in so many lines; a key first met later is a fault.
SURVEYED_LINES = 1_000


class _Written(str):
    """A number, as it is written."""


def open_json_lines(source: Source, sample: bytes, block_bytes: int) -> Table:
    """Open JSON Lines; raise ``InputError`` when no line of the first thousand is an object."""
    layout = survey(source, sample, None)
    keys = _keys(source, layout)
    header = name_columns(keys, source.path)

    def start() -> Iterator[Block]:
        runs = cut_records(text_pieces(source, layout.skipped, layout.mac, block_bytes), quoted=False)
        parse = partial(_parse, keys=keys, columns=header.columns, encoding=layout.encoding, file=source.path)
        yield from led((Block(number, partial(parse, data)) for number, data in enumerate(runs)), header)
        source.check_unchanged()

    decision = f"JSONL, {layout.shown}" + (" (gzip)" if source.compressed else "")
    rows = max(1, layout.lines)
    return Table(source.path, "jsonl", layout.encoding, None, header.columns, rows, decision, start)


def _keys(source: Source, layout: Layout) -> tuple[str, ...]:
    lines = cut_lines(text_pieces(source, layout.skipped, layout.mac, 1 << 16))
    found: dict[str, None] = {}
    for line in islice(lines, SURVEYED_LINES):
        found.update(dict.fromkeys(_read_object(line.decode(layout.encoding, "replace")) or ()))
    if not found:
        raise InputError(f"{source.name} n'est pas du JSON Lines : écrivez un objet JSON par ligne.")
    return tuple(found)


def _parse(data: bytes, keys: tuple[str, ...], columns: tuple[str, ...], encoding: str, file: str) -> Chunk:
    """Parse whole lines; the cells of a line that is not an object are empty."""
    cells: list[str] = []
    faults: list[Fault] = []
    for row, line in enumerate(filter(bytes.strip, io.BytesIO(data)), start=1):
        values, reasons = _read_line(line, keys, encoding)
        cells += values
        faults.extend(Fault(file, row, reason) for reason in reasons)
    return Chunk(text_frame(columns, [cells[place :: len(keys)] for place in range(len(keys))]), tuple(faults))


def _read_line(line: bytes, keys: tuple[str, ...], encoding: str) -> tuple[list[str], Iterable[str]]:
    text = line.decode(encoding, "replace")
    found = _read_object(text)
    if found is None:
        return [""] * len(keys), ["ligne qui n'est pas un objet JSON"]
    reasons = [f"clé « {key} » inconnue des {SURVEYED_LINES} premières lignes : ignorée" for key in found.keys() - keys]
    if "\ufffd" in text and not _is_valid(line, encoding):
        reasons.append(unreadable(encoding))
    return [_clean(_shown(found.get(key))) for key in keys], sorted(reasons)


def _is_valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _read_object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text, parse_float=_Written, parse_int=_Written, parse_constant=_Written)
    except (ValueError, RecursionError):
        return None
    return {_clean(key): value for key, value in found.items()} if isinstance(found, dict) else None


def _clean(text: str) -> str:
    """Replace the halves of characters that JSON can escape and no table can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _shown(value: object) -> str:
    """Give the text of a value: ``""`` for null, numbers as written, JSON for what is nested."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else _json_text(value)


def _json_text(value: object) -> str:
    """Write a value back as JSON, its numbers as they were written."""
    if isinstance(value, _Written):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json_text(key)}: {_json_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
