"""What the pictures of a territory show, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cloud:
    """Communes' population and services (n), and the fitted line with its band at some populations (m)."""

    names: tuple[str, ...]
    population: Numbers
    services: Numbers
    at: Numbers
    line: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class MixView:
    """Shares (groups × K), in percent, by group of communes, with the bounds of the groups and their sizes."""

    about: str
    groups: tuple[tuple[float, float], ...]
    communes: tuple[int, ...]
    services: tuple[int, ...]
    shares: Numbers
    domains: tuple[str, ...]


@dataclass(frozen=True)
class RegionView:
    """One region: communes with services, services, inhabitants of the region, services per 10,000 inhabitants."""

    region: str
    communes: int
    services: int
    inhabitants: float
    rate: float


@dataclass(frozen=True)
class Views:
    """The pictures of a territory: the cloud, the mixes by group of communes, the regions."""

    cloud: Cloud
    mixes: tuple[MixView, ...]
    regions: tuple[RegionView, ...]
