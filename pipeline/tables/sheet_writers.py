"""Writing the sheet of a workbook, and XLSX: text stays text, never a formula or a link."""

from __future__ import annotations

import datetime
import tempfile
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import OutputError, UsageError
from pipeline.tables.texts import simplified
from pipeline.tables.valve import Valve
from pipeline.tables.writer import TableWriter

if TYPE_CHECKING:
    import polars as pl

SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
CELL_CHARACTERS = 32_767
SHEET_NAME = "Feuille1"

Cell = str | float | bool | None
Rows = list[tuple[Cell, ...]]

#: What XML cannot hold, even escaped.
_ILLEGAL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"


class SheetWriter(TableWriter[Rows]):
    """A writer of one sheet; raises ``UsageError`` beyond a sheet's rows and ``OutputError`` beyond a cell's length."""

    def __init__(self, path: str, columns: Mapping[str, pl.DataType]) -> None:
        if len(columns) > SHEET_COLUMNS:
            raise UsageError(f"« {path} » : {len(columns)} colonnes, une feuille en tient 16 384 ; écrivez en CSV.")
        super().__init__(path, columns)
        self.written = 0

    def encode(self, frame: pl.DataFrame) -> Rows:
        """Give the rows as Python values, without what XML cannot hold, ``\\n`` for every line end."""
        import polars as pl

        texts = pl.col(pl.String)
        cells = simplified(self.ordered(frame)).with_columns(
            texts.str.replace_all(_ILLEGAL, "").str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n")
        )
        self._refuse_long_cells(cells)
        return cells.rows()

    def put(self, encoded: Rows) -> None:
        """Set down the next rows."""
        if self.written + len(encoded) > SHEET_ROWS:
            raise UsageError(
                f"« {self.path} » : une feuille tient 1 048 576 lignes, il y en a plus ; écrivez en CSV ou en Parquet."
            )
        for row in encoded:
            self.put_row(self.written, row)
            self.written += 1

    @abstractmethod
    def put_row(self, number: int, row: Sequence[Cell]) -> None:
        """Set down one row; ``number`` is 0 for the names of the columns."""

    def _refuse_long_cells(self, frame: pl.DataFrame) -> None:
        import polars as pl

        lengths = frame.select(pl.col(pl.String).str.len_chars().max())
        for name, length in zip(lengths.columns, lengths.rows()[0] if lengths.width else (), strict=True):
            if (length or 0) > CELL_CHARACTERS:
                raise OutputError(
                    f"« {self.path} » : une cellule de la colonne « {name} » a {length} caractères, "
                    f"un tableur en tient 32 767 ; écrivez en CSV ou en Parquet."
                )


class XlsxWriter(SheetWriter):
    """XLSX, one row in memory at a time."""

    def begin(self) -> None:
        """Open the workbook and write the names of the columns."""
        import xlsxwriter

        # xlsxwriter keeps the rows in temporary files, which it removes only when all goes well.
        self.folder = tempfile.TemporaryDirectory(prefix="domaines-")
        options = {"constant_memory": True, "nan_inf_to_errors": True, "tmpdir": self.folder.name}
        self.valve = Valve(self.target.stream)
        self.book: Any = xlsxwriter.Workbook(self.valve, options)
        self.book.use_zip64()
        # The same table is the same bytes: a workbook made again after a power cut can be compared with the first.
        self.book.set_properties({"created": datetime.datetime(2016, 1, 1)})
        self.sheet: Any = self.book.add_worksheet(SHEET_NAME)
        self.put([tuple(self.columns)])

    def put_row(self, number: int, row: Sequence[Cell]) -> None:
        """Set down one row: each write says its type, so that nothing is guessed from the text."""
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                self.sheet.write_string(number, place, cell)
            elif isinstance(cell, bool):
                self.sheet.write_boolean(number, place, cell)
            elif cell is not None:
                self.sheet.write_number(number, place, cell)

    def finish(self) -> None:
        """Write the workbook."""
        from xlsxwriter.exceptions import XlsxWriterException

        try:
            self.book.close()
        except XlsxWriterException as error:
            raise OSError(str(error)) from error
        self.folder.cleanup()

    def abandon(self) -> None:
        """Remove the rows kept aside, and tell xlsxwriter not to write the workbook when it is collected."""
        self.valve.shut = True
        self.book.fileclosed = 1
        self.sheet.row_data_fh.close()
        self.folder.cleanup()
