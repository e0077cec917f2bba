"""Writing delimited text and JSON Lines."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.tables.texts import simplified
from pipeline.tables.writer import TableWriter

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Style:
    """How cells are set down: for machines (comma), or for a French spreadsheet (BOM, decimal comma, no formulas)."""

    separator: str = ","
    excel: bool = False
    compressed: bool = False


class BytesWriter(TableWriter[bytes]):
    """A writer whose rows are bytes."""

    def put(self, encoded: bytes) -> None:
        """Write the next bytes."""
        self.target.write(encoded)

    def finish(self) -> None:
        """Nothing comes after the rows."""
        return None


class DelimitedWriter(BytesWriter):
    """CSV or TSV: UTF-8, ``\\n``, quotes where necessary, six decimals, ``true`` and ``false``."""

    def __init__(self, path: str, columns: Mapping[str, pl.DataType], style: Style) -> None:
        super().__init__(path, columns)
        self.style = style

    def begin(self) -> None:
        """Write the names of the columns."""
        import polars as pl

        names = pl.DataFrame([list(self.columns)], schema=dict.fromkeys(self.columns, pl.String), orient="row")
        mark = b"\xef\xbb\xbf" if self.style.excel else b""
        self.put(self._packed(mark + self._delimited(names)))

    def encode(self, frame: pl.DataFrame) -> bytes:
        """Give the rows as delimited text."""
        return self._packed(self._delimited(simplified(self.ordered(frame))))

    def encode_beside(self, frame: pl.DataFrame, added: pl.DataFrame, places: NDArray[np.uint32]) -> bytes:
        """Set down each row of ``added`` once, then write the lines; the same bytes as ``encode``."""
        import polars as pl

        from pipeline.tables import beside

        if not beside.are_shares(added):
            return super().encode_beside(frame, added, places)
        separator, decimal = self.style.separator, "," if self.style.excel else "."
        cells = beside.cells(self._harmless(added), separator, decimal).gather(pl.Series(places))
        texts = self._harmless(simplified(frame)).get_columns()
        lines = pl.DataFrame([*(beside.quoted(text, separator) for text in texts), cells.alias(beside.ADDED)])
        written = io.BytesIO()
        lines.write_csv(written, include_header=False, separator=separator, quote_style="never")
        return self._packed(written.getvalue())

    def _harmless(self, frame: pl.DataFrame) -> pl.DataFrame:
        """For a spreadsheet, make text of the cells that it would take for a formula, and run."""
        import polars as pl

        if not self.style.excel:
            return frame
        return frame.with_columns(pl.col(pl.String).str.replace(r"\A([=+\-@\t\r])", "'$1"))

    def _delimited(self, frame: pl.DataFrame) -> bytes:
        import polars as pl

        texts = pl.col(pl.String)
        frame = self._harmless(frame)
        # Polars quotes "" to tell it from null. Only in a single column is it needed, lest the line be blank.
        frame = frame.with_columns(texts.fill_null("") if frame.width == 1 else texts.replace("", None))
        # Polars leaves a byte order mark as it is: such cells are quoted here, and Polars then quotes no other.
        of_text = [column for column in frame.get_columns() if column.dtype == pl.String]
        marked = any(column.str.starts_with("\ufeff").any() for column in of_text)
        if marked:
            frame = frame.with_columns(self._quoted(of_text, frame.width))
        written = io.BytesIO()
        frame.write_csv(
            written,
            include_header=False,
            separator=self.style.separator,
            float_precision=6,
            decimal_comma=self.style.excel,
            quote_style="never" if marked else "necessary",
        )
        return written.getvalue()

    def _quoted(self, columns: list[pl.Series], width: int) -> list[pl.Series]:
        from pipeline.tables import beside

        found = [beside.quoted(column, self.style.separator) for column in columns]
        return [column.replace("", '""') for column in found] if width == 1 else found

    def _packed(self, text: bytes) -> bytes:
        # Members of a gzip file may follow one another: each is compressed in its own thread.
        return gzip.compress(text, 6, mtime=0) if self.style.compressed else text


class JsonLinesWriter(BytesWriter):
    """JSON Lines: one object a line, in UTF-8."""

    def begin(self) -> None:
        """Nothing comes before the rows."""
        return None

    def encode(self, frame: pl.DataFrame) -> bytes:
        """Give the rows as objects, one a line."""
        written = io.BytesIO()
        self.ordered(frame).write_ndjson(written)
        return written.getvalue()
