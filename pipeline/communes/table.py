"""The table of communes: one row per commune, what is not known is missing and never zero."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.schema import Column

if TYPE_CHECKING:
    import polars as pl

Numbers = NDArray[np.float64]
REFERENCE = Path(__file__).parents[1] / "reference"
COMMUNES_FILE, FORMER_FILE = "communes.parquet", "communes_anciennes.parquet"

CODE = Column("code_commune", "string", "Code INSEE.", ("code_insee", "insee", "codgeo", "code"))
NAME = Column("nom", "string", "Nom de la commune.", ("nom_commune", "commune", "libgeo", "libelle"))
DEPARTMENT = Column("code_departement", "string", "Département.", ("departement", "dep"))
REGION = Column("region", "string", "Nom de la région.", ("nom_region", "libelle_region", "reg", "code_region"))
POPULATION = Column("population", "number", "Habitants.", ("habitants", "pop", "population_municipale"))
DENSITY = Column("densite_3", "number", "Grille de densité à 3 niveaux : 3 pour le rural.", ("densite", "dens3"))
INCOME = Column("revenu_median", "number", "Revenu disponible médian, euros.", ("revenu", "niveau_de_vie_median"))
AGE = Column("age_moyen", "number", "Âge moyen des habitants.", ("age", "age_moyen_estime"))
COLUMNS = (CODE, NAME, DEPARTMENT, REGION, POPULATION, DENSITY, INCOME, AGE)


@dataclass(frozen=True)
class Communes:
    """Communes in the order of their table (G rows); ``nan`` where a number is missing or secret.

    ``population`` in inhabitants, ``density`` 1 (dense), 2 or 3 (rural), ``income`` the yearly median in euros,
    ``age`` the mean in years.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    departments: tuple[str, ...]
    regions: tuple[str, ...]
    population: Numbers
    density: Numbers
    income: Numbers
    age: Numbers


@dataclass(frozen=True)
class Former:
    """Former communes and municipal districts: their code, name, and the code of the commune that holds them."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    current: tuple[str, ...]


def number_of(cell: str) -> float:
    """Read a number of someone's table; secret (« s »), absent and impossible ones are missing.

    >>> [number_of(cell) for cell in ("21 660", "21660,5", "s", "", "nd", "0", "-3")]
    [21660.0, 21660.5, nan, nan, nan, nan, nan]
    """
    bare = "".join(cell.split()).replace(",", ".")
    try:
        value = float(bare)
    except ValueError:
        return float("nan")
    return value if 0 < value < float("inf") else float("nan")


def communes_of(frame: pl.DataFrame, named: dict[str, str]) -> Communes:
    """Read communes from a frame of text; ``named`` maps the names of :data:`COLUMNS` to the frame's own.

    A column that is not there is missing for every commune.
    """

    def texts(column: Column) -> tuple[str, ...]:
        return tuple(frame[named[column.name]].to_list()) if column.name in named else ("",) * frame.height

    def numbers(column: Column) -> Numbers:
        return np.array([number_of(cell) for cell in texts(column)], dtype=np.float64)

    return Communes(
        texts(CODE),
        texts(NAME),
        texts(DEPARTMENT),
        texts(REGION),
        numbers(POPULATION),
        numbers(DENSITY),
        numbers(INCOME),
        numbers(AGE),
    )


@cache
def reference_communes() -> Communes:
    """Give the communes shipped with the program.

    >>> communes = reference_communes()
    >>> communes.names[communes.codes.index("35238")]
    'Rennes'
    """
    import polars as pl

    frame = pl.read_parquet(REFERENCE / COMMUNES_FILE)
    numbers = {
        column.name: frame[column.name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for column in (POPULATION, DENSITY, INCOME, AGE)
    }
    return Communes(
        tuple(frame[CODE.name].to_list()),
        tuple(frame[NAME.name].to_list()),
        tuple(frame[DEPARTMENT.name].to_list()),
        tuple(frame[REGION.name].to_list()),
        numbers[POPULATION.name],
        numbers[DENSITY.name],
        numbers[INCOME.name],
        numbers[AGE.name],
    )


@cache
def reference_former() -> Former:
    """Give the former communes shipped with the program.

    >>> former = reference_former()
    >>> former.current[former.codes.index("75111")]
    '75056'
    """
    import polars as pl

    frame = pl.read_parquet(REFERENCE / FORMER_FILE)
    return Former(*(tuple(frame[name].to_list()) for name in ("code_ancien", "nom", "code_commune")))
