"""Audited samples: rows of a labelled file that people have read, and how they were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.schema import Fault

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """How an audit sample was drawn: ``size`` rows of ``population``, with which method and seed.

    ``method`` is ``uniforme``, ``stratifie`` or ``actif``; ``strata`` names the column of strata, or is empty;
    ``model`` is what labelled the file, or is empty; ``shown`` tells whether people saw the prediction.
    """

    method: str
    size: int
    population: int
    seed: int
    strata: str = ""
    model: str = ""
    shown: bool = False


@dataclass(frozen=True)
class AuditedSample:
    """The usable rows of an audited table, each once, in the order of the labelled file.

    ``rows`` (n) are positions from 0 in the labelled file, ``labels`` (n) index its domains, ``inclusion`` (n) is
    in (0, 1], ``strata`` (n) index ``strata_names`` (0 everywhere when not stratified). ``faults`` are the rows set
    aside, each with its sentence; ``notes`` are French sentences on the table as a whole; ``draw`` is what the
    sheet says of its own draw, ``None`` for a table made by hand.
    """

    rows: Integers
    labels: Integers
    inclusion: Floats
    strata: Integers
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    strata_names: tuple[str, ...] = ("",)
    draw: Draw | None = None
