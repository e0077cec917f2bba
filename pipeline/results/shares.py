"""Percentages of domains, with what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.results.audits import Draw
from pipeline.results.comparisons import Comparison
from pipeline.schema import Fault

FILE, COMMUNES = "file", "communes"
STATEMENTS = (FILE, COMMUNES)


@dataclass(frozen=True)
class Share:
    """One domain's share in percent of the labelled services; ``low`` and ``high`` may be absent.

    ``audited`` is how many audited rows people gave this domain; ``few`` says that they were too few for the
    model to narrow the interval, which is then that of the audited rows alone.
    """

    domain: str
    count: int
    share: float | None
    low: float | None = None
    high: float | None = None
    audited: int = 0
    few: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON."""
        return {"domaine": self.domain, "count": self.count, "share": self.share, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Shares:
    """The shares of every domain, how they were found, and how many rows had nothing to label.

    ``method`` is ``counted`` (no interval), ``ppi++`` or ``cross-ppi++``; ``statement`` says of what the
    interval speaks: the services of this ``file``, or ``communes`` in general. ``power`` is PPI++'s λ: 0 where
    the model teaches nothing, 1 where it is used in full. ``simultaneous`` intervals hold all together.
    """

    n: int
    without_text: int
    audited: int
    method: str
    level: float | None
    shares: tuple[Share, ...]
    statement: str = FILE
    power: float | None = None
    simultaneous: bool = False
    communes: int | None = None
    weighted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON: percentages from 0 to 100, ``null`` where there is no interval."""
        return {
            "n": self.n,
            "without_text": self.without_text,
            "audited": self.audited,
            "method": self.method,
            "level": self.level,
            "statement": self.statement,
            "simultaneous": self.simultaneous,
            "lambda": self.power,
            "weighted": self.weighted,
            "shares": [share.as_json() for share in self.shares],
        }


@dataclass(frozen=True)
class CorrectedShares:
    """Shares (in percent, in the order of ``domains``) corrected without an audit: valid while wording is unchanged.

    ``method`` is ``emq`` (Saerens et al. 2002) or ``calibration_matrix`` (Kloos et al. 2020).
    """

    method: str
    domains: tuple[str, ...]
    shares: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON."""
        return {
            "method": self.method,
            "valid_if": "wording_unchanged",
            "shares": dict(zip(self.domains, self.shares, strict=True)),
        }


@dataclass(frozen=True)
class DriftSign:
    """One measure of the file beside that of the training texts, and whether it passes its threshold.

    ``key`` is ``unknown_words``, ``length``, ``confidence`` or ``mix``; ``threshold`` is in the measure's unit.
    """

    key: str
    here: float
    training: float
    threshold: float
    passed: bool


@dataclass(frozen=True)
class Drift:
    """How far the file is from what the model learnt."""

    signs: tuple[DriftSign, ...]

    @property
    def drifted(self) -> bool:
        """Whether any measure passes its threshold."""
        return any(sign.passed for sign in self.signs)

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON."""
        return {
            "drifted": self.drifted,
            "signs": [
                {
                    "key": sign.key,
                    "here": sign.here,
                    "training": sign.training,
                    "threshold": sign.threshold,
                    "passed": sign.passed,
                }
                for sign in self.signs
            ],
        }


@dataclass(frozen=True)
class GroupShares:
    """The shares of one group of rows; ``None`` where fewer rows than the minimum count had to be kept silent.

    ``small`` marks a group whose audited rows are too few to say much.
    """

    value: str
    shares: Shares | None
    small: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON."""
        found = None if self.shares is None else self.shares.as_json()
        return {"group": self.value, "small": self.small, "suppressed": found is None, "result": found}


@dataclass(frozen=True)
class Difference:
    """A domain's share here minus there, in points, with its interval where both have one."""

    domain: str
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Differences:
    """The differences of every domain's share between two files or two groups: ``here`` minus ``there``."""

    here: str
    there: str
    level: float | None
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON; points from −100 to 100."""
        return {
            "here": self.here,
            "there": self.there,
            "level": self.level,
            "differences": [
                {"domaine": d.domain, "difference": d.difference, "low": d.low, "high": d.high}
                for d in self.differences
            ],
        }


@dataclass(frozen=True)
class SharesAnswer:
    """Everything ``domaines shares`` answers.

    ``by`` names the column of the groups, ``published`` puts the shares beside those of 2016, ``faults`` are the
    audited rows set aside; ``draw`` is how the others were drawn, when their sheet says it, ``models`` what
    labelled the file.
    """

    shares: Shares
    corrected: tuple[CorrectedShares, ...] = ()
    drift: Drift | None = None
    by: str = ""
    groups: tuple[GroupShares, ...] = ()
    differences: tuple[Differences, ...] = ()
    published: tuple[Comparison, ...] = ()
    faults: tuple[Fault, ...] = ()
    draw: Draw | None = None
    models: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON: that of the shares, and the other parts beside it where there are any."""
        parts: dict[str, Any] = self.shares.as_json()
        parts["published"] = [comparison.as_json() for comparison in self.published]
        if self.corrected:
            parts["corrected"] = [corrected.as_json() for corrected in self.corrected]
        if self.drift is not None:
            parts["drift"] = self.drift.as_json()
        if self.groups:
            parts["by"] = self.by
            parts["groups"] = [group.as_json() for group in self.groups]
        if self.differences:
            parts["differences"] = [difference.as_json() for difference in self.differences]
        return parts
