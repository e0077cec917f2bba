"""``models/``: a model is a folder of plain arrays and text, checked byte by byte before use.

The only module that knows the folder's files. Labelling opens no pickle: arrays are ``npz`` read
with ``allow_pickle=False``, the rest is JSON and CSV. The manifest holds the digest of every file,
so a changed byte is refused with a sentence.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.arrays import UNUSABLE, read_arrays, write_arrays
from pipeline.champion import DEFAULT, champion_name
from pipeline.errors import ModelError, OutputError, nearest
from pipeline.folders import draft_folder, recover, remove_stale, replace_folder
from pipeline.packing import packed, unpacked, word_list
from pipeline.results import HeldOut
from pipeline.scoring import Scoring, compiled

# Format 1, of the first release, had neither vectors nor ready-made rows, format 2 no squares: such models still load.
FORMAT, READABLE = 3, (1, 2, 3)
WEIGHTS, WORDS, CONFIG, CARD, MANIFEST = "weights.npz", "words.csv", "config.json", "README.md", "manifest.json"
# Only audits and shares read it; a model made elsewhere may lack it. The models of the folds, when kept, are beside it.
HELD_OUT, FOLDS = "held_out.npz", "folds"
# The picture of the card; no program reads it.
DIAGRAM = "reliability.svg"
FILES = (WEIGHTS, WORDS, CONFIG, CARD)
# Larger than any model this project makes; a damaged or hostile archive must not fill the memory.
MAX_BYTES = 400_000_000


@dataclass(frozen=True)
class Model:
    """A loaded model: what labelling needs, and what it was made from."""

    name: str
    scoring: Scoring
    config: Mapping[str, Any]
    manifest: Mapping[str, Any]
    folder: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the manifest's file digests: the same for the same model."""
        return str(self.manifest["digest"])

    @property
    def reference(self) -> str:
        """What the column ``modele`` says: name, version and the first digits of the digest."""
        return f"{self.name} {self.config['version']} {self.digest[:12]}"

    @property
    def threshold(self) -> float:
        """The confidence index under which a row is to be read again."""
        return float(self.config["review_threshold"])

    @property
    def profile(self) -> Mapping[str, Any]:
        """What the training texts were like: the yardstick of drift. Empty for a model that does not say."""
        found: Mapping[str, Any] = self.manifest.get("profile", {})
        return found

    def held_out(self) -> HeldOut | None:
        """Give the out-of-fold predictions kept with the model, or nothing; raises :class:`ModelError` when changed.

        They are read once: the folder may since hold another model.
        """
        return self._held_out

    @cached_property
    def _held_out(self) -> HeldOut | None:
        if HELD_OUT not in self.manifest.get("files", {}):
            return None
        content = _checked(Path(self.folder), HELD_OUT, self.manifest)
        try:
            archive = read_arrays(content, MAX_BYTES)
            return HeldOut(
                archive["fingerprints"],
                archive["fold"].astype(np.int64),
                archive["truth"].astype(np.int64),
                archive["probabilities"].astype(np.float64),
                archive["also_trained"],
            )
        except UNUSABLE as error:
            raise _incoherent(Path(self.folder), error) from error

    def fold_models(self) -> list[Model]:
        """Give the models of the folds in order, each trained without one part; empty when they were not kept."""
        return [load_model(str(path.parent)) for path in sorted(Path(self.folder).glob(f"{FOLDS}/*/{MANIFEST}"))]


def models_folder() -> Path:
    """Find ``models/``: the folder named by DOMAINES_MODELS, or beside the package, or inside it (wheel)."""
    named = os.environ.get("DOMAINES_MODELS")
    if named:
        return Path(named)
    package = Path(__file__).parent
    beside = package.parent / "models"
    return beside if (beside / "default").is_dir() else package / "models"


def list_models() -> list[str]:
    """Give the names of the models there are, in order."""
    folder = models_folder()
    return sorted(path.parent.name for path in folder.glob(f"[!.]*/{MANIFEST}")) if folder.is_dir() else []


def load_model(name: str) -> Model:
    """Load a model by name, or by the path of its folder, after checking every file's digest.

    Raises :class:`ModelError` for a missing or changed file, an unknown format, an unknown name.
    """
    folder = _find(name)
    manifest = _read_json(folder / MANIFEST)
    if manifest.get("format") not in READABLE:
        raise ModelError(
            f"Le modèle « {folder.name} » est au format {manifest.get('format')!r}, ce programme "
            f"lit les formats {' et '.join(map(str, READABLE))} : mettre le programme à jour, ou "
            "refaire le modèle avec « domaines train »."
        )
    contents = {file: _checked(folder, file, manifest) for file in FILES}
    try:
        config = json.loads(contents[CONFIG])
        scoring = unpacked(contents[WEIGHTS], contents[WORDS], config, MAX_BYTES)
    except UNUSABLE as error:
        raise _incoherent(folder, error) from error
    return Model(str(config.get("name", folder.name)), scoring, config, manifest, str(folder))


def read_card(model: Model) -> str:
    """Give the model card, as Markdown."""
    return (Path(model.folder) / CARD).read_text(encoding="utf-8")


def save_model(
    folder: Path,
    scoring: Scoring,
    config: Mapping[str, Any],
    provenance: Mapping[str, Any],
    card: str,
    held_out: HeldOut | None = None,
    diagram: str | None = None,
) -> str:
    """Write a model folder, whole or not at all, and give its digest.

    ``config`` holds what labelling needs (name, version, review threshold), ``provenance`` what the
    manifest records besides the digests: versions, corpora, seed, date, scores.
    """
    scoring = compiled(scoring)
    contents = {
        WEIGHTS: packed(scoring),
        WORDS: word_list(scoring),
        CONFIG: _json({**config, "labels": list(scoring.labels), "families": asdict(scoring.space.families)}),
        CARD: card.encode(),
    }
    if held_out is not None:
        contents[HELD_OUT] = _held_out(held_out)
    if diagram is not None:
        contents[DIAGRAM] = diagram.encode()
    digests = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
    digest = hashlib.sha256(_json(digests)).hexdigest()
    contents[MANIFEST] = _json({"format": FORMAT, "digest": digest, "files": digests, **provenance})
    _write(folder, contents)
    return digest


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        recover(folder, MANIFEST)
        remove_stale(folder)
        temporary = draft_folder(folder)
        try:
            temporary.chmod(0o755)
            for file, content in contents.items():
                (temporary / file).write_bytes(content)
            replace_folder(temporary, folder, MANIFEST)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"Le modèle ne peut pas être écrit dans « {folder} » ({error.strerror}) : vérifier la place et les droits."
        ) from error


def _find(name: str) -> Path:
    meant = champion_name(models_folder()) if name == DEFAULT else name
    for folder in (models_folder() / meant, Path(name)):
        recover(folder, MANIFEST)
        if (folder / MANIFEST).is_file():
            return folder
    known = list_models()
    if meant != name:
        raise ModelError(
            f"Le champion « {meant} » n'est plus dans « {models_folder()} » ; modèles présents : {', '.join(known)}. "
            "L'y remettre, ou en promouvoir un autre avec « domaines models promote »."
        )
    close = nearest(name, known)
    hint = f" Le plus proche : « {close} »." if close else ""
    listed = ", ".join(known) if known else "aucun"
    raise ModelError(
        f"Le modèle « {name} » n'existe pas ; modèles présents : {listed}.{hint} Vérifier le nom donné à --model."
    )


def _checked(folder: Path, file: str, manifest: Mapping[str, Any]) -> bytes:
    path = folder / file
    advice = "le recopier depuis sa source, ou le refaire avec « domaines train »."
    if path.is_symlink() or not path.is_file():
        raise ModelError(f"Il manque « {file} » au modèle « {folder.name} » : {advice}")
    if path.stat().st_size > MAX_BYTES:
        raise ModelError(f"« {file} » du modèle « {folder.name} » dépasse {MAX_BYTES} octets : {advice}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != manifest.get("files", {}).get(file):
        raise ModelError(f"« {file} » du modèle « {folder.name} » a changé depuis sa fabrication : {advice}")
    return content


def _incoherent(folder: Path, error: Exception) -> ModelError:
    reason = (str(error) or type(error).__name__).splitlines()[0][:200]
    return ModelError(f"Le modèle « {folder.name} » est incohérent ({reason}) : le refaire avec « domaines train ».")


def _read_json(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        read = {} if path.is_symlink() else json.loads(path.read_text(encoding="utf-8"))
        if isinstance(read, dict) and isinstance(read.get("files"), dict):
            return read
    raise ModelError(
        f"« {path.name} » du modèle « {path.parent.name} » est illisible : "
        "le recopier depuis sa source, ou le refaire avec « domaines train »."
    )


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _held_out(held_out: HeldOut) -> bytes:
    return write_arrays(
        {
            "fingerprints": held_out.fingerprints,
            "fold": held_out.fold.astype(np.int8),
            "truth": held_out.truth.astype(np.int16),
            "probabilities": held_out.probabilities.astype(np.float32),
            "also_trained": held_out.also_trained,
        }
    )
