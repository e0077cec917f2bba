"""Files that are not on this machine (``s3://``, ``https://``, ``memory://``), through fsspec.

A remote file is read by copying it here first, and written by copying a finished file there: the rest of the
program knows files only. What fsspec and its protocols raise becomes one sentence.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.errors import DomainesError, InputError, OutputError, UsageError

READ_ONLY = ("http://", "https://")


def is_remote(path: str) -> bool:
    """Tell whether a path names a protocol.

    >>> is_remote("s3://seau/a.csv"), is_remote("parts/a.csv")
    (True, False)
    """
    return "://" in path


def join(folder: str, name: str) -> str:
    """Give the path of a file in a remote folder."""
    return f"{folder.rstrip('/')}/{name}"


def file_name(path: str) -> str:
    """Give the last part of a remote path, without what a URL asks of its server.

    >>> file_name("https://exemple.fr/jeux/enquete.csv?v=2")
    'enquete.csv'
    """
    return posixpath.basename(path.split("?")[0].split("#")[0])


def download(path: str, file: str) -> None:
    """Copy a remote file here; raise ``InputError`` when it cannot be read."""
    with _said(path, InputError):
        system, there = _system(path)
        system.get_file(there, file)


def upload(file: str, path: str) -> None:
    """Copy a finished file there; raise ``OutputError`` when it cannot be written."""
    with _said(path, OutputError):
        system, there = _system(path)
        system.put_file(file, there)


def refuse_read_only(path: str) -> None:
    """Raise ``UsageError`` where nothing can be written, before the work is done; so does a missing protocol."""
    if path.casefold().startswith(READ_ONLY):
        raise UsageError(f"« {path} » se lit mais ne s'écrit pas : donner à -o un fichier d'ici, ou un chemin s3://.")
    with _said(path, OutputError):
        _system(path)


def read(path: str) -> bytes:
    """Give the content of a remote file; raise ``InputError`` when it cannot be read."""
    with _said(path, InputError):
        system, there = _system(path)
        return bytes(system.cat_file(there))


def remove(path: str) -> None:
    """Remove a remote file if it is there."""
    with _said(path, OutputError):
        system, there = _system(path)
        if system.exists(there):
            system.rm_file(there)


def exists(path: str) -> bool:
    """Tell whether there is such a remote file."""
    with _said(path, InputError):
        system, there = _system(path)
        return bool(system.exists(there))


def matching(pattern: str) -> list[str]:
    """Give the remote files that a pattern means, in order."""
    with _said(pattern, InputError):
        system, there = _system(pattern)
        return sorted(str(system.unstrip_protocol(found)) for found in system.glob(there))


def stamp(path: str) -> list[str]:
    """Give what tells a remote file has changed: its size, and what its server says of its version."""
    with _said(path, InputError):
        system, there = _system(path)
        known = system.info(there)
    return [str(known.get(key)) for key in ("size", "mtime", "created", "LastModified", "ETag") if key in known]


def _system(path: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    system, there = url_to_fs(path)
    return system, there


@contextmanager
def _said(path: str, kind: type[DomainesError]) -> Iterator[None]:
    protocol = path.split("://")[0]
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"Les chemins {protocol}:// demandent un complément : pip install 'domaines-numeriques[remote]'."
        ) from error
    except FileNotFoundError as error:
        raise kind(f"« {path} » n'existe pas : vérifier l'adresse.") from error
    except PermissionError as error:
        raise kind(f"« {path} » est refusé : vérifier les droits et les clés d'accès.") from error
    except Exception as error:
        # Each protocol raises errors of its own, without a common family.
        if isinstance(error, ValueError) and "rotocol not known" in str(error):
            raise UsageError(
                f"« {path} » : protocole « {protocol} » inconnu ; donner un chemin s3://, https:// ou local."
            ) from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise kind(f"« {path} » est hors d'atteinte ({reason}) : vérifier l'adresse et le réseau.") from error
