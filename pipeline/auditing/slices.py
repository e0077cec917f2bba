"""Errors by slice: the same accuracy, looked at one group of rows after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.auditing.scores import proportion
from pipeline.results.audit_report import SliceScore

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

# Under this many rows an interval is so wide that a slice must not be read as a finding.
SMALL = 30
# Of a column with more values than this, the slices with most errors are kept.
MOST_VALUES = 40
LENGTHS = ((5, "1–5 mots"), (15, "6–15 mots"), (30, "16–30 mots"), (60, "31–60 mots"))


def slice_scores(column: str, values: Sequence[str], right: Booleans, weights: Array) -> list[SliceScore]:
    """Score the rows of each value of a column (n); an empty value is a slice too, shown as "–".

    >>> found = slice_scores("source", ["a", "b", "a"], np.array([True, False, True]), np.ones(3))
    >>> [(s.value, s.errors, s.small) for s in found]
    [('b', 1, True), ('a', 0, True)]
    """
    names, numbers = np.unique(
        np.array([value or "–" for value in values], dtype=object).astype(str), return_inverse=True
    )
    found = []
    for number, name in enumerate(names):
        rows = numbers == number
        score = proportion(right[rows], weights[rows])
        found.append(SliceScore(column, str(name), score, int((~right[rows]).sum()), score.n < SMALL))
    return sorted(found, key=lambda score: (-score.errors, score.value))[:MOST_VALUES]


def bands_of_length(counts: Sequence[int]) -> list[str]:
    """Name the band of each text's number of words.

    >>> bands_of_length([3, 16, 200])
    ['1–5 mots', '16–30 mots', '61 mots et plus']
    """
    return [next((name for most, name in LENGTHS if count <= most), "61 mots et plus") for count in counts]


def quartile_bands(values: Sequence[str]) -> list[str] | None:
    """Cut a column of numbers (decimal commas allowed) into quarters; ``None`` when it is not one.

    >>> quartile_bands(["1", "2", "3", "4", "10", "2,5", "30", ""])
    ['1 à 2,2', '1 à 2,2', '2,2 à 3', '3 à 7', '7 à 30', '2,2 à 3', '7 à 30', '']
    """
    numbers = [_number(value) for value in values]
    known = np.array([number for number in numbers if number is not None])
    stated = [value for value in values if value.strip()]
    if len(known) < len(stated) or len(set(known)) < 5:
        return None
    edges = np.unique(np.quantile(known, [0, 0.25, 0.5, 0.75, 1]))
    return ["" if number is None else _band(number, edges) for number in numbers]


def _band(number: float, edges: Array) -> str:
    place = min(max(int(np.searchsorted(edges, number, side="left")), 1), len(edges) - 1)
    return (
        f"{edges[place - 1]:.2g} à {edges[place]:.2g}".replace(".", ",")
        if edges[-1] < 100
        else (f"{edges[place - 1]:.0f} à {edges[place]:.0f}")
    )


def _number(value: str) -> float | None:
    try:
        number = float(value.strip().replace(",", "."))
    except ValueError:
        return None
    return number if np.isfinite(number) else None
