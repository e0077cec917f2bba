"""Several files at once: which files are meant, where each result goes, which are already done."""

from __future__ import annotations

import glob
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import remote
from pipeline.errors import InputError, UsageError

MANIFEST = "domaines.manifest.json"


def expand(patterns: Sequence[str]) -> list[str]:
    """Give the files meant by names and patterns (``parts/*.parquet``), in order, each once."""
    found: dict[str, None] = {}
    for pattern in patterns:
        matched = _matching(pattern)
        if not matched:
            raise InputError(f"Aucun fichier ne correspond à « {pattern} » : vérifier le motif et le dossier.")
        found.update(dict.fromkeys(matched))
    return list(found)


def _matching(pattern: str) -> list[str]:
    # In a URL, "?" asks something of a server; only "*" is a pattern there.
    if remote.is_remote(pattern):
        return remote.matching(pattern) if "*" in pattern else [pattern]
    return sorted(glob.glob(pattern)) if glob.has_magic(pattern) and not Path(pattern).exists() else [pattern]


def plan_outputs(sources: Sequence[str], output: str) -> list[tuple[str, str]]:
    """Give each source its output: the file named, or a file of the same name in the folder named.

    One source goes to ``output`` unless that is a folder; several need a folder.
    """
    folder = Path(output)
    if len(sources) == 1 and not output.endswith(("/", "\\")) and not folder.is_dir():
        _refuse_same(sources[0], output)
        return [(sources[0], output)]
    if output == "-" or "-" in sources or (folder.suffix and not folder.is_dir()):
        raise UsageError(f"{len(sources)} fichiers pour une seule sortie « {output} » : donner un dossier à -o.")
    planned = [(source, beside(output, _name(source))) for source in sources]
    targets = [target for _, target in planned]
    doubles = sorted({target for target in targets if targets.count(target) > 1})
    if doubles:
        raise UsageError(f"Deux fichiers donneraient la même sortie « {doubles[0]} » : les étiqueter séparément.")
    for source, target in planned:
        _refuse_same(source, target)
    if not remote.is_remote(output):
        folder.mkdir(parents=True, exist_ok=True)
    return planned


def _name(path: str) -> str:
    return remote.file_name(path) if remote.is_remote(path) else Path(path).name


def beside(folder: str, name: str) -> str:
    """Give the path of a file of a folder, remote or not."""
    return remote.join(folder, name) if remote.is_remote(folder) else str(Path(folder) / name)


def _refuse_same(source: str, target: str) -> None:
    if "-" in (source, target):
        return
    there = remote.is_remote(source) or remote.is_remote(target)
    if source == target if there else Path(source).resolve() == Path(target).resolve():
        raise UsageError(f"La sortie « {target} » est le fichier d'entrée : donner un autre nom à -o.")


def record(target: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Give the manifest of the folder of ``target`` with one more entry."""
    return {**entries(target), _name(target): dict(entry)}


def entries(target: str) -> dict[str, Any]:
    """Give the manifest beside ``target``: what each finished part was made from."""
    path = manifest_path(target)
    try:
        read = json.loads(remote.read(path) if remote.is_remote(path) else Path(path).read_bytes())
        return read if isinstance(read, dict) else {}
    except (OSError, ValueError, InputError):
        return {}


def entry_of(target: str) -> dict[str, Any] | None:
    """Give what the manifest says of ``target``, ``None`` when it says nothing or the file is gone."""
    entry = entries(target).get(_name(target))
    there = remote.exists(target) if remote.is_remote(target) else Path(target).is_file()
    return entry if there and isinstance(entry, dict) else None


def manifest_path(target: str) -> str:
    """Give the path of the manifest of parts, in the folder of the outputs."""
    if remote.is_remote(target):
        return remote.join(target.rsplit("/", 1)[0], MANIFEST)
    return str(Path(target).parent / MANIFEST)


def stamp(source: str) -> list[Any]:
    """Give what tells a file has changed: its size in bytes and its time of change."""
    if remote.is_remote(source):
        return remote.stamp(source)
    status = Path(source).stat()
    return [status.st_size, status.st_mtime_ns]
