"""A survey as arrays: services by commune, and the communes' covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.territory.obstacles import ObstacleError

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Marks = NDArray[np.bool_]

# A region with fewer communes than this shares its term with the other small ones.
LEAST_IN_REGION = 10
# Fewer communes than this and no model of them is worth printing.
LEAST_COMMUNES = 10
RURAL = 3.0


@dataclass(frozen=True)
class Survey:
    """Communes (G): covariates (``nan`` when missing), ``sizes`` (G services), ``totals`` (G × K), maybe corrected.

    ``totals`` may be weighted by a survey's weights of mean 1 (pseudo-likelihood, Binder 1983); ``sizes`` never are.

    ``whole`` tells that every commune of the table is there, those with no service included. ``inhabitants``
    gives the population of each region in the whole table.
    """

    names: tuple[str, ...]
    regions: NDArray[np.object_]
    population: Numbers
    density: Numbers
    income: Numbers
    age: Numbers
    sizes: Numbers
    totals: Numbers
    domains: tuple[str, ...]
    whole: bool
    inhabitants: dict[str, float]

    @property
    def rural(self) -> Numbers:
        """1 where the density grid says rural, 0 elsewhere, ``nan`` when it says nothing (G)."""
        return np.where(np.isfinite(self.density), (self.density == RURAL).astype(float), np.nan)

    def chosen(self, kept: Marks) -> Survey:
        """Give the survey of some of the communes."""
        return replace(
            self,
            names=tuple(name for name, keep in zip(self.names, kept, strict=True) if keep),
            **{name: getattr(self, name)[kept] for name in _ARRAYS},
        )


_ARRAYS = ("regions", "population", "density", "income", "age", "sizes", "totals")


def totals_by_commune(places: Places, labels: Numbers, communes: int) -> tuple[Numbers, Numbers]:
    """Add up labels (n × K) by commune: give sizes (G) and totals (G × K).

    >>> totals_by_commune(np.array([0, 0, 2]), np.eye(2)[[0, 1, 1]], 3)[1].tolist()
    [[1.0, 1.0], [0.0, 0.0], [0.0, 1.0]]
    """
    sizes = np.bincount(places, minlength=communes).astype(float)
    columns = [np.bincount(places, weights=column, minlength=communes) for column in labels.T]
    return sizes, np.column_stack(columns)


def merged_domains(survey: Survey, least: int = 10) -> tuple[Survey, tuple[str, ...]]:
    """Put domains of fewer than ``least`` services with the last one; give the survey and their names."""
    rare = survey.totals.sum(axis=0) < least
    rare[-1] = False
    if not rare.any():
        return survey, ()
    totals = survey.totals[:, ~rare].copy()
    totals[:, -1] += survey.totals[:, rare].sum(axis=1)
    kept = tuple(name for name, gone in zip(survey.domains, rare, strict=True) if not gone)
    gone = tuple(name for name, away in zip(survey.domains, rare, strict=True) if away)
    return replace(survey, totals=totals, domains=kept), gone


def quarters(values: Numbers) -> tuple[float, float]:
    """Give the means of a covariate in its first and its last quarter of communes.

    >>> quarters(np.array([1.0, 2, 3, 4, 5, 6, 7, 8]))
    (1.5, 7.5)
    """
    low, high = np.quantile(values, [0.25, 0.75])
    if not low < high:
        raise ObstacleError("no_variation")
    return float(values[values <= low].mean()), float(values[values >= high].mean())


def logarithm(values: Numbers) -> Numbers:
    """Give the natural logarithm; missing stays missing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


def region_terms(regions: NDArray[np.object_]) -> tuple[Numbers, tuple[str, ...]]:
    """Give 0/1 columns for the regions with enough communes but the largest, and their names; the rest are pooled."""
    names, counts = np.unique(regions.astype(str), return_counts=True)
    large = [str(name) for name, count in zip(names, counts, strict=True) if count >= LEAST_IN_REGION]
    if len(large) == len(names) and large:
        large.remove(str(names[counts.argmax()]))
    columns = [(regions == name).astype(float) for name in large]
    return (np.column_stack(columns) if columns else np.zeros((len(regions), 0))), tuple(large)


def density_terms(density: Numbers) -> tuple[Numbers, tuple[str, ...]]:
    """Give 0/1 columns for the dense and the rural communes, those of the middle class being the reference."""
    levels = [(1.0, "dense"), (RURAL, "rural")]
    other = [(value, name) for value, name in levels if 5 <= (density == value).sum() <= len(density) - 5]
    if len(other) == 2 and not ((density != 1.0) & (density != RURAL)).sum() >= 5:
        other = other[1:]
    columns = [(density == value).astype(float) for value, _ in other]
    return (np.column_stack(columns) if columns else np.zeros((len(density), 0))), tuple(name for _, name in other)


def complete(columns: Sequence[Numbers]) -> Marks:
    """Tell the communes (G) where no covariate is missing; refuse when too few are left."""
    kept = np.isfinite(np.column_stack(list(columns))).all(axis=1)
    if kept.sum() < LEAST_COMMUNES:
        raise ObstacleError("too_few", n=int(kept.sum()), least=LEAST_COMMUNES)
    return np.asarray(kept)
