"""`make bench-loop`: the whole loop on the demonstration survey, with the numbers before and after.

label → draw 200 → people's labels → shares with intervals → audit → retrain → promote → relabel, each by its
command, in a folder of its own. People's labels are the survey's column `domaine_attendu`.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from pipeline.cli import main as domaines
from pipeline.domains import LABELS

ROOT = Path(__file__).parents[1]
SURVEY = ROOT / "corpora" / "demo" / "enquete.csv"


@dataclass(frozen=True)
class Turn:
    """One turn of the loop: what was run, accuracy on the rows nobody read, shares, the comparison of models."""

    commands: tuple[str, ...]
    before: float
    after: float
    unread: int
    shares_before: dict[str, Any]
    shares_after: dict[str, Any]
    audit: dict[str, Any]
    comparison: dict[str, Any] | None
    promoted: str


class Shell:
    """Runs commands of the program in this process and keeps their words; a failure stops the loop."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def run(self, *arguments: str | Path) -> str:
        """Run one command and give what it printed."""
        words = [str(argument) for argument in arguments]
        self.commands.append("domaines " + " ".join(words))
        out = StringIO()
        with redirect_stdout(out):
            code = domaines(words)
        if code not in (0, 1):
            raise SystemExit(f"{self.commands[-1]} : code {code}")
        return out.getvalue()


def turn(folder: Path, corpora: Sequence[str | Path], size: int = 200, seed: int = 2016) -> Turn:
    """Turn the loop once in ``folder``, whose ``models/default`` is the champion."""
    os.environ["DOMAINES_MODELS"] = str(folder / "models")
    shell = Shell()
    first, sheet, store = folder / "enquete.csv", folder / "feuille.csv", folder / "annotations.db"
    shell.run("label", SURVEY, "-o", first, "-q")
    shell.run("audit", "draw", first, "-n", str(size), "--seed", str(seed), "-o", sheet, "-q")
    read = fill(sheet)
    shell.run("annotations", "import", store, sheet, "--annotator", "Zoé", "-q")
    shell.run("annotations", "export", store, "-o", folder / "verifiees.csv", "-q")
    checked = folder / "verifiees.csv"
    shares_before = json.loads(shell.run("shares", first, "--annotated", checked, "--json", "-q"))
    audit = json.loads(shell.run("audit", "report", first, checked, "-o", folder / "audit.html", "--json", "-q"))
    new = folder / "models" / "2026-12"
    # The audited rows teach: with the models of the folds, shares judge each by one that has not seen it.
    trained = json.loads(shell.run("train", *corpora, store, "-o", new, "--crossfit", "--json", "-q"))
    promoted = shell.run("models", "promote", "2026-12", *corpora, store, "-q")
    second = folder / "enquete-2.csv"
    shell.run("label", SURVEY, "-o", second, "-q")
    shares_after = json.loads(shell.run("shares", second, "--annotated", checked, "--json", "-q"))
    before, unread = accuracy(first, read)
    after, _ = accuracy(second, read)
    return Turn(
        tuple(shell.commands),
        before,
        after,
        unread,
        shares_before,
        shares_after,
        audit,
        trained["comparison"],
        promoted,
    )


def fill(sheet: Path) -> set[str]:
    """Fill a drawn sheet as a person would, from the labels the survey was written with; give the rows read."""
    with SURVEY.open(encoding="utf-8", newline="") as file:
        expected = {row["id"]: row["domaine_attendu"] for row in csv.DictReader(file)}
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        # The survey has texts that say nothing; the codebook calls those "autre".
        row["domaine_verifie"] = expected[row["id"]] or "autre"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return {row["id"] for row in rows}


def accuracy(labelled: Path, read: set[str]) -> tuple[float, int]:
    """Give the share of right domains among the rows nobody read, and how many they are."""
    with labelled.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] not in read and row["domaine"]]
    rows = [row for row in rows if row["domaine_attendu"] in LABELS]
    return sum(row["domaine"] == row["domaine_attendu"] for row in rows) / len(rows), len(rows)


def table(done: Turn) -> list[str]:
    """Write the numbers as Markdown."""
    lines = [
        "| | before | after |",
        "| --- | --- | --- |",
        f"| right among the {done.unread} rows nobody read | {100 * done.before:.1f} % | {100 * done.after:.1f} % |",
    ]
    pairs = zip(done.shares_before["shares"], done.shares_after["shares"], strict=True)
    for old, new in pairs:
        cells = [f"{one['share']:.1f} % ({one['low']:.1f} – {one['high']:.1f})" for one in (old, new)]
        lines.append(
            f"| share of `{old['domaine']}`, {done.shares_before['audited']} audited rows | {' | '.join(cells)} |"
        )
    right = done.audit["accuracy"]
    said = f"Audit: {100 * right['value']:.1f} % right ({100 * right['low']:.1f} – {100 * right['high']:.1f})."
    return [*lines, "", said, "", done.promoted.strip().splitlines()[-1]]


def main() -> None:
    """Turn the loop from a champion that learnt the corpora given (all of the project's, if none); write the table."""
    from marks import write_between

    everything = ("corpora/annotated", "corpora/contrasts.csv", "corpora/lexicon.csv")
    given = [ROOT / name for name in sys.argv[1:] or everything]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["DOMAINES_MODELS"] = str(folder / "models")
        # Trained here rather than copied from models/: the champion must say which texts it learnt.
        Shell().run("train", *given, "-o", folder / "models" / "default", "-q")
        done = turn(folder, given)
    listed = ", ".join(f"`{path.relative_to(ROOT)}`" for path in given)
    lines = [f"Champion and challenger learn {listed}; the challenger also the 200 rows read.", "", *table(done)]
    print("\n".join([*done.commands, "", *lines]), file=sys.stderr)
    write_between("loop", lines)


if __name__ == "__main__":
    main()
