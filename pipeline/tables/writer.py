"""What every writer of tables is: encode in any thread, write in order, commit whole or leave nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from pipeline.errors import OutputError
from pipeline.tables.drafts import open_target, writing

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

Encoded = TypeVar("Encoded")


class TableWriter(ABC, Generic[Encoded]):
    """A table being written, as a context: left without an exception, the file is there; else it is as it was.

    ``encode`` is the costly part and may run in any thread; ``write`` takes what it gave, in order.
    """

    def __init__(self, path: str, columns: Mapping[str, pl.DataType]) -> None:
        self.path = path
        self.columns = dict(columns)

    def __enter__(self) -> Self:
        self.target = open_target(self.path)
        try:
            with writing(self.path):
                self.begin()
        except BaseException:
            self.target.discard()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._drop()
            return
        try:
            with writing(self.path):
                self.finish()
            self.target.commit()
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        try:
            self.abandon()
        finally:
            self.target.discard()

    def write(self, encoded: Encoded) -> None:
        """Write the next rows; raise ``OutputError`` when the disk refuses them."""
        with writing(self.path):
            self.put(encoded)

    def ordered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give the frame's columns in the order and types announced; raise ``OutputError`` when one is missing."""
        import polars as pl

        missing = [name for name in self.columns if name not in frame.columns]
        if missing:
            raise OutputError(
                f"« {self.path} » : la colonne « {missing[0]} » annoncée manque aux lignes, "
                "signalez ce défaut du programme."
            )
        return frame.select(pl.col(name).cast(dtype) for name, dtype in self.columns.items())

    @abstractmethod
    def encode(self, frame: pl.DataFrame) -> Encoded:
        """Prepare rows for ``write``; touches nothing of the writer, so any thread may do it."""

    def encode_beside(self, frame: pl.DataFrame, added: pl.DataFrame, places: NDArray[np.uint32]) -> Encoded:
        """Prepare rows of ``frame``, each followed by the row of ``added`` at its place; any thread may do it."""
        import polars as pl

        return self.encode(pl.concat([frame, added[places]], how="horizontal"))

    @abstractmethod
    def begin(self) -> None:
        """Write what comes before the rows."""

    @abstractmethod
    def put(self, encoded: Encoded) -> None:
        """Write the next rows."""

    @abstractmethod
    def finish(self) -> None:
        """Write what comes after the rows."""

    def abandon(self) -> None:
        """Let go of what the writer holds, without writing."""
        return None
