"""What the page is given: rows to show, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]

DOUBTFUL, AUDIT, DISAGREEMENTS, SKIPPED = "doubtful", "audit", "disagreements", "skipped"
# Rows that people have labelled already, and whose label is doubted.
DOUBTED = "doubted"
PAIR = "pair:"


@dataclass(frozen=True)
class Piece:
    """A stretch of a text as written, and what it adds to each label's score (empty where it adds nothing)."""

    text: str
    contributions: tuple[float, ...] = ()


@dataclass(frozen=True)
class Example:
    """An annotated text near the one shown."""

    text: str
    label: str
    similarity: float


@dataclass(frozen=True)
class ReviewRow:
    """One row as it is shown: ``number`` counts from 1; ``inclusion`` is the audit's drawing probability, or ``None``.

    ``line`` is the row's number in the labelled file when it is not ``number`` (an audit sheet's rows).
    ``probabilities`` follow the order of the labels. A ``blind`` row hides everything a machine thinks of it.
    ``doubt`` says which label a person gave and why it is doubted: shown in the queue of doubts alone.
    """

    number: int
    id: str
    text: str
    suggestion: str
    probabilities: tuple[float, ...]
    pieces: tuple[Piece, ...]
    reason: str
    nearest: tuple[Example, ...]
    inclusion: float | None
    blind: bool
    line: int = 0
    doubt: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give what the page shows; nothing of the machine's opinion when the row is blind."""
        shown: dict[str, Any] = {"number": self.number, "id": self.id, "text": self.text, "blind": self.blind}
        if self.blind:
            return shown
        return shown | {
            "suggestion": self.suggestion,
            "probabilities": [round(value, 4) for value in self.probabilities],
            "pieces": [[piece.text, [round(value, 3) for value in piece.contributions]] for piece in self.pieces],
            "reason": self.reason,
            "nearest": [[example.text, example.label, round(example.similarity, 2)] for example in self.nearest],
        }


class Rows(Protocol):
    """Rows to review, by position from 0; nothing of a row is computed before it is shown."""

    labels: tuple[str, ...]
    model: str
    source: str
    queues: tuple[str, ...]

    def __len__(self) -> int:
        """Give the number of rows."""

    def identity(self, position: int) -> tuple[str, str]:
        """Give what a decision keeps of a row: its identifier and its text."""

    def row(self, position: int) -> ReviewRow:
        """Give a row as it is shown."""

    def order(self, queue: str) -> Positions:
        """Give the positions of a queue, those that help most first."""

    def positions(self, identifiers: Sequence[str]) -> Mapping[str, int]:
        """Find rows by identifier; those that are not there are left out."""

    def find(self, words: str, limit: int) -> list[int]:
        """Give the first positions whose text has these words, whatever the case."""
