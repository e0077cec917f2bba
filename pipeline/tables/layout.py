"""The first pass over text: its encoding, where it begins, how its lines and quotes are, so that nothing is guessed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.schema import Fault
from pipeline.tables.quotes import QuoteCheck
from pipeline.tables.source import Source

SAMPLE_BYTES = 1 << 20
SCAN_BYTES = 1 << 20

#: French letters, quotes and the euro sign in UTF-8, which cp1252 takes for « Ã© », « â€™ », « â‚¬ ».
_MIXED = re.compile(rb"\xc3[\x80-\xbf]|\xc5[\x92\x93]|\xe2\x80[\x80-\xbf]|\xe2\x82\xac")
#: What cp1252 has no use for inside a word: letters of cp850, Mac Roman or Latin-9 (« ‚ », « Ž », « ½ », « ¤ »).
_FOREIGN = re.compile(rb"[a-z][\x80-\x84\x86-\x8f\x9b\x9e\xbc-\xbe](?=[a-z\s,;'])|\xa4")
#: Accents of UTF-7, all of it ASCII.
_UTF7 = re.compile(rb"[a-z]\+AO[Acgkopw]")


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out.

    ``skipped`` bytes come before the text; ``mac`` when lone CRs end its lines; ``valid`` when every byte means
    something in the encoding; ``regular`` when its quotes are; ``lines`` and ``size`` count newlines and bytes.
    """

    encoding: str
    bom: bool
    skipped: int
    mac: bool
    valid: bool
    regular: bool
    lines: int
    size: int
    mixed: bool
    foreign: bool = False

    def rows_in(self, size: int) -> int:
        """Give how many lines of mean length hold in ``size`` bytes, at least 1."""
        return max(1, size * max(1, self.lines) // self.size)

    @property
    def shown(self) -> str:
        """The encoding as people read it."""
        if self.encoding == "cp1252":
            return "cp1252"
        return "UTF-8 avec BOM" if self.bom else "UTF-8"

    def faults(self, file: str) -> tuple[Fault, ...]:
        """Say, as a fault of row 0, that the file holds two encodings, or one that is not read here."""
        if self.foreign and not self.mixed:
            reason = f"fichier lu en {self.shown}, mais des mots y ont des signes sans lettre : vérifiez les accents"
            return (Fault(file, 0, reason),)
        if not self.mixed:
            return ()
        reason = "fichier lu en cp1252, mais certains caractères y sont écrits en UTF-8 (« Ã© ») : vérifiez les accents"
        return (Fault(file, 0, reason),)


def survey(source: Source, sample: bytes, separator: str | None, declaration: int = 0) -> Layout:
    """Read the whole text once; ``separator`` is that of its cells, ``None`` when quotes mean nothing.

    ``declaration`` is the length of a first line to skip. Raise ``InputError`` when nothing but blanks is there.
    """
    bom = sample.startswith(codecs.BOM_UTF8)
    skipped = declaration + (len(codecs.BOM_UTF8) if bom else 0)
    mac = b"\r" in sample and b"\n" not in sample
    scan = _Scan(separator)
    for piece in text_pieces(source, skipped, mac, SCAN_BYTES):
        scan.watch(piece)
    if scan.blank:
        raise InputError(f"{source.name} est vide : donnez une table avec une ligne de noms de colonnes.")
    valid = scan.is_utf8()
    encoding = "utf-8" if bom or valid else "cp1252"
    mixed = encoding == "cp1252" and (scan.multibyte or _MIXED.search(sample) is not None)
    foreign = (_FOREIGN if encoding == "cp1252" else _UTF7).search(sample) is not None
    regular = scan.is_regular()
    return Layout(encoding, bom, skipped, mac, valid or not bom, regular, scan.lines, scan.size, mixed, foreign)


def text_pieces(source: Source, skipped: int, mac: bool, size: int) -> Iterator[bytes]:
    """Give the text after its first ``skipped`` bytes, with ``\\n`` for the line ends of old Macintosh files."""
    for piece in _after(source.pieces(size), skipped):
        yield piece.replace(b"\r", b"\n") if mac else piece


def _after(pieces: Iterable[bytes], skipped: int) -> Iterator[bytes]:
    for piece in pieces:
        if len(piece) > skipped:
            yield piece[skipped:]
        skipped = max(0, skipped - len(piece))


class _Scan:
    """What the pieces of a text, seen in order, tell about it."""

    def __init__(self, separator: str | None) -> None:
        self.lines = 0
        self.size = 0
        self.blank = True
        self.multibyte = False
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._quotes = QuoteCheck(separator) if separator else None

    def watch(self, piece: bytes) -> None:
        """See the next piece."""
        self.lines += piece.count(b"\n")
        self.size += len(piece)
        self.blank = self.blank and not piece.strip()
        self._decode(piece, final=False)
        if self._quotes:
            self._quotes.watch(piece)

    def is_utf8(self) -> bool:
        """Tell, at the end, whether all of it is valid UTF-8."""
        self._decode(b"", final=True)
        return self._decoder is not None

    def is_regular(self) -> bool:
        """Tell, at the end, whether its quotes are regular."""
        return self._quotes is not None and self._quotes.finish()

    def _decode(self, piece: bytes, final: bool) -> None:
        try:
            if self._decoder:
                self._decoder.decode(piece, final)
                self.multibyte = self.multibyte or not piece.isascii()
            elif not self.multibyte:
                self.multibyte = _MIXED.search(piece) is not None
        except UnicodeDecodeError:
            self._decoder = None
