"""Percentages of domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
