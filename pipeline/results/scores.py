"""Scores of a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class DomainScore:
    """Precision, recall and F1 of one label, and how many rows people gave it."""

    domain: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class PairScore:
    """How many contrast pairs there are, and in how many of them both sides got their label."""

    n: int
    both_right: int


@dataclass(frozen=True)
class Evaluation:
    """The scores of one run; ``confusion`` (K × K) has people's labels in rows, predictions in columns.

    ``pairs`` is there for a file of contrast pairs.
    """

    n: int
    accuracy: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float
    ece: float | None
    by_domain: tuple[DomainScore, ...]
    confusion: Integers
    pairs: PairScore | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON; ``confusion`` maps a true label to its predicted labels' counts."""
        domains = [score.domain for score in self.by_domain]
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "macro_f1_low": self.macro_f1_low,
            "macro_f1_high": self.macro_f1_high,
            "ece": self.ece,
            **({} if self.pairs is None else {"pairs": {"n": self.pairs.n, "both_right": self.pairs.both_right}}),
            "by_domain": [
                {"domaine": s.domain, "precision": s.precision, "recall": s.recall, "f1": s.f1, "support": s.support}
                for s in self.by_domain
            ],
            "confusion": {
                true: {guessed: int(self.confusion[row, column]) for column, guessed in enumerate(domains)}
                for row, true in enumerate(domains)
            },
        }
