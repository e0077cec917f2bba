"""Plans of an audit: how many rows must be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PlannedRows:
    """Rows to read so that one domain's share is known to ± ``within`` points.

    ``expected`` is the share the model expects, in percent; ``uniform`` and ``active`` are rows of either draw with
    the model's help, ``alone`` those of a uniform draw without it.
    """

    domain: str
    expected: float
    uniform: int
    active: int
    alone: int


@dataclass(frozen=True)
class Plan:
    """Rows to read, domain by domain, for intervals of ± ``within`` points at ``level``, on this file.

    ``basis`` says what the model's errors are known from: ``held_out`` (its own out-of-fold predictions, ``known``
    of them), ``annotated`` (an audit already made) or ``probabilities`` (the model taken at its word).
    """

    within: float
    level: float
    population: int
    basis: str
    known: int
    domains: tuple[PlannedRows, ...]

    @property
    def uniform(self) -> int:
        """Rows of a uniform draw that are enough for every domain."""
        return max(planned.uniform for planned in self.domains)

    @property
    def active(self) -> int:
        """Rows of an active draw that are enough for every domain."""
        return max(planned.active for planned in self.domains)

    def as_json(self) -> dict[str, Any]:
        """Give the documented JSON; shares are percentages."""
        return {
            "within": self.within,
            "level": self.level,
            "n": self.population,
            "basis": self.basis,
            "known": self.known,
            "uniform": self.uniform,
            "active": self.active,
            "domains": [
                {"domaine": d.domain, "expected": d.expected, "uniform": d.uniform, "active": d.active}
                | {"alone": d.alone}
                for d in self.domains
            ],
        }
