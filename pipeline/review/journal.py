"""What a decision is, and what a journal of decisions does: it only grows, and the current state is read from it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from pipeline.errors import UsageError

Action = Literal["choose", "skip", "undo"]
LONGEST_NAME = 60
_CLOCK = "%Y-%m-%dT%H:%M:%S.%fZ"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Decision:
    """One line of the journal: who, when, on which row, what it was before and is after, what was shown.

    ``key`` is made by whoever decides, and makes a retry harmless. ``before`` and ``after`` are this annotator's
    label of the row (``""``: none). ``inclusion`` is the probability the audit had of drawing the row.
    ``origin`` is the store where the decision was first written, ``undoes`` the key of what an undo takes back.
    """

    key: str
    annotator: str
    action: Action
    row_id: str
    text: str
    after: str
    before: str = ""
    suggestion: str = ""
    model: str = ""
    inclusion: float | None = None
    blind: bool = False
    queue: str = ""
    source: str = ""
    row: int = 0
    at: str = ""
    origin: str = ""
    undoes: str = ""


@dataclass(frozen=True)
class Merged:
    """What a merge did: decisions added and already there; ``clashes`` are rows that one name labelled twice.

    A clash is two different labels of a row by one name in two stores: perhaps two people of one name.
    """

    added: int
    known: int
    clashes: int


class Journal(Protocol):
    """Where decisions go. What ``record`` and ``undo`` return is on the disk: no crash loses it."""

    def record(self, decision: Decision) -> Decision:
        """Write a decision, its time and what it changes filled in; a key already there gives what was written."""

    def undo(self, key: str, annotator: str, source: str) -> Decision | None:
        """Take back this annotator's last decision on this file that still holds; ``None`` when there is none."""

    def current(self) -> list[Decision]:
        """Give each annotator's last decision on each row, oldest first."""

    def labels(self) -> list[Decision]:
        """Give the decision that holds for each row: one that settled a disagreement, else the last."""

    def since(self, number: int) -> tuple[int, list[Decision]]:
        """Give the decisions written after number ``number`` (0: all of them), and the number of the last."""

    def agree_on(self, labels: Sequence[str]) -> None:
        """Keep the labels on first use; raise ``ModelError`` when they are not those the store was made with."""

    def known_labels(self) -> list[str]:
        """Give the labels the store was made with; none when it was never told."""

    def merge(self, decisions: Iterable[Decision]) -> Merged:
        """Add decisions made elsewhere, once each."""

    def close(self) -> None:
        """Let go of the store."""


def digest_of(text: str) -> str:
    """Give the fingerprint of a text exactly as written: what tells two rows of one identifier apart.

    >>> digest_of("wifi")[:12]
    'debdc6fdb6c1'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def annotator_name(name: str) -> str:
    """Give a person's name in one form: composed accents, single blanks, no invisible mark; or refuse it.

    >>> annotator_name("  Zoe\\u0301   D. ")
    'Zoé D.'
    """
    found = " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", name)).split())
    if not found or len(found) > LONGEST_NAME:
        raise UsageError(f"Nom d'annotateur « {found[:20]} » : donner un nom de 1 à {LONGEST_NAME} caractères.")
    return found


def later_than(previous: str | None) -> str:
    """Give the time, in UTC; later than ``previous`` even when the clock went back.

    >>> later_than("2999-01-01T00:00:00.000000Z")
    '2999-01-01T00:00:00.000001Z'
    """
    now = datetime.now(UTC).strftime(_CLOCK)
    if not previous or now > previous:
        return now
    return (datetime.strptime(previous, _CLOCK) + timedelta(microseconds=1)).strftime(_CLOCK)
