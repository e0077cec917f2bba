"""Why something could not be computed: a key that the wording turns into a sentence, and its values."""

from __future__ import annotations


class ObstacleError(ValueError):
    """Raised by estimators when their data do not allow an answer; the finding says it, the others go on."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
