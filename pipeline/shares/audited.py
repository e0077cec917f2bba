"""Shares with intervals, from a labelled file and the rows of it that people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.results import AuditedSample, Share, Shares
from pipeline.results.shares import COMMUNES, FILE
from pipeline.shares.counting import counted_shares
from pipeline.shares.estimation import Estimate, estimate, power_tuning
from pipeline.shares.intervals import few_hits, intervals
from pipeline.shares.population import Integers, Population, sample_of


def audited_shares(
    population: Population,
    audit: AuditedSample,
    domains: Sequence[str],
    *,
    level: float = 0.95,
    statement: str = FILE,
    simultaneous: bool = False,
    power: float | None = None,
) -> Shares:
    """Give the share of each of the K ``domains`` by PPI++, with its interval, both in percent.

    The rows of ``audit`` are positions in ``population``. λ is tuned unless ``power`` sets it. Without an
    audited row there is nothing but a count, and no interval.

    >>> rows = Population(np.array([[0.9, 0.1], [0.2, 0.8]] * 50), np.ones(100))
    >>> read = np.arange(40)
    >>> audit = AuditedSample(read, read % 2, np.full(40, 0.4), np.zeros(40, dtype=np.int64), ())
    >>> found = audited_shares(rows, audit, ["a", "b"])
    >>> [(s.domain, round(s.low, 1), round(s.share, 1), round(s.high, 1)) for s in found.shares]
    [('a', 46.8, 50.0, 53.2), ('b', 46.8, 50.0, 53.2)]
    """
    guessed = population.probabilities.argmax(axis=1)
    weighted = bool(np.ptp(population.weights) > 0)
    counted = counted_shares(guessed, domains, population.weights if weighted else None)
    if not len(audit.rows):
        return counted
    sample = sample_of(population, audit.rows, audit.labels, audit.inclusion, audit.strata)
    found = estimate(
        population, sample, power, by_commune=statement == COMMUNES or audited_by_commune(population, audit)
    )
    low, high = intervals(found, level, simultaneous=simultaneous)
    return replace(
        counted,
        audited=sample.size,
        method="ppi++",
        level=level,
        shares=_shares(counted, found, 100.0 * low, 100.0 * high),
        statement=statement,
        # As PPI++ counts it, the audited rows not being in what is predicted: from 0 to 1.
        power=found.power * (1.0 - sample.size / population.size),
        simultaneous=simultaneous,
        communes=None if population.communes is None else int(population.communes.max(initial=-1)) + 1,
    )


def _shares(counted: Shares, found: Estimate, low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[Share, ...]:
    few = few_hits(found)
    return tuple(
        replace(
            share,
            share=100.0 * float(found.shares[k]),
            low=float(low[k]),
            high=float(high[k]),
            audited=int(found.hits[k]),
            few=bool(few[k]),
        )
        for k, share in enumerate(counted.shares)
    )


def tuned_power(population: Population, audit: AuditedSample) -> float:
    """Give λ for a whole file: the groups of its rows, too small to choose one of their own, use it."""
    return power_tuning(population, sample_of(population, audit.rows, audit.labels, audit.inclusion, audit.strata))


def audited_by_commune(population: Population, audit: AuditedSample) -> bool:
    """Tell whether the audited rows come from fewer communes than rows drawn one by one would.

    A table made by hand may hold whole communes; rows of one commune then tell less than as many
    drawn at random. The number of communes hit is compared with its mean and standard deviation under a draw
    by row (occupancy, Johnson & Kotz 1977): three standard deviations under it is no accident.
    """
    if population.communes is None:
        return False
    parts = np.bincount(population.communes) / population.size
    rows = len(audit.rows)
    missed = np.exp(-rows * parts)
    variance = float((missed * (1.0 - missed)).sum() - rows * (parts @ missed) ** 2)
    hit: Integers = np.unique(population.communes[audit.rows])
    return bool(len(hit) < (1.0 - missed).sum() - 3.0 * np.sqrt(max(variance, 0.0)) - 1.0)
