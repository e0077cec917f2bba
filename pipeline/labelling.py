"""Batch labelling: chunks in, labelled chunks out, several at a time, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.pieces import distinct
from pipeline.schema import kept_names, output_columns

Array = NDArray[np.float64]
# Decimals of probabilities in every format: beyond, a number would say more than the model knows.
DECIMALS = 6

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Labeller:
    """What turns texts into columns: labels, probabilities of a batch (n × K), threshold, reference."""

    labels: tuple[str, ...]
    probabilities: Callable[[pl.Series], Array]
    threshold: float
    reference: str

    def columns(self, texts: pl.Series) -> pl.DataFrame:
        """Give the columns that labelling adds; a text without a word has empty cells, and no guess.

        Numbers are rounded to :data:`DECIMALS` decimals, so that every format says the same; the label and
        ``a_relire`` are decided before.
        """
        probabilities = self.probabilities(texts)
        wordless = np.asarray(np.isnan(probabilities).any(axis=1))
        known = np.nan_to_num(probabilities, nan=0.0)
        best, highest, margin = _ranked(known)
        columns: dict[str, pl.Series] = {
            "domaine": pl.Series(list(self.labels), dtype=pl.String).gather(pl.Series(best)),
            "probabilite": pl.Series(_rounded(highest)),
        }
        for label, column in zip(self.labels, _rounded(known).T, strict=True):
            columns[f"p_{label}"] = pl.Series(np.ascontiguousarray(column))
        columns["indice_confiance"] = pl.Series(_rounded(margin))
        columns["a_relire"] = pl.Series(margin < self.threshold)
        columns["modele"] = pl.repeat(self.reference, len(texts), dtype=pl.String, eager=True)
        frame = pl.DataFrame({name: columns[name] for name in output_columns(self.labels)})
        if wordless.any():
            keep = pl.Series(~wordless)
            empty = [pl.when(keep).then(pl.col(name)).otherwise(None).alias(name) for name in frame.columns[:-1]]
            frame = frame.with_columns(empty)
        return frame


def _ranked(known: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """Give the place of the highest of each row, its value, and how far the second is below."""
    rows = np.arange(len(known))
    best = known.argmax(axis=1)
    highest = known[rows, best]
    if known.shape[1] < 2:
        return best, highest, highest
    others = known.copy()
    others[rows, best] = -np.inf
    return best, highest, highest - others.max(axis=1)


def _rounded(values: Array) -> Array:
    return np.asarray(np.rint(values * 10.0**DECIMALS) / 10.0**DECIMALS)


@dataclass(frozen=True)
class Labelled:
    """A labelled chunk: the user's columns, the label columns of each distinct text, each row's place among these."""

    kept: pl.DataFrame
    added: pl.DataFrame
    places: NDArray[np.uint32]

    def frame(self) -> pl.DataFrame:
        """Give the chunk as one table: the user's columns, then ours."""
        return pl.concat([self.kept, self.added[self.places]], how="horizontal")

    def counts(self) -> pl.DataFrame:
        """Give ``domaine``, ``a_relire`` and ``rows``: how many rows of the chunk each distinct text stands for."""
        rows = np.bincount(self.places, minlength=self.added.height)
        return self.added.select("domaine", "a_relire").with_columns(rows=pl.Series(rows, dtype=pl.Int64))


def output_schema(columns: tuple[str, ...], labels: tuple[str, ...]) -> dict[str, pl.DataType]:
    """Give the name and type of every column of the labelled table, in order."""
    schema: dict[str, pl.DataType] = {name: pl.String() for name in kept_names(columns, labels)}
    for name in output_columns(labels):
        text = name in ("domaine", "modele")
        schema[name] = pl.String() if text else pl.Boolean() if name == "a_relire" else pl.Float64()
    return schema


def label_frame(frame: pl.DataFrame, text_column: str, labeller: Labeller) -> Labelled:
    """Label each distinct text once; the user's columns stay untouched and in order."""
    found, places = distinct(frame[text_column].fill_null(""))
    kept = frame.rename(dict(zip(frame.columns, kept_names(tuple(frame.columns), labeller.labels), strict=True)))
    return Labelled(kept, labeller.columns(found), places)


def in_order(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """Apply a function to items on ``jobs`` threads, giving results in order; few items wait in memory.

    Threads, not processes: the costly parts (Polars, NumPy, SciPy) let go of Python's lock, and the
    table of words learnt during the run is shared.

    >>> list(in_order(abs, [-1, 2, -3], jobs=2))
    [1, 2, 3]
    """
    if jobs <= 1:
        yield from map(function, items)
        return
    # One thread more than jobs: now and then one waits for the words that another learns.
    with ThreadPoolExecutor(jobs + 1) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
