"""Putting a whole folder in another's place, so that a process killed at any moment loses neither.

No system swaps two folders by a standard call: the old one is set aside, the new one takes its name, and whoever comes
next puts back the old one if the process died in between. ``mark`` is the file that says what a folder is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from pipeline.errors import OutputError


def draft_folder(folder: Path) -> Path:
    """Make a folder beside ``folder``, to be filled and then put in its place; it bears the process's number."""
    return Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=f".{os.getpid()}.tmp", dir=folder.parent))


def check_replaceable(folder: Path, mark: str) -> None:
    """Raise ``OutputError`` for a file, and for a folder that holds something and has no ``mark``."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"« {folder} » est un fichier : donner à -o le nom d'un dossier, pour ne rien écraser.")
    if folder.is_dir() and not (folder / mark).is_file() and any(folder.iterdir()):
        raise OutputError(
            f"Le dossier « {folder} » existe et n'est pas un modèle : choisir un autre nom pour ne rien écraser."
        )


def replace_folder(new: Path, folder: Path, mark: str) -> None:
    """Put ``new`` in the place of ``folder``; raise ``OutputError`` when what is there has no ``mark``."""
    if not folder.exists():
        new.rename(folder)
        return
    check_replaceable(folder, mark)
    old = _set_aside(folder)
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def recover(folder: Path, mark: str) -> None:
    """Put back a folder set aside by a process that was killed before it put the new one in its place."""
    if not folder.name or folder.exists():
        return
    old = _set_aside(folder)
    if (old / mark).is_file():
        with suppress(OSError):
            old.rename(folder)


def remove_stale(folder: Path) -> None:
    """Remove the drafts of processes that are dead; one whose number serves another waits for the next run."""
    for path in folder.parent.glob(f".{folder.name}.*.tmp"):
        number = path.name.split(".")[-2]
        if number.isdecimal() and not _is_alive(int(number)):
            shutil.rmtree(path, ignore_errors=True)


def _set_aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _is_alive(number: int) -> bool:
    if os.name == "nt":
        return True  # Windows knows no harmless signal.
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
