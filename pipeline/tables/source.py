"""Where the bytes come from: a file, a compressed file, or standard input spooled to a temporary file."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
import sys
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from pipeline.errors import InputError, nearest
from pipeline.remote import download, is_remote

GZIP_MAGIC = b"\x1f\x8b"

#: All that ``zipfile`` raises on an archive whose bytes were changed (found by damaging thousands of them).
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
    IndexError,
)


@dataclass(frozen=True, eq=False)
class Source:
    """A file to read: the ``path`` shown to people, the ``file`` that holds the bytes, its state when opened."""

    path: str
    file: str
    stamp: tuple[int, int]
    compressed: bool

    @property
    def name(self) -> str:
        """How messages call it."""
        return _name(self.path)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Give the bytes, decompressed, ``size`` at a time; raise ``InputError`` when they cannot be read."""
        with _readable(self.path), _opened(self.file, self.compressed) as stream:
            while piece := stream.read(size):
                yield piece

    def head(self, size: int) -> bytes:
        """Give the first bytes, decompressed."""
        return next(self.pieces(size), b"")

    def ends_with(self, magic: bytes) -> bool:
        """Tell whether these are the last bytes of the file as it is stored."""
        with _readable(self.path), open(self.file, "rb") as stream:
            stream.seek(max(0, self.stamp[0] - len(magic)))
            return stream.read() == magic

    def check_unchanged(self) -> None:
        """Raise ``InputError`` when the file is no longer as it was when it was opened."""
        with _readable(self.path):
            now = _stamp(self.file)
        if now != self.stamp:
            raise InputError(
                f"{self.name} a changé pendant sa lecture : attendez que son écriture soit finie, puis recommencez."
            )


def open_source(path: str) -> Source:
    """Find the file, or spool standard input (``-``), a pipe or a remote file; raise ``InputError`` when there is none.

    A spooled file lives as long as the source that is returned.
    """
    if is_remote(path):
        return _fetched(path)
    if path != "-" and os.path.isdir(path):
        raise InputError(f"« {path} » est un dossier : donnez un fichier (CSV, XLSX, ODS, JSONL ou Parquet).")
    if path != "-" and not os.path.exists(path):
        raise InputError(_missing(path))
    regular = path != "-" and os.path.isfile(path)
    with _readable(path):
        file = path if regular else _spool(path)
        source = Source(path, file, _stamp(file), _is_gzip(file))
    if not regular:
        weakref.finalize(source, _remove, file)
    return source


def _fetched(path: str) -> Source:
    handle, file = tempfile.mkstemp(prefix="domaines-", suffix=".tmp")
    os.close(handle)
    try:
        download(path, file)
        source = Source(path, file, _stamp(file), _is_gzip(file))
    except BaseException:
        _remove(file)
        raise
    weakref.finalize(source, _remove, file)
    return source


def _name(path: str) -> str:
    return "L'entrée standard" if path == "-" else f"Le fichier « {path} »"


def _is_gzip(file: str) -> bool:
    with open(file, "rb") as stream:
        return stream.read(2) == GZIP_MAGIC


def _missing(path: str) -> str:
    folder, name = os.path.split(path)
    if not os.path.isdir(folder or "."):
        return f"Le fichier « {path} » n'existe pas : le dossier « {folder} » non plus, vérifiez le chemin."
    close = nearest(name, os.listdir(folder or "."))
    if close is None:
        return f"Le fichier « {path} » n'existe pas : vérifiez le chemin."
    return f"Le fichier « {path} » n'existe pas : vouliez-vous dire « {os.path.join(folder, close)} » ?"


def _spool(path: str) -> str:
    handle, file = tempfile.mkstemp(prefix="domaines-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as kept:
            if path == "-":
                shutil.copyfileobj(sys.stdin.buffer, kept)
            else:
                with open(path, "rb") as pipe:
                    shutil.copyfileobj(pipe, kept)
    except BaseException:
        _remove(file)
        raise
    return file


def _remove(file: str) -> None:
    Path(file).unlink(missing_ok=True)


def _stamp(file: str) -> tuple[int, int]:
    status = os.stat(file)
    return status.st_size, status.st_mtime_ns


def _opened(file: str, compressed: bool) -> BufferedIOBase:
    return gzip.open(file, "rb") if compressed else open(file, "rb")


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Turn what the system or gzip says of a file into one sentence."""
    try:
        yield
    except PermissionError as error:
        raise InputError(f"{_name(path)} n'est pas lisible : demandez le droit de le lire.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{_name(path)} est un gzip tronqué ou abîmé : téléchargez-le ou compressez-le de nouveau."
        ) from error
    except OSError as error:
        raise InputError(f"{_name(path)} ne peut pas être lu ({error.strerror}) : vérifiez le disque.") from error
