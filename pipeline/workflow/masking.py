"""``label --mask``: what names people is masked in the text column and in the list of faults, and counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipeline.masking import PATTERNS, mask
from pipeline.schema import Fault


class Masking:
    """Masks the column at ``place``, in any thread, and keeps count of what was masked."""

    def __init__(self, place: int) -> None:
        self.place = place
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind were masked in the texts."""
        return {kind: self._counts[kind] for kind, _, _ in PATTERNS}

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give the frame, its texts masked."""
        found = mask(frame.to_series(self.place))
        with self._lock:
            self._counts.update(found.counts)
        return frame.with_columns(found.texts)

    def faults(self, faults: Sequence[Fault]) -> list[Fault]:
        """Give the faults, whose reasons may quote a cell, masked; these are not counted."""
        reasons = mask(pl.Series([fault.reason for fault in faults], dtype=pl.String)).texts.to_list()
        return [replace(fault, reason=reason) for fault, reason in zip(faults, reasons, strict=True)]
