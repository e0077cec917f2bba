"""A stream that an archive half-written can be given up in."""

from __future__ import annotations

from typing import BinaryIO


class Valve:
    """A stream that swallows all once ``shut``: an archive given up closes itself in it, even on a full disk."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.shut = False
        self.place = 0

    def write(self, content: bytes) -> int:
        """Write, or pretend to."""
        if not self.shut:
            self.stream.write(content)
        self.place += len(content)
        return len(content)

    def seek(self, place: int) -> int:
        """Move, or pretend to."""
        if not self.shut:
            self.stream.seek(place)
        self.place = place
        return place

    def tell(self) -> int:
        """Give the place."""
        return self.place

    def flush(self) -> None:
        """Flush, or pretend to."""
        if not self.shut:
            self.stream.flush()
