"""What more annotations would buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.results.audit_report import Proportion


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy of a model taught on ``texts`` annotated texts."""

    texts: int
    accuracy: float


@dataclass(frozen=True)
class Forecast:
    """Accuracy with the ``texts`` there are and with ``more``, on ``rows`` held-out rows; each with its interval.

    ``ceiling`` is the accuracy the fitted law tends to, ``exponent`` its speed.
    """

    texts: int
    more: int
    rows: int
    now: Proportion
    then: Proportion
    gain: Proportion
    ceiling: float
    exponent: float
    points: tuple[CurvePoint, ...]

    def sentence(self, lang: str = "fr") -> str:
        """Say the forecast in one sentence."""
        mark = "." if lang == "en" else ","
        now, then, gain, low, high = (
            f"{100 * (value or 0.0):.{digits}f}".replace(".", mark)
            for value, digits in (
                (self.now.value, 1),
                (self.then.value, 1),
                (self.gain.value, 2),
                (self.gain.low, 2),
                (self.gain.high, 2),
            )
        )
        if lang == "en":
            return (
                f"{self.more} more annotated texts, drawn like the {self.texts} there are, would raise accuracy from "
                f"{now} % to {then} %: +{gain} points (95 %: {low} to {high})."
            )
        return (
            f"{self.more} textes annotés de plus, tirés comme les {self.texts} présents, porteraient l'exactitude de "
            f"{now} % à {then} % : +{gain} point (95 % : {low} à {high})."
        )

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON: accuracies from 0 to 1."""
        return {
            "texts": self.texts,
            "more": self.more,
            "rows": self.rows,
            "now": self.now.as_json(),
            "then": self.then.as_json(),
            "gain": self.gain.as_json(),
            "ceiling": self.ceiling,
            "exponent": self.exponent,
            "points": [{"texts": point.texts, "accuracy": point.accuracy} for point in self.points],
        }
