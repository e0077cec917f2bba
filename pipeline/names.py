"""The names of features, a family after the other, from which only what is asked for is made.

A model has 200,000 names; a dictionary of all, the road not taken, takes a tenth of a second to start, and labelling
looks up a sixth of them one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np

#: What the name of each family's features begins with: the word's form, its lemma, its characters, a pair of words.
FORM, LEMMA, CHARACTERS, PAIR = "f:", "l:", "c:", "p:"


class FeatureNames(Mapping[str, int]):
    """The column of each name, in the order of the columns.

    >>> names = FeatureNames.of(["c:abc", "f:abri", "f:été"])
    >>> names["f:été"], names.family("f:"), len(names)
    (2, (['abri', 'été'], 1), 3)
    """

    def __init__(self, written: bytes) -> None:
        """Take names in UTF-8, one a line, those of a family together; raise ``ValueError`` for anything else."""
        written.decode()
        self.written = written
        if np.count_nonzero(np.diff(self._marks)) != max(len(np.unique(self._marks)) - 1, 0):
            raise ValueError("features : une famille n'est pas d'un seul tenant")

    @classmethod
    def of(cls, names: Iterable[str]) -> FeatureNames:
        """Take names one by one; none holds a line break."""
        return cls("\n".join(names).encode())

    def family(self, mark: str) -> tuple[list[str], int]:
        """Give the names of a family without their mark, in order, and the column of the first."""
        columns = np.flatnonzero(self._marks == np.frombuffer(mark.encode(), dtype="<u2")[0])
        if not len(columns):
            return [], 0
        first, last = int(columns[0]), int(columns[-1])
        lines = self.written[self._starts[first] + 2 : self._starts[last + 1] - 1]
        return lines.decode().split(f"\n{mark}"), first

    def __getitem__(self, name: str) -> int:
        return self._family_columns(name[:2])[name[2:]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.written.decode().split("\n") if self.written else [])

    def __len__(self) -> int:
        return len(self._marks)

    def _family_columns(self, mark: str) -> dict[str, int]:
        if mark not in self._found:
            names, first = self.family(mark) if mark in (FORM, LEMMA, CHARACTERS, PAIR) else ([], 0)
            self._found[mark] = {name: first + place for place, name in enumerate(names)}
        return self._found[mark]

    @cached_property
    def _found(self) -> dict[str, dict[str, int]]:
        return {}

    @cached_property
    def _starts(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Where each name begins; then where one more would."""
        if not self.written:
            return np.zeros(1, dtype=np.int64)
        breaks = np.flatnonzero(np.frombuffer(self.written, dtype=np.uint8) == ord("\n")) + 1
        return np.concatenate([[0], breaks, [len(self.written) + 1]])

    @cached_property
    def _marks(self) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
        """The two bytes each name begins with, as one number."""
        starts = self._starts[:-1]
        data = np.frombuffer(self.written + b"\n\n", dtype=np.uint8)
        return data[starts].astype(np.uint16) + 256 * data[starts + 1].astype(np.uint16)
