"""Writing XLSX and ODS: text stays text, never a formula or a link."""

from __future__ import annotations

import re
import tempfile
import zipfile
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast
from xml.sax.saxutils import escape, quoteattr

from pipeline.errors import OutputError, UsageError
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


#: The spaces that ODS would drop: the first, the last, and those after another.
_SPACES = re.compile(r"^ | $|(?<= ) |(?<=\t) | (?=\t)")


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
        cells = self.ordered(frame).with_columns(
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


class Valve:
    """A stream that swallows all once ``shut``: an archive given up closes itself in it, even on a full disk."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.shut = False

    def write(self, content: bytes) -> int:
        """Write, or pretend to."""
        return len(content) if self.shut else self.stream.write(content)

    def seek(self, *place: int) -> int:
        """Move, or pretend to."""
        return 0 if self.shut else self.stream.seek(*place)

    def tell(self) -> int:
        """Give the place."""
        return 0 if self.shut else self.stream.tell()

    def flush(self) -> None:
        """Flush, or pretend to."""
        if not self.shut:
            self.stream.flush()


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


class OdsWriter(SheetWriter):
    """ODS, written row by row into its archive: the libraries there are hold the whole document in memory."""

    def begin(self) -> None:
        """Open the archive and write the names of the columns."""
        self.valve = Valve(self.target.stream)
        self.archive = zipfile.ZipFile(cast(IO[bytes], self.valve), "w", zipfile.ZIP_DEFLATED)
        self.archive.writestr("mimetype", _MIME, compress_type=zipfile.ZIP_STORED)
        self.archive.writestr("META-INF/manifest.xml", _MANIFEST)
        self.content: IO[bytes] = self.archive.open("content.xml", "w", force_zip64=True)
        self.content.write(_BEFORE.encode())
        self.put([tuple(self.columns)])

    def put_row(self, number: int, row: Sequence[Cell]) -> None:
        """Set down one row."""
        cells = "".join(map(ods_cell, row))
        self.content.write(f"<table:table-row>{cells}</table:table-row>\n".encode())

    def finish(self) -> None:
        """Close the archive."""
        self.content.write(_AFTER.encode())
        self.content.close()
        self.archive.close()

    def abandon(self) -> None:
        """Close the archive, which goes nowhere."""
        self.valve.shut = True
        self.content.close()
        self.archive.close()


def ods_cell(cell: Cell) -> str:
    """Write a cell: spaces in a row have their own mark, each line is a paragraph.

    >>> ods_cell("a  <b")
    '<table:table-cell office:value-type="string"><text:p>a <text:s/>&lt;b</text:p></table:table-cell>'
    """
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(cell).lower()}"/>'
    if isinstance(cell, str):
        lines = "".join(f"<text:p>{_marked(line)}</text:p>" for line in cell.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value={quoteattr(repr(cell))}/>'


def _marked(line: str) -> str:
    # A tab stays a tab, which LibreOffice shows as a space: <text:tab/> would be lost when fastexcel reads it back.
    return _SPACES.sub("<text:s/>", escape(line))


_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<manifest:manifest xmlns:manifest="{_NAMES}manifest:1.0" manifest:version="1.3">\n'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>\n'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>\n'
    "</manifest:manifest>\n"
)
_BEFORE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<office:document-content xmlns:office="{_NAMES}office:1.0" xmlns:table="{_NAMES}table:1.0" '
    f'xmlns:text="{_NAMES}text:1.0" office:version="1.3">\n'
    f'<office:body><office:spreadsheet><table:table table:name="{SHEET_NAME}">\n'
)
_AFTER = "</table:table></office:spreadsheet></office:body></office:document-content>\n"
