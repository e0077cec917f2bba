"""A labelled file read once into what shares are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.errors import InputError, UsageError
from pipeline.shares import Population
from pipeline.tables import Table, find_column, open_table
from pipeline.workflow.reading import Say, labelled_column, labels_of, shown

Integers = NDArray[np.int64]
# How many faulty rows a message lists.
LISTED = 5


@dataclass(frozen=True)
class LabelledRows:
    """A labelled file of ``rows`` rows: ``numbers`` (rows) index ``domains``, −1 where there is no label.

    ``population`` holds the rows that have one, in order (``kept`` is true there). ``keys`` has all rows'
    ``id`` and ``description``, those the file has; ``groups`` the column asked for; ``models`` what labelled it.
    """

    path: str
    domains: tuple[str, ...]
    numbers: Integers
    population: Population
    keys: pl.DataFrame
    groups: pl.Series | None
    models: tuple[str, ...]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which rows have a label."""
        return np.asarray(self.numbers >= 0)

    @property
    def places(self) -> Integers:
        """Each row's position in the population; that of a row without label means nothing."""
        return np.asarray(np.cumsum(self.kept) - 1)

    @property
    def survey_weights(self) -> NDArray[np.float64] | None:
        """The weights of the population's rows; nothing when they are all alike."""
        weights = self.population.weights
        return weights if len(weights) and np.ptp(weights) > 0 else None

    @property
    def guessed(self) -> Integers:
        """The predicted domains of the population's rows."""
        return self.numbers[self.kept]


def read_labelled(source: str, say: Say, *, by: str | None = None, weigh: bool = True) -> LabelledRows:
    """Read a labelled file; raise ``InputError`` for impossible weights, ``UsageError`` for an unknown column."""
    table = open_table(source)
    labelled_column(table)
    columns = _columns(table, by, weigh)
    domains = labels_of(table)
    frame = _frame(table, columns, domains)
    if by is not None and not frame.height:
        raise InputError(f"{shown(source)} n'a aucune ligne : il n'y a pas de groupe à comparer.")
    unknown = sorted(set(frame["domaine"].unique().to_list()) - set(domains) - {""})
    if unknown:
        say(f"Domaines inconnus du modèle, comptés à part : {', '.join(unknown)}.")
    order = (*domains, *unknown)
    numbers = _numbers(frame["domaine"], order)
    kept = numbers >= 0
    population = Population(
        _probabilities(frame, domains, numbers, len(order))[kept],
        row_weights(frame, source, columns.get(schema.WEIGHT.name), kept),
        numbered_anew(_communes(frame)[kept]) if "_commune" in frame.columns else None,
    )
    return LabelledRows(
        source,
        order,
        numbers,
        population,
        frame.select(pl.col("^id|description$")) if frame.width else frame,
        frame["_by"] if by is not None else None,
        tuple(value for value in frame["modele"].unique().sort().to_list() if value) if "modele" in columns else (),
    )


def _columns(table: Table, by: str | None, weigh: bool) -> dict[str, str]:
    """Give the columns wanted, our names to theirs."""
    wanted = [schema.IDENTIFIER, schema.TEXT, *([schema.WEIGHT] if weigh else [])]
    found = {column.name: find_column(table.columns, None, column, "") for column in wanted}
    code = find_column(table.columns, None, schema.COMMUNE_CODE, "")
    found["_commune"] = code or find_column(table.columns, None, schema.COMMUNE, "")
    found["domaine"] = "domaine"
    found["modele"] = "modele" if "modele" in table.columns else None
    found["_by"] = find_column(table.columns, by, schema.COMMUNE, "les groupes") if by is not None else None
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}


def _frame(table: Table, columns: dict[str, str], domains: Sequence[str]) -> pl.DataFrame:
    """Read the columns wanted, and the probabilities as numbers, null where they are none."""
    chances = [f"p_{name}" for name in domains if f"p_{name}" in table.columns]
    number = [
        pl.col(name).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).alias(name) for name in chances
    ]
    text = [pl.col(theirs).alias(ours) for ours, theirs in columns.items()]
    return pl.concat([chunk.frame.select(*text, *number) for chunk in table.chunks()])


def _numbers(labels: pl.Series, domains: Sequence[str]) -> Integers:
    places = pl.Series(np.arange(len(domains)))
    return np.asarray(labels.replace_strict(pl.Series(domains), places, default=-1, return_dtype=pl.Int64).to_numpy())


def _probabilities(frame: pl.DataFrame, domains: Sequence[str], numbers: Integers, classes: int) -> NDArray[np.float64]:
    """Give the probabilities (rows × K), each row made to sum to 1; where a row has none, 1 at its domain."""
    rows = np.zeros((frame.height, classes))
    chances = [f"p_{name}" for name in domains]
    if all(name in frame.columns for name in chances):
        rows[:, : len(domains)] = np.stack([frame[name].to_numpy() for name in chances], axis=1)
    rows = np.where(np.isfinite(rows) & (rows > 0), rows, 0.0)
    totals = rows.sum(axis=1)
    lacking = np.flatnonzero((totals <= 0) & (numbers >= 0))
    rows[lacking, numbers[lacking]] = totals[lacking] = 1.0
    return np.asarray(np.divide(rows, totals[:, None], out=rows, where=totals[:, None] > 0))


def row_weights(frame: pl.DataFrame, source: str, column: str | None, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the weights of the rows kept, 1 without a column; raise ``InputError`` when one is not a positive number."""
    if column is None:
        return np.ones(int(kept.sum()))
    found = (
        frame[schema.WEIGHT.name].str.strip_chars().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    )
    weights = found.to_numpy().astype(np.float64)
    bad = np.flatnonzero(kept & ~(np.isfinite(weights) & (weights > 0)))
    if len(bad):
        value = frame[schema.WEIGHT.name][int(bad[0])]
        rows = ", ".join(str(row + 1) for row in bad[:LISTED])
        more = "…" if len(bad) > LISTED else ""
        raise InputError(
            f"{shown(source)}, colonne « {column} » : {len(bad)} poids manquants, illisibles, nuls ou négatifs "
            f"(lignes {rows}{more} ; le premier est « {value} ») : les corriger, ou ne pas pondérer avec --no-weights."
        )
    return weights[kept]


def _communes(frame: pl.DataFrame) -> Integers:
    """Number the communes from 0; a row that names none is a commune of its own."""
    names = frame["_commune"].str.strip_chars()
    alone = np.flatnonzero((names == "").to_numpy())
    numbers = names.rank("dense").to_numpy().astype(np.int64)
    numbers[alone] = numbers.max(initial=0) + 1 + np.arange(len(alone))
    return np.asarray(numbers - 1)


def numbered_anew(communes: Integers) -> Integers:
    """Number communes from 0 without gaps."""
    return np.asarray(np.unique(communes, return_inverse=True)[1], dtype=np.int64)


def column_of_groups(rows: LabelledRows) -> pl.Series:
    """Give the group of each row of the population."""
    if rows.groups is None:
        raise UsageError("Aucune colonne de groupes demandée : la nommer avec --by COLONNE.")
    return rows.groups.filter(pl.Series(rows.kept))
