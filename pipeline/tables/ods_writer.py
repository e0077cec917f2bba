"""Writing ODS: text stays text, never a formula or a link."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Sequence
from typing import IO, cast

from pipeline.tables.sheet_writers import SHEET_NAME, Cell, SheetWriter
from pipeline.tables.valve import Valve

#: The spaces that ODS would drop: the first, the last, and those after another.
_SPACES = re.compile(r"^ | $|(?<= ) |(?<=\t) | (?=\t)")


class OdsWriter(SheetWriter):
    """ODS, written row by row into its archive: the libraries there are hold the whole document in memory."""

    def begin(self) -> None:
        """Open the archive and write the names of the columns."""
        self.valve = Valve(self.target.stream)
        self.archive = zipfile.ZipFile(cast(IO[bytes], self.valve), "w", zipfile.ZIP_DEFLATED)
        self.archive.writestr(_member("mimetype", zipfile.ZIP_STORED), _MIME)
        self.archive.writestr(_member("META-INF/manifest.xml"), _MANIFEST)
        self.content: IO[bytes] = self.archive.open(_member("content.xml"), "w", force_zip64=True)
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


def _member(name: str, packing: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Name a member without the time of day, so that the same table is the same bytes."""
    member = zipfile.ZipInfo(name)
    member.compress_type = packing
    return member


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
    return f'<table:table-cell office:value-type="float" office:value="{cell!r}"/>'


def _marked(line: str) -> str:
    # A tab stays a tab, which LibreOffice shows as a space: <text:tab/> would be lost when fastexcel reads it back.
    return _SPACES.sub("<text:s/>", html.escape(line, quote=False))


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
