"""Writing a file whole or not at all: a draft beside it takes its place at the end.

A process that is killed leaves its draft: the next one that writes the same file finds it unlocked, and removes it.
"""

from __future__ import annotations

import errno
import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError
from pipeline.remote import is_remote, refuse_read_only, upload
from pipeline.tables.standard_output import StandardOutput

LOCKS: Any = None
with suppress(ImportError):
    # Windows has none: a file that someone holds open cannot be removed there, which is a lock enough.
    import fcntl

    LOCKS = fcntl

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def reached(step: str) -> None:
    """Mark a step of writing (create, write, close, sync, replace); tests put their faults here, nothing else does."""


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
            reached("create")
            remove_stale(folder, name)
            handle, self.path, self.lock = _create(folder, name)
        self.stream = os.fdopen(handle, "wb")

    def write(self, content: bytes) -> None:
        """Write the next bytes."""
        reached("write")
        self.stream.write(content)

    def commit(self) -> None:
        """Put the draft in the target's place, once all of it is on the disk."""
        try:
            with writing(self.shown):
                reached("close")
                self.stream.close()
                os.chmod(self.path, self._mode())
                reached("sync")
                _sync(self.path)
                reached("replace")
                os.replace(self.path, self.target)
                _sync(os.path.dirname(self.target))
        except BaseException:
            self.discard()
            raise
        self._let_go()

    def discard(self) -> None:
        """Leave nothing of the draft."""
        # A full disk refuses the last bytes too; they were to be thrown away.
        with suppress(OSError):
            self.stream.close()
        # A disk gone read-only keeps the draft; the next run removes it.
        with suppress(OSError):
            Path(self.path).unlink(missing_ok=True)
        self._let_go()

    def _let_go(self) -> None:
        _unlock(self.lock)
        self.lock = None

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


def remove_stale(folder: str, name: str) -> None:
    """Remove the drafts of a file whose writers are dead: those that no one locks."""
    for path in glob.glob(f".{glob.escape(name[:100])}.*.tmp", root_dir=folder):
        stale = os.path.join(folder, path)
        with suppress(OSError):
            lock = _locked(stale)
            if lock is not None:
                os.unlink(stale)
                _unlock(lock)


def _create(folder: str, name: str) -> tuple[int, str, int | None]:
    """Create a draft and lock it; another process may have removed it in between, then begin again."""
    while True:
        handle, path = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder)
        lock = _locked(path)
        if LOCKS is None or (os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(handle))):
            return handle, path, lock
        os.close(handle)
        _unlock(lock)


def _locked(path: str) -> int | None:
    """Lock a draft for as long as the process lives; ``None`` when another holds it or the disk knows no locks."""
    if LOCKS is None:
        return None
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            LOCKS.flock(handle, LOCKS.LOCK_EX | LOCKS.LOCK_NB)
            return handle
        except OSError:
            os.close(handle)
    return None


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


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
