"""Several files at once: which files are meant, where each result goes, which are already done."""

from __future__ import annotations

import glob
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, UsageError

MANIFEST = "domaines.manifest.json"


def expand(patterns: Sequence[str]) -> list[str]:
    """Give the files meant by names and patterns (``parts/*.parquet``), in order, each once."""
    found: dict[str, None] = {}
    for pattern in patterns:
        matched = sorted(glob.glob(pattern)) if glob.has_magic(pattern) and not Path(pattern).exists() else [pattern]
        if not matched:
            raise InputError(f"Aucun fichier ne correspond à « {pattern} » : vérifier le motif et le dossier.")
        found.update(dict.fromkeys(matched))
    return list(found)


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
    planned = [(source, str(folder / Path(source).name)) for source in sources]
    targets = [target for _, target in planned]
    doubles = sorted({target for target in targets if targets.count(target) > 1})
    if doubles:
        raise UsageError(f"Deux fichiers donneraient la même sortie « {doubles[0]} » : les étiqueter séparément.")
    for source, target in planned:
        _refuse_same(source, target)
    folder.mkdir(parents=True, exist_ok=True)
    return planned


def _refuse_same(source: str, target: str) -> None:
    if source != "-" and target != "-" and Path(source).resolve() == Path(target).resolve():
        raise UsageError(f"La sortie « {target} » est le fichier d'entrée : donner un autre nom à -o.")


def record(target: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Give the manifest of the folder of ``target`` with one more entry."""
    return {**entries(target), Path(target).name: dict(entry)}


def entries(target: str) -> dict[str, Any]:
    """Give the manifest beside ``target``: what each finished part was made from."""
    path = manifest_path(target)
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return read if isinstance(read, dict) else {}
    except (OSError, ValueError):
        return {}


def manifest_path(target: str) -> Path:
    """Give the path of the manifest of parts, in the folder of the outputs."""
    return Path(target).parent / MANIFEST


def stamp(source: str) -> list[int]:
    """Give what tells a file has changed: its size in bytes and its time of change."""
    status = Path(source).stat()
    return [status.st_size, status.st_mtime_ns]
