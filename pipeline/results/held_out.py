"""What a model keeps of its own training: which texts taught it, and what it said of each without having seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HeldOut:
    """Out-of-fold predictions of the annotated texts, in the order of the model's labels.

    ``fingerprints`` (n) recognise the texts, ``fold`` (n) is the part of the cross-validation that
    left each out, ``truth`` (n) indexes the labels, ``probabilities`` (n × K) come from a model that
    had not seen the text, calibrated as the saved one. ``also_trained`` (m) are the fingerprints of
    texts that taught and were not scored (contrast pairs).
    """

    fingerprints: NDArray[np.str_]
    fold: NDArray[np.int64]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    also_trained: NDArray[np.str_]

    def rows_of(self, fingerprints: Sequence[str]) -> NDArray[np.int64]:
        """Give the row of each text (m) by its fingerprint, −1 for one that is not there.

        >>> kept = HeldOut(np.array(["a", "b"]), *(np.zeros(2, dtype=np.int64),) * 2, np.ones((2, 1)), np.array([""]))
        >>> kept.rows_of(["b", "c"]).tolist()
        [1, -1]
        """
        place = {each: row for row, each in enumerate(self.fingerprints.tolist())}
        return np.array([place.get(each, -1) for each in fingerprints], dtype=np.int64)
