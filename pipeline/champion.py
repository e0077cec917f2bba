"""Which model is the default one, and how it came to be: a pointer beside the model folders.

Promotion writes one small file, whole or not at all; every model keeps its own folder and name, so that the
former champion can be named, compared and promoted again. Copying the folder onto ``default``, the road not
taken, would lose it and could stop half way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError

DEFAULT, POINTER = "default", "champion.json"


def champion_name(folder: Path) -> str:
    """Give the name of the folder that ``default`` means; raises :class:`ModelError` for an unreadable pointer."""
    return str(read_pointer(folder).get("champion", DEFAULT))


def history(folder: Path) -> list[Mapping[str, Any]]:
    """Give the promotions, oldest first."""
    return list(read_pointer(folder).get("history", []))


def read_pointer(folder: Path) -> dict[str, Any]:
    """Read the pointer; empty where nothing was ever promoted."""
    path = folder / POINTER
    if not path.is_file():
        return {}
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error
    name = read.get("champion") if isinstance(read, dict) else None
    # A name, not a path: a pointer copied from elsewhere must not lead out of the folder.
    plain = isinstance(name, str) and name != "" and Path(name).name == name
    if not plain or not isinstance(read.get("history", []), list):
        raise _unreadable(path)
    return dict(read)


def promoted(pointer: Mapping[str, Any], name: str, record: Mapping[str, Any]) -> bytes:
    """Give the pointer's new content: ``name`` is champion, and ``record`` is added to the history.

    >>> json.loads(promoted({}, "2026-12", {"why": ""}))["history"]
    [{'why': ''}]
    """
    content = {"champion": name, "history": [*pointer.get("history", []), dict(record)]}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _unreadable(path: Path) -> ModelError:
    return ModelError(
        f"« {path} », qui dit quel modèle est le champion, est illisible : le corriger, ou l'effacer pour revenir au "
        "modèle « default »."
    )
