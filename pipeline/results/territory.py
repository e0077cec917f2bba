"""The six findings of the study tested on a survey, and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.results.territory_sentences import finding_sentence

CONFIRMED, CONTRADICTED, CANNOT_TELL = "confirmed", "contradicted", "cannot_tell"


@dataclass(frozen=True)
class Measure:
    """One number with its interval: ``unit`` is points, ratio, elasticity, correlation or log_ratio.

    ``about`` is a covariate; ``domain`` is set for a share's shift. ``p`` is that of no effect.
    """

    about: str
    unit: str
    value: float
    low: float
    high: float
    p: float
    n: int
    domain: str | None = None


@dataclass(frozen=True)
class Obstruction:
    """Why something could not be computed: the key of a sentence, and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Needed:
    """What would have shown no influence: a margin in points, one of a ratio (``None``: wide enough), communes.

    ``communes`` is ``None`` when those there are would do if nothing moved.
    """

    points: float | None
    ratio: float | None
    communes: int | None


@dataclass(frozen=True)
class Detectable:
    """The smallest effects the survey would have shown four times in five: points, a ratio above 1, a correlation."""

    points: float | None
    ratio: float | None
    correlation: float | None


@dataclass(frozen=True)
class Finding:
    """One of the six, tested: ``p`` is small when it is confirmed, ``against`` when contradicted.

    ``effect``, ``low`` and ``high`` are those of ``main``; the other measures follow. ``n`` counts communes
    (regions for « a »). ``p_adjusted`` is Holm's. ``missing`` counts communes left out for want of a covariate.
    ``obstructions`` say what could not be computed. ``needed`` goes with a claim of no influence nothing is shown of.
    ``detectable`` goes with « cannot tell »: the effects that would have been shown, or would have contradicted it.
    """

    key: str
    verdict: str
    main: Measure | None
    others: tuple[Measure, ...]
    p: float | None
    against: float | None
    p_adjusted: float | None
    n: int
    missing: int
    margin: float
    ratio_margin: float
    obstructions: tuple[Obstruction, ...] = ()
    needed: Needed | None = None
    detectable: Detectable | None = None

    def sentence(self, lang: str = "fr") -> str:
        """Say the finding in one or two sentences: verdict, effect, interval, n, p."""
        return finding_sentence(self, lang)

    def as_json(self, lang: str = "fr") -> dict[str, Any]:
        """Give the documented JSON of a finding."""
        return {
            "key": self.key,
            "verdict": self.verdict,
            "effect": self.main.value if self.main else None,
            "low": self.main.low if self.main else None,
            "high": self.main.high if self.main else None,
            "p": self.p,
            "n": self.n,
            "needed": asdict(self.needed) if self.needed else None,
            "detectable": asdict(self.detectable) if self.detectable else None,
            "sentence": self.sentence(lang),
        }


@dataclass(frozen=True)
class Scenario:
    """The six findings again, on a part of the survey: ``key`` names it, ``value`` is a year when it is one."""

    key: str
    value: str
    communes: int
    services: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Coefficient:
    """One line of the joint model of numbers: ``ratio`` of expected services, and its interval."""

    name: str
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class CountModel:
    """The joint model of numbers of services: its lines, α, and the p-value of Poisson against it."""

    lines: tuple[Coefficient, ...]
    alpha: float
    dispersion_p: float
    n: int
    truncated: bool


@dataclass(frozen=True)
class Missed:
    """A commune that was not found in the table."""

    code: str
    name: str
    department: str
    rows: int
    reason: str
    nearest: str


@dataclass(frozen=True)
class Joining:
    """How the rows of the survey met the table of communes."""

    rows: int
    without_domain: int
    matched: int
    communes: int
    missed: tuple[Missed, ...]
    without_income: int
    without_age: int
    without_population: int


@dataclass(frozen=True)
class Profile:
    """What sets the communes that answered apart from those of the table."""

    communes: int
    median_population: float | None
    rural: float | None
    median_income: float | None


@dataclass(frozen=True)
class Territory:
    """Everything that is said of a survey's territory; ``weights`` names the column that weighs shares."""

    source: str
    findings: tuple[Finding, ...]
    whole: bool
    audited: int
    level: float
    margin: float
    joining: Joining
    respondents: Profile
    table: Profile
    merged: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    counts: CountModel | None
    weights: str | None = None

    def as_json(self, lang: str = "fr") -> dict[str, Any]:
        """Give the documented JSON: the findings, and what they rest on."""
        return {
            "findings": [finding.as_json(lang) for finding in self.findings],
            "holm": {finding.key: finding.p_adjusted for finding in self.findings},
            "about": "all_communes" if self.whole else "respondents",
            "audited": self.audited,
            "weights": self.weights,
            "level": self.level,
            "margin": self.margin,
            "services": self.joining.matched,
            "communes": self.joining.communes,
            "unmatched": [
                {"code": m.code, "commune": m.name, "departement": m.department, "rows": m.rows, "reason": m.reason}
                | {"nearest": m.nearest}
                for m in self.joining.missed
            ],
            "sensitivity": [
                {"scenario": s.key, "value": s.value, "communes": s.communes, "services": s.services}
                | {f.key: {k: v for k, v in f.as_json(lang).items() if k in KEPT} for f in s.findings}
                for s in self.scenarios
            ],
        }


KEPT = ("verdict", "effect", "low", "high", "p", "n")
