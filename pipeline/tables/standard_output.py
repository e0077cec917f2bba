"""Standard output as the target of a writer."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from pipeline.errors import OutputError


class StandardOutput:
    """Bytes go out as they come; there is nothing to commit or to discard."""

    path = "-"

    def __init__(self) -> None:
        self.stream: BinaryIO = sys.stdout.buffer

    def write(self, content: bytes) -> None:
        """Write and flush; raise ``OutputError`` when the reader is gone (``| head``)."""
        try:
            self.stream.write(content)
            self.stream.flush()
        except BrokenPipeError as error:
            _silence()
            raise OutputError(
                "La sortie standard a été fermée par le programme qui la lit : écrivez dans un fichier."
            ) from error

    def commit(self) -> None:
        """Flush what remains."""
        self.stream.flush()

    def discard(self) -> None:
        """Do nothing: what is out is out."""
        return None


def _silence() -> None:
    """Send the rest nowhere, or Python would complain once more of the closed pipe when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
