"""Telling what kind of file this is by its first bytes, and refusing in one sentence what is not a table."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import PurePath

from pipeline.errors import InputError
from pipeline.tables.source import DAMAGED, Source

KINDS = "CSV, TSV, XLSX, ODS, JSONL ou Parquet"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JSON_SUFFIXES = (".jsonl", ".ndjson")
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*[\[{]")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x1f"))

#: First bytes of what people send instead of a table, and what it is.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "un PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"{\\rtf", "un document RTF"),
    (b"Rar!", "une archive"),
    (b"7z\xbc\xaf", "une archive"),
    (b"BZh", "une archive"),
    (b"\xfd7zXZ", "une archive"),
    (b"SQLite format 3", "une base SQLite"),
)


def kind_of(source: Source, sample: bytes) -> str:
    """Give ``csv``, ``jsonl``, ``xlsx``, ``ods`` or ``parquet``; raise ``InputError`` for anything else.

    Unmistakable first bytes win over the suffix; between kinds of text, the suffix decides.
    """
    if not sample:
        raise InputError(f"{source.name} est vide : donnez une table avec une ligne de noms de colonnes.")
    if source.compressed:
        return _text_kind(source, sample)
    if sample.startswith(b"PK\x03\x04") or sample.startswith(b"PK\x05\x06"):
        return _archive_kind(source)
    if sample.startswith(b"PAR1") and source.ends_with(b"PAR1"):
        return "parquet"
    return _text_kind(source, sample)


def _archive_kind(source: Source) -> str:
    try:
        with zipfile.ZipFile(source.file) as archive:
            return _workbook_kind(source, archive)
    except DAMAGED as error:
        raise InputError(f"{source.name} est un classeur tronqué ou abîmé : téléchargez-le de nouveau.") from error


def _workbook_kind(source: Source, archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "mimetype" not in names or b"opendocument.spreadsheet" not in archive.read("mimetype"):
        raise _refused(source, "une archive sans feuille de calcul")
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise _encrypted(source)
    return "ods"


def _text_kind(source: Source, sample: bytes) -> str:
    _refuse_binary(source, sample)
    suffix = PurePath(source.path.casefold().removesuffix(".gz")).suffix
    if suffix in (".xlsx", ".ods", ".parquet"):
        raise InputError(
            f"{source.name} n'est pas un fichier {suffix[1:].upper()} malgré son nom : "
            f"redonnez-lui son vrai suffixe ou enregistrez-le de nouveau."
        )
    if suffix in _JSON_SUFFIXES:
        return "jsonl"
    if _ARRAY.match(sample):
        raise InputError(f"{source.name} est un tableau JSON : écrivez du JSON Lines, un objet par ligne.")
    starts_object = sample.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")
    return "jsonl" if starts_object and suffix not in _TEXT_SUFFIXES else "csv"


def _refuse_binary(source: Source, sample: bytes) -> None:
    if sample.startswith(_OLE):
        raise _old_office(source)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _alternates_nul(sample):
        raise InputError(
            f"{source.name} est en UTF-16 : enregistrez-le en « CSV UTF-8 » depuis le tableur, puis recommencez."
        )
    for magic, what in _OTHERS:
        if sample.startswith(magic):
            raise _refused(source, what)
    if sample.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise _refused(source, "une page web ou du XML")
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(16, len(sample) // 20):
        raise _refused(source, "un fichier binaire")


def _alternates_nul(sample: bytes) -> bool:
    """Tell UTF-16 without its mark: most bytes of one parity are NUL, few of the other."""
    first, second = sample[::2], sample[1::2]
    low, high = sorted((first.count(0) / len(first), second.count(0) / max(1, len(second))))
    return high > 0.7 and low < 0.1


def _old_office(source: Source) -> InputError:
    content = b"".join(source.pieces(1 << 20))
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _encrypted(source)
    if "WordDocument".encode("utf-16-le") in content:
        return _refused(source, "un document Word")
    return InputError(
        f"{source.name} est dans l'ancien format d'Excel (.xls) : enregistrez-le en .xlsx ou en CSV, puis recommencez."
    )


def _encrypted(source: Source) -> InputError:
    return InputError(
        f"{source.name} est protégé par un mot de passe : enregistrez-le sans mot de passe, puis recommencez."
    )


def _refused(source: Source, what: str) -> InputError:
    return InputError(f"{source.name} est {what}, pas une table : donnez un fichier {KINDS}.")
