"""Whether the quotes of delimited text are regular: then records can be cut by counting quotes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUOTE = 34


class QuoteCheck:
    """Watches bytes go by; ``regular`` once finished when every quote opens a cell, closes one, or is doubled.

    >>> check = QuoteCheck(",")
    >>> check.watch(b'a,"b ""c"" d",e')
    >>> check.finish()
    True
    """

    def __init__(self, separator: str) -> None:
        self._before = frozenset(separator.encode() + b'\n"')
        self._after = frozenset(separator.encode() + b'\r\n"')
        self._regular = True
        self._inside = False
        self._last = b"\n"
        self._held = b""

    def watch(self, piece: bytes) -> None:
        """See the next bytes."""
        # One piece late, so that each quote is seen with the byte that follows it.
        self._judge(piece[:1])
        self._held = piece or self._held

    def finish(self) -> bool:
        """Tell whether all quotes were regular, the last one closed."""
        self._judge(b"\n")
        self._held = b""
        return self._regular and not self._inside

    def _judge(self, following: bytes) -> None:
        if not self._held or not following:
            return
        if self._regular and b'"' in self._held:
            self._compare(self._last + self._held + following)
        self._last = self._held[-1:]

    def _compare(self, window: bytes) -> None:
        """Compare the neighbours of quotes, which by turns open and close; the window has one more byte each side."""
        import numpy as np

        codes = np.frombuffer(window, dtype=np.uint8)
        places = np.flatnonzero(codes[1:-1] == QUOTE) + 1
        opening, closing = (places[1::2], places[::2]) if self._inside else (places[::2], places[1::2])
        self._regular = _all_in(codes[opening - 1], self._before) and _all_in(codes[closing + 1], self._after)
        self._inside ^= len(places) % 2 == 1


def _all_in(codes: NDArray[np.uint8], allowed: frozenset[int]) -> bool:
    import numpy as np

    table = np.zeros(256, dtype=bool)
    table[list(allowed)] = True
    return bool(table[codes].all())
