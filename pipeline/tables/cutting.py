"""Cutting a stream of bytes where records end, without reading what they hold."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator


def cut_records(pieces: Iterable[bytes], quoted: bool) -> Iterator[bytes]:
    """Give runs of whole records, about one for each piece; a record longer than a piece gathers several.

    A record ends at a newline; when ``quoted``, only where an even number of quotes came before.

    >>> list(cut_records([b'a,"1', b'\\n2"', b'\\nb,3\\nc,', b'4'], quoted=True))
    [b'a,"1\\n2"\\nb,3\\n', b'c,4']
    """
    waiting: list[bytes] = []
    inside = False
    for piece in pieces:
        inside ^= quoted and piece.count(b'"') % 2 == 1
        end = _last_end(piece, inside) if quoted else piece.rfind(b"\n") + 1
        if end:
            yield b"".join((*waiting, piece[:end]))
            waiting.clear()
        waiting.append(piece[end:])
    if rest := b"".join(waiting):
        yield rest


def cut_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines one by one, each with its newline.

    Only ``\\n`` ends a line: ``splitlines`` would also cut at a lone CR.
    """
    for run in cut_records(pieces, quoted=False):
        yield from io.BytesIO(run)


def _last_end(piece: bytes, inside: bool) -> int:
    """Find the end of the last record, 0 when none ends here; ``inside`` tells whether the piece ends in quotes."""
    end = len(piece)
    while end > 0:
        quote = piece.rfind(b'"', 0, end)
        newline = -1 if inside else piece.rfind(b"\n", quote + 1, end)
        if newline >= 0:
            return newline + 1
        inside, end = not inside, quote
    return 0
