"""Champion against challenger: what changes between two models on the same held-out rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.results.audit_report import Proportion


@dataclass(frozen=True)
class DomainChange:
    """One domain's F1 under both models, and the change with its paired interval."""

    domain: str
    champion: float
    challenger: float
    change: Proportion


@dataclass(frozen=True)
class Flip:
    """A row whose domain changes: its number, people's domain, the champion's and the challenger's."""

    row: int
    truth: str
    champion: str
    challenger: str


@dataclass(frozen=True)
class Failure:
    """An acceptance sentence the challenger gets wrong."""

    text: str
    expected: str
    given: str


@dataclass(frozen=True)
class ModelComparison:
    """Two models on the same rows, neither having learnt from the row it judges.

    ``difference`` is the challenger's macro-F1 less the champion's, with its paired 95 % interval;
    ``gained`` rows only the challenger gets right, ``lost`` only the champion; ``notes`` are sentences.
    """

    champion: str
    challenger: str
    n: int
    champion_f1: float
    challenger_f1: float
    difference: Proportion
    by_domain: tuple[DomainChange, ...]
    gained: int
    lost: int
    flips: tuple[Flip, ...]
    sentences: int = 0
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

    def sentence(self, lang: str = "fr") -> str:
        """Say the comparison in one sentence.

        >>> same = Proportion(0.0, 0.0, 0.0, 1)
        >>> ModelComparison("a", "b", 1, 1.0, 1.0, same, (), 0, 0, ()).sentence("en")[:43]
        'On 1 held-out rows: macro-F1 1.000 → 1.000,'
        """
        mark = "." if lang == "en" else ","
        before, after = (f"{score:.3f}".replace(".", mark) for score in (self.champion_f1, self.challenger_f1))
        bounds = (self.difference.value, self.difference.low, self.difference.high)
        change, low, high = (f"{value or 0.0:+.3f}".replace(".", mark) for value in bounds)
        if lang == "en":
            return (
                f"On {self.n} held-out rows: macro-F1 {before} → {after}, a change of {change} "
                f"(95 %: {low} to {high}); {self.gained} rows gained, {self.lost} lost."
            )
        return (
            f"Sur {self.n} lignes tenues à l'écart : macro-F1 {before} → {after}, écart {change} "
            f"(95 % : {low} à {high}) ; {self.gained} lignes gagnées, {self.lost} perdues."
        )

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON; scores are from 0 to 1."""
        return {
            "champion": self.champion,
            "challenger": self.challenger,
            "n": self.n,
            "champion_macro_f1": self.champion_f1,
            "challenger_macro_f1": self.challenger_f1,
            "difference": self.difference.as_json(),
            "gained": self.gained,
            "lost": self.lost,
            "by_domain": [
                {"domaine": d.domain, "champion": d.champion, "challenger": d.challenger, "change": d.change.as_json()}
                for d in self.by_domain
            ],
            "flips": [vars(flip) for flip in self.flips],
            "sentences": self.sentences,
            "failures": [vars(failure) for failure in self.failures],
            "notes": list(self.notes),
        }
