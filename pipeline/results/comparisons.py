"""Shares beside those the study of 2016 published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COMPATIBLE, ABOVE, BELOW, CANNOT_TELL = "compatible", "above", "below", "cannot_tell"


@dataclass(frozen=True)
class Comparison:
    """One domain's share beside the published one; percentages from 0 to 100.

    ``relation`` is what the study said of ``published``: ``equal``, ``more`` or ``less``. ``verdict`` is
    ``compatible``, ``above``, ``below`` or ``cannot_tell``.
    """

    domain: str
    published: float
    relation: str
    share: float | None
    low: float | None
    high: float | None
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON."""
        return {
            "domaine": self.domain,
            "published": self.published,
            "relation": self.relation,
            "share": self.share,
            "low": self.low,
            "high": self.high,
            "verdict": self.verdict,
        }
