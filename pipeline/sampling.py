"""Drawing rows to be audited, with the exact probability each row had: pure functions of arrays.

Every design has a fixed size and known first-order inclusion probabilities, so that a share can be estimated by
weighting each audited row by the inverse of its own (Horvitz & Thompson 1952). Rejected: Poisson sampling, as
Zrnic & Candès (2024) use, because its random size upsets whoever planned 200 readings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Share of a uniform draw's probability that no row of an active draw goes under.
UNIFORM_SHARE = 0.5
#: Fewest rows drawn of a stratum: with one, its variance cannot be known.
FEWEST_OF_STRATUM = 2


@dataclass(frozen=True)
class Drawn:
    """Rows drawn, in random order: ``rows`` (n) positions from 0, ``inclusion`` (n) in (0, 1], ``strata`` (n)."""

    rows: Integers
    inclusion: Floats
    strata: Integers


def uniform(population: int, size: int, generator: np.random.Generator) -> Drawn:
    """Draw ``size`` of ``population`` rows, all alike; a sheet left half filled is still a uniform draw.

    >>> drawn = uniform(10, 4, np.random.default_rng(1))
    >>> len(set(drawn.rows.tolist())), drawn.inclusion.tolist()
    (4, [0.4, 0.4, 0.4, 0.4])
    """
    rows = generator.choice(population, size, replace=False).astype(np.int64)
    return Drawn(rows, np.full(size, size / population), np.zeros(size, dtype=np.int64))


def stratified(strata: Integers, sizes: Integers, generator: np.random.Generator) -> Drawn:
    """Draw ``sizes`` (H) rows uniformly in each stratum; ``strata`` (N) gives each row's stratum from 0.

    >>> drawn = stratified(np.array([0, 0, 0, 1]), np.array([2, 1]), np.random.default_rng(1))
    >>> sorted(zip(drawn.strata.tolist(), drawn.inclusion.round(3).tolist()))
    [(0, 0.667), (0, 0.667), (1, 1.0)]
    """
    counts = np.bincount(strata, minlength=len(sizes))
    members = np.split(np.argsort(strata, kind="stable"), np.cumsum(counts)[:-1])
    taken = [
        generator.choice(rows, size, replace=False) for rows, size in zip(members, sizes.tolist(), strict=True) if size
    ]
    rows = generator.permutation(np.concatenate(taken)).astype(np.int64)
    return Drawn(rows, (sizes / np.maximum(counts, 1))[strata[rows]], strata[rows].astype(np.int64))


def active(inclusion: Floats, generator: np.random.Generator) -> Drawn:
    """Draw rows with these inclusion probabilities (N), whose sum is the whole number of rows drawn.

    Systematic draw of rows in random order (Madow 1949; Hartley & Rao 1962): first-order probabilities are
    exact, the size is fixed, and a million rows take one cumulated sum.

    >>> active(np.array([1.0, 0.5, 0.5]), np.random.default_rng(1)).rows.size
    2
    """
    order = generator.permutation(len(inclusion))
    taken = order[systematic(inclusion[order], generator.random())]
    rows = generator.permutation(taken).astype(np.int64)
    return Drawn(rows, inclusion[rows], np.zeros(len(rows), dtype=np.int64))


def systematic(inclusion: Floats, start: float) -> Integers:
    """Give the places where the cumulated probabilities (N) pass a whole number, counted from ``start`` in [0, 1).

    >>> systematic(np.array([0.5, 0.5, 0.5, 0.5]), 0.6).tolist()
    [0, 2]
    """
    passed = np.cumsum(inclusion)
    passed[-1] = round(float(passed[-1]))
    reached = np.floor(np.concatenate([[0.0], passed]) + start)
    return np.flatnonzero(np.diff(reached) > 0).astype(np.int64)


def active_inclusion(uncertainty: Floats, size: int, uniform_share: float = UNIFORM_SHARE) -> Floats:
    """Give inclusion probabilities (N) proportional to ``uncertainty`` (N), at most 1, with a uniform floor.

    The floor, ``uniform_share`` of ``size / N``, keeps weights bounded where the model is wrongly sure
    (Zrnic & Candès, Active statistical inference, 2024). The sum is ``size``.

    >>> active_inclusion(np.array([3.0, 1.0, 0.0, 0.0]), 2, 0.5).round(9).tolist()
    [1.0, 0.5, 0.25, 0.25]
    """
    low = np.full(len(uncertainty), uniform_share * size / len(uncertainty))
    return proportional_within(uncertainty, low, np.ones(len(uncertainty)), size)


def doubt(probabilities: Floats) -> Floats:
    """Give each row's expected error (n) from its probabilities (n × K): √Σ p (1 − p), 0 when sure.

    For a calibrated model this is the standard deviation of the row's correction, hence the inclusion
    that makes the sum of the K variances smallest.

    >>> doubt(np.array([[1.0, 0.0], [0.5, 0.5]])).round(3).tolist()
    [0.0, 0.707]
    """
    return np.asarray(np.sqrt(np.sum(probabilities * (1.0 - probabilities), axis=1).clip(0.0)), dtype=np.float64)


def proportional(counts: Integers, size: int, floor: int = FEWEST_OF_STRATUM) -> Integers:
    """Share ``size`` rows among strata (H) as their ``counts``, at least ``floor`` each while it has as many.

    >>> proportional(np.array([80, 19, 1]), 10, 2).tolist()
    [7, 2, 1]
    """
    return neyman(counts, np.ones(len(counts)), size, floor)


def neyman(counts: Integers, deviations: Floats, size: int, floor: int = FEWEST_OF_STRATUM) -> Integers:
    """Share ``size`` rows among strata (H) as counts × standard deviations (Neyman 1934), with a floor and no more
    than a stratum has.

    >>> neyman(np.array([50, 50]), np.array([3.0, 1.0]), 12, 2).tolist()
    [9, 3]
    """
    low = np.minimum(counts, floor)
    wanted = proportional_within(counts * deviations, low.astype(np.float64), counts.astype(np.float64), size)
    whole = np.floor(wanted + 1e-9).astype(np.int64)
    # Largest remainders; a stratum that is full has none.
    first = np.argsort(-(wanted - whole), kind="stable")[: size - int(whole.sum())]
    whole[first] += 1
    return whole


def proportional_within(weights: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """Give amounts (n) proportional to ``weights``, held between ``low`` and ``high``, whose sum is ``total``.

    ``low`` must sum to at most ``total``, ``high`` to at least. Rows of no weight get more than ``low`` only when
    all others are at their ``high``.

    >>> proportional_within(np.array([3.0, 1.0]), np.zeros(2), np.array([2.0, 9.0]), 6.0).tolist()
    [2.0, 4.0]
    """
    top = float(weights.max(initial=0.0))
    weights = np.maximum(weights / top, 1e-12) if top > 0 else np.ones(len(weights))
    below, above = 0.0, float(np.max(high)) * 1e12
    for _ in range(200):
        middle = (below + above) / 2
        below, above = (middle, above) if np.clip(middle * weights, low, high).sum() < total else (below, middle)
    amounts = np.clip(above * weights, low, high)
    # What bisection leaves goes to the amounts that are free to move.
    free = (amounts > low) & (amounts < high)
    if free.any():
        amounts[free] *= 1.0 + (total - amounts.sum()) / amounts[free].sum()
    return np.asarray(amounts, dtype=np.float64)
