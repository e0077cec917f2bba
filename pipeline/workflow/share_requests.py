"""What is asked of ``domaines shares``."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import UsageError, nearest
from pipeline.results.shares import FILE, STATEMENTS


@dataclass(frozen=True)
class SharesRequest:
    """What is asked of ``domaines shares``, as its options say it."""

    annotated: str | None = None
    level: float = 0.95
    statement: str = FILE
    simultaneous: bool = False
    by: str | None = None
    minimum: int = 5
    against: str | None = None
    against_annotated: str | None = None
    weigh: bool = True
    model: str | None = None

    def checked(self) -> SharesRequest:
        """Give itself, or refuse what cannot be asked."""
        if not 0.5 <= self.level < 1.0:
            raise UsageError(f"--level {self.level:g} : donner un niveau entre 0.5 et 1, par exemple 0.95.")
        if self.statement not in STATEMENTS:
            close = nearest(self.statement, STATEMENTS) or FILE
            raise UsageError(
                f"--statement {self.statement} : donner file ou communes (vouliez-vous dire « {close} » ?)."
            )
        if self.minimum < 1:
            raise UsageError(f"--minimum {self.minimum} : donner un nombre de lignes d'au moins 1.")
        if self.against_annotated is not None and self.against is None:
            raise UsageError("--against-annotated va avec --against : donner aussi l'autre fichier étiqueté.")
        return self
