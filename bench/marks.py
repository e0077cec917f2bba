"""Puts the tables of a bench between their marks in BENCHMARKS.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "BENCHMARKS.md"


def write_between(name: str, lines: Sequence[str]) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = BENCHMARKS.read_text(encoding="utf-8")
    head, rest = text.split(begin)
    body = "\n".join(lines)
    BENCHMARKS.write_text(f"{head}{begin}\n{body}\n{end}{rest.split(end)[1]}", encoding="utf-8")
