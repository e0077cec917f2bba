"""``domaines audit draw``: a sheet of rows drawn from a labelled file, for people to fill in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import sampling, schema
from pipeline.audit_sheets import blind_names, drawn_sheet, neutralised, workbook
from pipeline.errors import InputError, UsageError
from pipeline.results import Draw
from pipeline.tables import Table, find_column, open_table, write_bytes, write_frame
from pipeline.workflow.reading import Say, labelled_column, labels_of, shown

ALLOCATIONS = ("proportional", "neyman")


@dataclass(frozen=True)
class DrawRequest:
    """What to draw: ``size`` rows, uniformly, by strata of a column, or more often where the model doubts.

    ``floor`` is the fewest rows of a stratum; ``uniform_share`` the floor of an active draw, as a share of a
    uniform draw's probability.
    """

    size: int
    seed: int
    stratify: str | None = None
    allocation: str = "proportional"
    floor: int = sampling.FEWEST_OF_STRATUM
    active: bool = False
    uniform_share: float = sampling.UNIFORM_SHARE
    show: bool = False
    text: str | None = None

    def __post_init__(self) -> None:
        if self.size < 1:
            raise UsageError(f"-n {self.size} : donner le nombre de lignes à tirer, au moins 1.")
        if self.active and self.stratify is not None:
            raise UsageError("--active et --stratify ne vont pas ensemble : choisir l'un des deux.")
        if self.allocation not in ALLOCATIONS:
            raise UsageError(f"--allocation {self.allocation} : choisir {' ou '.join(ALLOCATIONS)}.")
        if not 0 < self.uniform_share <= 1:
            raise UsageError(f"--uniform-share {self.uniform_share} : donner un nombre au-dessus de 0 et au plus 1.")
        if self.floor < 1:
            raise UsageError(f"--floor {self.floor} : donner au moins 1 ligne par strate.")


def fresh_seed() -> int:
    """Give a seed nobody chose: one fixed for all would let a result be known before the draw."""
    return secrets.randbelow(2**31)


def draw_sheet(source: str, output: str, request: DrawRequest, excel: bool, say: Say) -> Draw:
    """Draw rows of a labelled file and write the sheet; rows without a label have nothing to be checked."""
    table = open_table(source)
    labelled_column(table)
    labels = labels_of(table)
    frame, names = _read(table, request, labels)
    known = np.flatnonzero((frame["domaine"] != "").to_numpy())
    if len(known) < frame.height:
        say(f"{frame.height - len(known)} lignes sans domaine (texte vide ou sans mot) : hors du tirage.")
    if request.size > len(known):
        raise UsageError(
            f"-n {request.size} : {shown(source)} n'a que {len(known)} lignes étiquetées, en demander au plus autant."
        )
    generator = np.random.default_rng(request.seed)
    drawn, strata = _draw(frame[known], names, request, generator)
    models = frame["modele"].unique(maintain_order=True).to_list() if "modele" in frame.columns else []
    draw = Draw(
        "actif" if request.active else "stratifie" if request.stratify else "uniforme",
        request.size,
        len(known),
        request.seed,
        request.stratify or "",
        next((model for model in models if model), ""),
        request.show,
    )
    rows = known[drawn.rows]
    sheet = drawn_sheet(frame[rows], rows, drawn.inclusion, strata, draw, show=request.show)
    _write(output, sheet, labels, excel)
    return draw


def _read(table: Table, request: DrawRequest, labels: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """Read the columns a draw needs, under our names, and give the names of those of the probabilities."""
    text = find_column(table.columns, request.text, schema.TEXT, "le texte")
    if text is None:
        raise UsageError(
            f"Aucune colonne de texte reconnue dans {shown(table.path)} : la nommer avec --text COLONNE, "
            f"une personne doit pouvoir lire ce qu'elle vérifie."
        )
    wanted = {schema.TEXT.name: text, "domaine": "domaine"}
    identifier = find_column(table.columns, None, schema.IDENTIFIER, "l'identifiant")
    if identifier:
        wanted[schema.IDENTIFIER.name] = identifier
    if request.stratify is not None:
        place = schema.Column(request.stratify, "string", "")
        wanted["_stratum"] = find_column(table.columns, request.stratify, place, "les strates") or ""
    probabilities = [f"p_{label}" for label in labels if f"p_{label}" in table.columns]
    needs_probabilities = request.active or request.allocation == "neyman"
    if needs_probabilities and len(probabilities) < len(labels):
        raise InputError(
            f"{shown(table.path)} n'a pas de colonnes « p_… » : l'étiqueter avec « domaines label », "
            f"ou tirer sans --active ni --allocation neyman."
        )
    kept = probabilities if needs_probabilities else []
    kept += [name for name in ("probabilite", "modele") if name in table.columns]
    columns = [pl.col(theirs).alias(name) for name, theirs in wanted.items()] + [pl.col(name) for name in kept]
    return pl.concat([chunk.frame.select(columns) for chunk in table.chunks()]), probabilities


def _draw(
    frame: pl.DataFrame, names: list[str], request: DrawRequest, generator: np.random.Generator
) -> tuple[sampling.Drawn, list[str]]:
    if request.active:
        inclusion = sampling.active_inclusion(_doubt(frame, names), request.size, request.uniform_share)
        drawn = sampling.active(inclusion, generator)
        return drawn, [""] * request.size
    if request.stratify is None:
        drawn = sampling.uniform(frame.height, request.size, generator)
        return drawn, [""] * request.size
    values = frame["_stratum"].str.strip_chars()
    strata_names = values.unique().sort().to_list()
    strata = np.searchsorted(np.array(strata_names), values.to_numpy()).astype(np.int64)
    sizes = _sizes(strata, len(strata_names), frame, names, request)
    drawn = sampling.stratified(strata, sizes, generator)
    codes = strata_names if request.show else blind_names(strata_names, generator)
    return drawn, [codes[stratum] for stratum in drawn.strata.tolist()]


def _sizes(
    strata: NDArray[np.int64], number: int, frame: pl.DataFrame, names: list[str], request: DrawRequest
) -> NDArray[np.int64]:
    counts = np.bincount(strata, minlength=number)
    fewest = int(np.minimum(counts, request.floor).sum())
    if fewest > request.size:
        raise UsageError(
            f"La colonne « {request.stratify} » a {number} strates : à {request.floor} lignes au moins par strate, "
            f"il faut -n {fewest} ; en demander plus, ou prendre une colonne à moins de valeurs."
        )
    if request.allocation == "proportional":
        return sampling.proportional(counts, request.size, request.floor)
    squares = np.bincount(strata, _doubt(frame, names) ** 2, minlength=number)
    return sampling.neyman(counts, np.sqrt(squares / counts), request.size, request.floor)


def _doubt(frame: pl.DataFrame, names: list[str]) -> NDArray[np.float64]:
    numbers = frame.select(pl.col(names).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False))
    return sampling.doubt(numbers.fill_null(0.0).to_numpy())


def _write(output: str, sheet: pl.DataFrame, labels: list[str], excel: bool) -> None:
    if Path(output).suffix.casefold() != ".xlsx":
        write_frame(output, neutralised(sheet), excel=excel)
        return
    if excel:
        raise UsageError(f"--excel ne vaut que pour un CSV : retirez-le pour écrire « {output} ».")
    numbers = sheet.with_columns(pl.col(schema.INCLUSION.name).cast(pl.Float64))
    write_bytes(output, workbook(numbers, labels))
