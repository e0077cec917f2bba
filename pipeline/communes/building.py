"""Rebuilds the shipped tables: ``python -m pipeline.communes.building ../shared/reference`` (``make reference``).

Only the columns the six findings need are kept. The mean age is known for 480 towns; for the other communes
of more than 2,000 inhabitants it is that of a least-squares line on the shares of ages, fitted on those towns.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.communes.table import COMMUNES_FILE, FORMER_FILE, REFERENCE

SHARES = ("part_0_14", "part_15_29", "part_75_plus")


def age_line(shares: NDArray[np.float64], ages: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float]:
    """Fit the mean age (n) on the shares of ages (n × 3); give coefficients, R², residual deviation in years.

    >>> shares = np.array([[20.0, 20, 5], [15, 20, 10], [18, 15, 12], [22, 25, 6], [10, 18, 20]])
    >>> coefficients, fit, _ = age_line(shares, 50 - 0.5 * shares[:, 0] + 0.4 * shares[:, 2])
    >>> coefficients.round(3).tolist(), round(fit, 6)
    ([50.0, -0.5, 0.0, 0.4], 1.0)
    """
    design = np.column_stack([np.ones(len(shares)), shares])
    coefficients = np.asarray(np.linalg.lstsq(design, ages, rcond=None)[0], dtype=np.float64)
    residuals = ages - design @ coefficients
    return coefficients, float(1 - residuals.var() / ages.var()), float(residuals.std(ddof=4))


def build(source: Path, target: Path) -> str:
    """Write both tables from the reference folder; give the sentence that says what the ages rest on."""
    frame = pl.read_csv(source / "communes.csv", infer_schema_length=0)
    numeric = (*SHARES, "age_moyen_estime", "population", "revenu_median")
    frame = frame.with_columns(pl.col(*numeric).cast(pl.Float64), pl.col("densite_3").cast(pl.Int8))
    known = frame.drop_nulls([*SHARES, "age_moyen_estime"])
    line, fit, spread = age_line(known.select(SHARES).to_numpy(), known["age_moyen_estime"].to_numpy())
    estimated = sum((pl.col(name) * slope for name, slope in zip(SHARES, line[1:], strict=True)), pl.lit(line[0]))
    frame = frame.with_columns(
        pl.coalesce("age_moyen_estime", estimated.round(2)).cast(pl.Float32).alias("age_moyen"),
        pl.col("population", "revenu_median").cast(pl.Int32),
    )
    kept = ("code_commune", "nom", "code_departement", "region", "population", "densite_3", "revenu_median")
    frame.select(*kept, "age_moyen").write_parquet(target / COMMUNES_FILE, compression="zstd", compression_level=19)
    former = pl.read_csv(source / "communes_anciennes.csv", infer_schema_length=0)
    former.select(
        "code_ancien", pl.col("nom_ancien").alias("nom"), pl.col("code_commune_actuelle").alias("code_commune")
    ).write_parquet(target / FORMER_FILE, compression="zstd", compression_level=19)
    terms = " ".join(f"{slope:+.3f} × {name}" for name, slope in zip(SHARES, line[1:], strict=True))
    return (
        f"{frame.height} communes, {former.height} anciennes ; âge moyen = {line[0]:.2f} {terms} "
        f"(R² {fit:.3f}, écart-type résiduel {spread:.2f} an, {known.height} villes)."
    )


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), REFERENCE))
