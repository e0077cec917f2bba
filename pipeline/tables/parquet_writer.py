"""Writing Parquet as rows come, a few batches in memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.tables.writer import TableWriter

if TYPE_CHECKING:
    import polars as pl

_WAITING = 2
_PATIENCE = 0.2


class _AbandonedError(Exception):
    """Ends the sink's thread without a file."""


class ParquetWriter(TableWriter["pl.DataFrame"]):
    """A thread sinks to the draft the frames that a short queue hands it."""

    def encode(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give the frame in the announced types."""
        return self.ordered(frame)

    def begin(self) -> None:
        """Start the sink."""
        self.frames: queue.Queue[pl.DataFrame | None] = queue.Queue(maxsize=_WAITING)
        self.abandoned = False
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._sink, name="parquet", daemon=True)
        self.thread.start()

    def put(self, encoded: pl.DataFrame) -> None:
        """Hand over the next rows, unless the sink has failed."""
        self._hand(encoded)

    def finish(self) -> None:
        """Wait until all is written."""
        self._hand(None)
        self.thread.join()
        self._raise_failure()

    def abandon(self) -> None:
        """Have the sink stop where it is."""
        self.abandoned = True
        while self.thread.is_alive():
            with suppress(queue.Full):
                self.frames.put_nowait(None)
            self.thread.join(_PATIENCE)

    def _hand(self, frame: pl.DataFrame | None) -> None:
        while self.thread.is_alive():
            try:
                return self.frames.put(frame, timeout=_PATIENCE)
            except queue.Full:
                continue
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self.failure is not None:
            raise OSError(str(self.failure)) from self.failure

    def _sink(self) -> None:
        from polars.io.plugins import register_io_source

        try:
            rows = register_io_source(lambda *_: self._handed(), schema=self.columns)
            rows.sink_parquet(self.target.path)
        except BaseException as error:
            self.failure = error

    def _handed(self) -> Iterator[pl.DataFrame]:
        while (frame := self.frames.get()) is not None:
            yield frame
        if self.abandoned:
            raise _AbandonedError
