"""Typed records of results: what stages compute and reports show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Share:
    """One domain's share in percent of the labelled services; ``low`` and ``high`` may be absent."""

    domain: str
    count: int
    share: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Shares:
    """The shares of every domain, how they were found, and how many rows had nothing to label."""

    n: int
    without_text: int
    audited: int
    method: str
    level: float | None
    shares: tuple[Share, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON: percentages from 0 to 100, ``null`` where there is no interval."""
        return {
            "n": self.n,
            "without_text": self.without_text,
            "audited": self.audited,
            "method": self.method,
            "level": self.level,
            "shares": [
                {"domaine": s.domain, "count": s.count, "share": s.share, "low": s.low, "high": s.high}
                for s in self.shares
            ],
        }


@dataclass(frozen=True)
class DomainScore:
    """Precision, recall and F1 of one label, and how many rows people gave it."""

    domain: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """The scores of one run; ``confusion`` (K × K) has people's labels in rows, predictions in columns."""

    n: int
    accuracy: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float
    ece: float | None
    by_domain: tuple[DomainScore, ...]
    confusion: Integers

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
            "by_domain": [
                {"domaine": s.domain, "precision": s.precision, "recall": s.recall, "f1": s.f1, "support": s.support}
                for s in self.by_domain
            ],
            "confusion": {
                true: {guessed: int(self.confusion[row, column]) for column, guessed in enumerate(domains)}
                for row, true in enumerate(domains)
            },
        }
