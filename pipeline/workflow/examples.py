"""Annotated texts to show beside a row: files, or folders of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.domains import LABELS
from pipeline.workflow.reading import Say, read_annotated


def read_examples(sources: Sequence[str], say: Say) -> list[tuple[str, str]]:
    """Read annotated files, or every CSV of a folder; give (text, label) in order."""
    found: list[tuple[str, str]] = []
    for source in sources:
        files = sorted(map(str, Path(source).glob("*.csv"))) if Path(source).is_dir() else [source]
        for file in files:
            texts, labels = read_annotated(file, None, None, LABELS, say)
            found += zip(texts, labels, strict=True)
    return found
