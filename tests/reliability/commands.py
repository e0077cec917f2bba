"""The commands that write, each on a small place of its own; a further command is one line more in ``COMMANDS``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import SMALL_CORPUS

ROWS = 1_500
BEFORE = b"avant"


@dataclass(frozen=True)
class Command:
    """Words to give the program in a folder, the outputs it writes there, and the words that finish what was cut."""

    name: str
    words: tuple[str, ...]
    outputs: tuple[str, ...]
    prepare: Callable[[Path], None]
    resume: tuple[str, ...] = ()

    @property
    def again(self) -> tuple[str, ...]:
        """The words that finish an interrupted run."""
        return self.resume or self.words


def _survey(folder: Path, name: str = "in.csv", rows: int = ROWS) -> None:
    lines = "".join(f"{n},wifi gratuit {n * 7} place {n % 97}\n" for n in range(rows))
    (folder / name).write_text("id,description\n" + lines, encoding="utf-8")


def _surveys(folder: Path) -> None:
    (folder / "out").mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        _survey(folder, name, ROWS // 2)


def _labelled(folder: Path) -> None:
    labels = ("acces_numerique", "services_scolaires", "autre", "action_culturelle", "communication_publique")
    head = "id,description,domaine,probabilite," + ",".join(f"p_{label}" for label in labels)
    lines = "".join(
        f"{n},wifi numéro {n},{labels[n % 5]},0.6,"
        + ",".join("0.6" if k == n % 5 else "0.1" for k in range(5))
        + ",0.5,false,small 1 x\n"
        for n in range(ROWS)
    )
    (folder / "labelled.csv").write_text(f"{head},indice_confiance,a_relire,modele\n{lines}", encoding="utf-8")


def _corpus(folder: Path) -> None:
    rows = [f'"{text} {n}",{label}' for n in range(4) for text, label in SMALL_CORPUS]
    (folder / "corpus.csv").write_text("description,domaine\n" + "\n".join(rows) + "\n", encoding="utf-8")


def _label(suffix: str) -> Command:
    words = ("label", "in.csv", "-o", f"out{suffix}", "--model", "small", "--quiet", "--jobs", "1")
    return Command(f"label {suffix}", words, (f"out{suffix}",), _survey)


_FOLDER = ("label", "a.csv", "b.csv", "c.csv", "-o", "out", "--model", "small", "--quiet", "--resume", "--jobs", "1")

COMMANDS: tuple[Command, ...] = (
    *map(_label, (".csv", ".xlsx", ".ods", ".jsonl", ".parquet")),
    Command("label --resume", _FOLDER, ("out/a.csv", "out/b.csv", "out/c.csv"), _surveys),
    Command("shares", ("shares", "labelled.csv", "-o", "out.json", "--quiet"), ("out.json",), _labelled),
    Command(
        "audit draw",
        ("audit", "draw", "labelled.csv", "-n", "50", "--seed", "1", "-o", "a.xlsx", "-q"),
        ("a.xlsx",),
        _labelled,
    ),
    Command("report", ("report", "labelled.csv", "-o", "out.html", "--quiet"), ("out.html",), _labelled),
)
TRAIN = Command("train", ("train", "corpus.csv", "-o", "model", "--quiet"), ("model",), _corpus)


def prepare(command: Command, folder: Path) -> None:
    """Make a place for a command, with an earlier output under each of its names."""
    folder.mkdir(parents=True)
    command.prepare(folder)
    for name in command.outputs:
        if command != TRAIN:
            (folder / name).write_bytes(BEFORE)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Give every file of a place, drafts and lists of faults included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def settled(found: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Give a snapshot without what depends on the moment: the manifest of parts, which holds times of change."""
    return {name: content for name, content in found.items() if os.path.basename(name) != "domaines.manifest.json"}
