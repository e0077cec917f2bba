"""Looking into a workbook before a library opens it: what would fill the memory, and cells that have no value.

A few hundred bytes of XLSX can ask the library for a table of 17 billion cells, and it then takes the whole program
down; a formula that no spreadsheet ever computed is read as an empty cell. Both are seen in one pass over the XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape

from pipeline.errors import InputError
from pipeline.schema import Fault
from pipeline.tables.source import DAMAGED, Source

#: A member above this size that packs better than this is a bomb: real sheets pack 5 to 50 times.
MEMBER_BYTES, RATIO = 100_000_000, 200
#: All members together, and the cells of the rectangle a sheet covers (the library holds it whole).
TOTAL_BYTES, CELLS = 4_000_000_000, 64_000_000

_PIECE = 1 << 20
_SHOWN = 5
# A pattern that begins by letters is found several times faster; the other is for XML with prefixes.
_ROW, _PREFIXED_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"'), re.compile(rb'<\w+:row\b[^>]*?\br="(\d+)"')
_FAR = re.compile(rb' r="([A-Z]{2,3})\d')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+\d+)"')
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*[^/])>(.*?)</table:table-row>", re.DOTALL)
_ODS_FORMULA = re.compile(rb"<table:table-cell\b(?=[^>]*\btable:formula=)(?![^>]*\boffice:value-type=)[^>]*>")
_REPEATED_ROWS = re.compile(rb'number-rows-repeated="(\d+)"')
_ODS_CELL = re.compile(rb'<table:table-cell\b(?:[^>]*?number-columns-repeated="(\d+)")?')


def check_sizes(source: Source) -> None:
    """Raise ``InputError`` when the members of the archive would fill the memory or declare XML entities."""
    with _opened(source) as archive:
        members = archive.infolist()
        for member in members:
            if member.file_size > MEMBER_BYTES and member.file_size > RATIO * max(1, member.compress_size):
                raise _bomb(source, member.filename)
        if sum(member.file_size for member in members) > TOTAL_BYTES:
            raise InputError(f"{source.name} dépasse 4 Go une fois décompressé : enregistrez-le en CSV ou en Parquet.")
        for member in members:
            # XLSX and ODS need no document type: whoever declares one wants its entities expanded.
            if member.filename.endswith(".xml") and b"<!DOCTYPE" in _head(source, archive, member.filename):
                raise InputError(
                    f"{source.name} déclare des entités XML : enregistrez-le de nouveau depuis le tableur."
                )


def inspect_xlsx(source: Source, sheet: str) -> tuple[Fault, ...]:
    """Give the faults of a sheet's cells without value; raise ``InputError`` when its rectangle is too large."""
    with _opened(source) as archive:
        member = _sheet_member(source, archive, sheet)
        if member is None:
            return ()
        rows, width = 0, 26
        formulas: list[str] = []
        errors: list[str] = []
        for piece in _pieces(source, archive, member, b"</c>"):
            numbers = _ROW.findall(piece) or _PREFIXED_ROW.findall(piece)
            rows = max(rows, *map(int, numbers), 0)
            width = max(width, *map(_column, set(_FAR.findall(piece))), 0)
            if rows * width > CELLS:
                raise InputError(
                    f"{source.name}, feuille « {sheet} » : {rows} lignes sur {width} colonnes, trop pour un classeur ; "
                    "supprimez les cellules isolées loin de la table, ou enregistrez en CSV."
                )
            formulas += (found.decode() for found in _FORMULA.findall(piece)) if b"<f" in piece else ()
            errors += (found.decode() for found in _ERROR.findall(piece)) if b't="e"' in piece else ()
    return (*_listed(source, formulas, "à formule jamais calculée"), *_listed(source, errors, "en erreur"))


def inspect_ods(source: Source) -> tuple[Fault, ...]:
    """Give the fault of formulas without value; raise ``InputError`` when repeated cells would fill the memory."""
    cells = formulas = 0
    with _opened(source) as archive:
        for piece in _pieces(source, archive, "content.xml", b"</table:table-row>"):
            for attributes, content in _ODS_ROW.findall(piece):
                cells += _repeated(attributes, content)
            formulas += len(_ODS_FORMULA.findall(piece)) if b"table:formula" in piece else 0
            if cells > CELLS:
                raise InputError(
                    f"{source.name} répète des cellules remplies plus de {CELLS} fois : enregistrez la table en CSV."
                )
    reason = f"{formulas} cellules à formule jamais calculée, lues vides : enregistrez le classeur depuis le tableur"
    return (Fault(source.path, 0, reason),) if formulas else ()


def _repeated(attributes: bytes, content: bytes) -> int:
    """Count the cells of an ODS row, repeated as it says; a row without any content costs nothing."""
    if b"office:value" not in content and b"<text:p" not in content:
        return 0
    rows = _REPEATED_ROWS.search(attributes)
    last = max(content.rfind(b"office:value"), content.rfind(b"<text:p"))
    width = sum(int(times or 1) for times in _ODS_CELL.findall(content[:last]))
    return int(rows[1] if rows else 1) * width


def _listed(source: Source, places: list[str], what: str) -> tuple[Fault, ...]:
    if not places:
        return ()
    shown = ", ".join(places[:_SHOWN]) + ("…" if len(places) > _SHOWN else "")
    count = f"{len(places)} cellule{'s' * (len(places) > 1)} {what} ({shown})"
    return (Fault(source.path, 0, f"{count}, lue{'s' * (len(places) > 1)} vide{'s' * (len(places) > 1)}"),)


def _opened(source: Source) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source.file)
    except DAMAGED as error:
        raise _damaged(source) from error


def _head(source: Source, archive: zipfile.ZipFile, member: str) -> bytes:
    return next(_read(source, archive, member, 4096), b"")


def _pieces(source: Source, archive: zipfile.ZipFile, member: str, end: bytes) -> Iterator[bytes]:
    """Give the XML in pieces cut after ``end``, so that no element is seen in two halves."""
    held = b""
    for piece in _read(source, archive, member, _PIECE):
        held += piece
        cut = held.rfind(end) + len(end)
        if cut >= len(end):
            yield held[:cut]
            held = held[cut:]
        # Only blanks or an endless element hold so much: what matters of it is near its end.
        held = held[-4 * _PIECE :]
    yield held


def _read(source: Source, archive: zipfile.ZipFile, member: str, size: int) -> Iterator[bytes]:
    try:
        with archive.open(member) as stream:
            while piece := stream.read(size):
                yield piece
    except DAMAGED as error:
        # A member longer than it declares ends here too, by its checksum, before any library trusts it.
        raise _damaged(source) from error


def _sheet_member(source: Source, archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Find the member that holds a sheet, through the workbook and its relations."""
    book = b"".join(_read(source, archive, "xl/workbook.xml", _PIECE)).decode("utf-8", "replace")
    relations = b"".join(_read(source, archive, "xl/_rels/workbook.xml.rels", _PIECE)).decode("utf-8", "replace")
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w:]+)="([^"]*)"', tag)}
        if attributes.get("name") != sheet:
            continue
        wanted = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        for relation in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", relations):
            found = dict(re.findall(r'(\w+)="([^"]*)"', relation))
            if found.get("Id") == wanted:
                target = found.get("Target", "")
                member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                return member if member in archive.namelist() else None
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _bomb(source: Source, member: str) -> InputError:
    return InputError(
        f"{source.name} est un classeur piégé : « {member} » enfle plus de {RATIO} fois une fois décompressé ; "
        "ne l'ouvrez pas."
    )


def _damaged(source: Source) -> InputError:
    return InputError(f"{source.name} est un classeur abîmé : ouvrez-le et enregistrez-le de nouveau.")
