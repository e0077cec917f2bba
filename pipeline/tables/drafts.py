"""Writing a file whole or not at all: a draft beside it takes its place at the end."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.remote import is_remote, refuse_read_only, upload
from pipeline.tables.standard_output import StandardOutput

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Draft:
    """The file being written: ``path`` for those who open it themselves, ``stream`` for bytes.

    Either ``commit`` it, and the target is replaced in one step, or ``discard`` it, and the target is as it was.
    Raise ``OutputError`` when the folder is missing, closed to us or full.
    """

    def __init__(self, target: str) -> None:
        self.shown = target
        # A link stays a link: what it leads to is replaced.
        self.target = os.path.realpath(target)
        folder, name = os.path.split(self.target)
        self._refuse(folder)
        with writing(self.shown):
            handle, self.path = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder)
        self.stream = os.fdopen(handle, "wb")

    def write(self, content: bytes) -> None:
        """Write the next bytes."""
        self.stream.write(content)

    def commit(self) -> None:
        """Put the draft in the target's place, once all of it is on the disk."""
        try:
            with writing(self.shown):
                self.stream.close()
                os.chmod(self.path, self._mode())
                _sync(self.path)
                os.replace(self.path, self.target)
                _sync(os.path.dirname(self.target))
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Leave nothing of the draft."""
        # A full disk refuses the last bytes too; they were to be thrown away.
        with suppress(OSError):
            self.stream.close()
        Path(self.path).unlink(missing_ok=True)

    def _refuse(self, folder: str) -> None:
        if os.path.isdir(self.target):
            raise OutputError(f"« {self.shown} » est un dossier : donnez le nom d'un fichier à écrire.")
        if not os.path.isdir(folder):
            shown = os.path.dirname(self.shown) or folder
            raise OutputError(f"Le dossier « {shown} » n'existe pas : créez-le, ou écrivez ailleurs.")
        if os.path.exists(self.target) and not os.path.isfile(self.target):
            raise OutputError(f"« {self.shown} » n'est pas un fichier ordinaire : écrivez vers « - » ou ailleurs.")

    def _mode(self) -> int:
        """Give the permissions of the file replaced, or those that a new file gets."""
        if os.path.exists(self.target):
            return stat.S_IMODE(os.stat(self.target).st_mode)
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn what the system says of an output into one sentence."""
    try:
        yield
    except PermissionError as error:
        raise OutputError(f"« {path} » ne peut pas être écrit, faute de droits : écrivez ailleurs.") from error
    except OSError as error:
        # Polars and xlsxwriter wrap the system's error: its words remain.
        if error.errno in _NO_SPACE or "No space left" in str(error):
            raise OutputError(
                f"« {path} » n'a pas été écrit, le disque est plein : faites de la place ou écrivez ailleurs."
            ) from error
        reason = error.strerror or str(error)
        raise OutputError(
            f"« {path} » n'a pas été écrit ({reason}) : vérifiez le disque ou écrivez ailleurs."
        ) from error


def write_bytes(path: str, content: bytes) -> None:
    """Write a whole file, or leave what was there; ``-`` is standard output.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_bytes(f"{folder}/a.json", b"{}")
    ...     os.listdir(folder)
    ['a.json']
    """
    target = open_target(path)
    try:
        with writing(path):
            target.write(content)
        target.commit()
    except BaseException:
        target.discard()
        raise


class RemoteDraft(Draft):
    """A file written here, then copied there in one step once all of it is written."""

    def __init__(self, target: str) -> None:
        refuse_read_only(target)
        self._folder = tempfile.mkdtemp(prefix="domaines-")
        super().__init__(os.path.join(self._folder, "draft"))
        self.shown = self._there = target

    def commit(self) -> None:
        """Copy the finished file."""
        try:
            super().commit()
            upload(self.target, self._there)
        finally:
            self.discard()

    def discard(self) -> None:
        """Leave nothing here."""
        super().discard()
        shutil.rmtree(self._folder, ignore_errors=True)


def open_target(path: str) -> Draft | StandardOutput:
    """Give where the bytes of ``path`` go."""
    if path == "-":
        return StandardOutput()
    return RemoteDraft(path) if is_remote(path) else Draft(path)


def _sync(path: str) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    if os.name == "nt" and os.path.isdir(path):
        return  # Windows opens no folder.
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
