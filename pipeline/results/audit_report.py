"""What an audit says: proportions with intervals, scores by domain and by slice, costly confusions, doubts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Proportion:
    """A share from 0 to 1 with its interval, and the rows it rests on; ``None`` where there is no row."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, Any]:
        """Give the value, the bounds and the rows."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


@dataclass(frozen=True)
class DomainAudit:
    """Precision, recall and F1 of one domain, each with its interval."""

    domain: str
    precision: Proportion
    recall: Proportion
    f1: Proportion


@dataclass(frozen=True)
class SliceScore:
    """How often the model is right in one slice: the rows whose ``column`` is ``value``; ``small`` under 30 rows."""

    column: str
    value: str
    accuracy: Proportion
    errors: int
    small: bool


@dataclass(frozen=True)
class ConfusedPair:
    """A confusion: ``rows`` people call ``truth`` and the model ``guess``; ``share`` of all rows, estimated."""

    truth: str
    guess: str
    share: Proportion
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Audit:
    """The scores of an audit; ``confusion`` (K × K) counts rows, people's labels down, predictions across.

    ``row_shares`` has, for each pair, the estimated share of the true domain's rows that the model calls so.
    ``reliability`` holds (mean probability, share right, rows), ``coverage`` (coverage, index, accuracy).
    """

    n: int
    weighted: bool
    domains: tuple[str, ...]
    accuracy: Proportion
    macro_f1: Proportion
    ece: float
    confusion: Integers
    row_shares: tuple[tuple[Proportion, ...], ...]
    by_domain: tuple[DomainAudit, ...]
    slices: tuple[SliceScore, ...]
    pairs: tuple[ConfusedPair, ...]
    reliability: tuple[tuple[float, float, int], ...]
    coverage: tuple[tuple[float, float, float], ...]

    def sentence(self, lang: str = "fr") -> str:
        """Say the audit in one sentence."""
        right, macro = _interval(self.accuracy, lang), _interval(self.macro_f1, lang)
        worst = self.pairs[0] if self.pairs else None
        if lang == "en":
            costly = f"; the most costly confusion: {worst.truth} taken for {worst.guess}" if worst else ""
            return f"{self.n} audited rows: {right} of the domains are right, macro-F1 {macro}{costly}."
        costly = f" ; confusion la plus coûteuse : {worst.truth} pris pour {worst.guess}" if worst else ""
        return f"{self.n} lignes auditées : {right} des domaines sont justes, macro-F1 {macro}{costly}."

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON: shares from 0 to 1, ``null`` where there is no row."""
        return {
            "n": self.n,
            "weighted": self.weighted,
            "accuracy": self.accuracy.as_json(),
            "macro_f1": self.macro_f1.as_json(),
            "ece": self.ece,
            "by_domain": [
                {
                    "domaine": d.domain,
                    "precision": d.precision.as_json(),
                    "recall": d.recall.as_json(),
                    "f1": d.f1.as_json(),
                }
                for d in self.by_domain
            ],
            "confusion": {
                true: {guessed: int(self.confusion[row, column]) for column, guessed in enumerate(self.domains)}
                for row, true in enumerate(self.domains)
            },
            "slices": [
                {"column": s.column, "value": s.value, "errors": s.errors, "small": s.small, **s.accuracy.as_json()}
                for s in self.slices
            ],
        }


def _interval(found: Proportion, lang: str) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "–"
    written = f"{100 * found.value:.1f} % ({100 * found.low:.1f}–{100 * found.high:.1f})"
    return written if lang == "en" else written.replace(".", ",")
