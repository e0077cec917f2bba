"""Times the parts of a program where they are called, for the benches that say where time goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Stopwatch:
    """Seconds of nested parts by a clock (of the processor, of the wall), each without those it calls."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []

    def watch(self, name: str, owner: Any, attribute: str) -> None:
        """Time every call of ``owner.attribute``."""
        call: Callable[..., Any] = getattr(owner, attribute)

        def timed(*arguments: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            began = self._clock()
            try:
                return call(*arguments, **named)
            finally:
                taken = self._clock() - began
                self.seconds[name] = self.seconds.get(name, 0.0) + taken - self._inside.pop()
                if self._inside:
                    self._inside[-1] += taken

        setattr(owner, attribute, timed)


def shares_of(parts: Mapping[str, float]) -> list[str]:
    """Give a line of a table for each part: its seconds, its share of the whole."""
    total = sum(parts.values())
    return [f"| {name} | {seconds:.2f} | {100 * seconds / total:.0f} % |" for name, seconds in parts.items()]
