"""``domaines territory``: the study's six findings tested on a labelled file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.communes import Communes, Matcher, Request, communes_of, reference_communes, reference_former
from pipeline.communes.table import CODE, COLUMNS, NAME
from pipeline.errors import InputError
from pipeline.results.territory import CountModel, Finding, Joining, Missed, Obstruction, Profile, Territory
from pipeline.schema import Column
from pipeline.tables import find_column, open_table
from pipeline.territory import (
    ObstacleError,
    Settings,
    Survey,
    joint_counts,
    merged_domains,
    obstructed,
    one_hot,
    pseudo_labels,
    scenarios,
    six_findings,
    totals_by_commune,
)
from pipeline.workflow.auditing import read_audited
from pipeline.workflow.labelled_rows import row_weights
from pipeline.workflow.reading import Say, labelled_column, labels_of, shown

DEPARTMENT = Column("departement", "string", "Département.", ("code_departement", "dep", "dept"))
YEAR = Column("annee", "string", "Année.", ("year", "an", "millesime"))
WEIGHT = schema.WEIGHT.name
# A year with fewer services than this is not tested alone.
LEAST_IN_YEAR = 30

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Services:
    """The labelled rows that met a commune (n): its place in the table, (pseudo-)labels (n × K), year."""

    places: Places
    labels: Numbers
    years: NDArray[np.object_]
    audited: int


@dataclass(frozen=True)
class Outcome:
    """The result, the survey its pictures are drawn from."""

    result: Territory
    survey: Survey


@dataclass(frozen=True)
class _Rows:
    """The columns of the labelled file that matter here, as text; ``named`` says which of its own they are."""

    frame: pl.DataFrame
    domains: tuple[str, ...]
    named: Mapping[str, str]
    # Weights are those of shares alone: they would make a commune's number of services an estimate, not a count.
    weights: str | None


def territory(
    source: str,
    say: Say,
    *,
    communes: str | None,
    annotated: str | None,
    settings: Settings,
    whole: bool,
    weighted: bool = True,
) -> Outcome:
    """Test the six findings on a labelled file; ``whole`` counts the table's other communes as having no service.

    ``weighted`` weighs the shares of domains by the column of weights, when there is one.
    """
    rows = _read(source, weighted)
    table = _communes(communes, say)
    places, joining = _join(rows, Matcher(table, reference_former()))
    services = _services(rows, places, source, annotated, say)
    survey = _survey(table, services, np.ones(len(services.places), dtype=bool), rows.domains, whole)
    survey, merged = merged_domains(survey)
    joining = _completed(joining, survey)
    findings = _findings(survey, settings, rows, joining)
    by_year = _by_year(table, services, rows.domains, whole)
    again = scenarios(survey, by_year, settings, say) if survey.sizes.sum() else ()
    result = Territory(
        Path(source).name if source != "-" else source,
        findings,
        whole,
        services.audited,
        settings.level,
        settings.margin,
        joining,
        _profile(table, np.isin(np.arange(len(table.codes)), services.places)),
        _profile(table, np.ones(len(table.codes), dtype=bool)),
        merged,
        again,
        _joint(survey, settings.level),
        rows.weights,
    )
    return Outcome(result, survey)


def _read(source: str, weighted: bool) -> _Rows:
    table = open_table(source)
    labelled_column(table)
    domains = tuple(labels_of(table))
    named = {
        column.name: found
        for column in (schema.COMMUNE_CODE, schema.COMMUNE, DEPARTMENT, YEAR)
        if (found := find_column(table.columns, None, column, "")) is not None
    }
    guesses = [f"p_{name}" for name in domains if f"p_{name}" in table.columns]
    weights = find_column(table.columns, None, schema.WEIGHT, "") if weighted else None
    if weights is not None:
        guesses.append(weights)
    wanted = [pl.col("domaine"), *(pl.col(theirs).alias(f"_{ours}") for ours, theirs in named.items()), *guesses]
    frames = [chunk.frame.select(wanted) for chunk in table.chunks()]
    return _Rows(pl.concat(frames), domains, named, weights)


def _communes(path: str | None, say: Say) -> Communes:
    if path is None:
        return reference_communes()
    table = open_table(path)
    named = {c.name: found for c in COLUMNS if (found := find_column(table.columns, None, c, "")) is not None}
    if CODE.name not in named or NAME.name not in named:
        listed = ", ".join(f"« {name} »" for name in table.columns)
        raise InputError(
            f"{shown(path)} n'a pas de colonne « {CODE.name} » et « {NAME.name} » parmi {listed} : renommez-les ainsi."
        )
    absent = [column.name for column in COLUMNS if column.name not in named]
    if absent:
        say(f"{shown(path)} n'a pas {', '.join(f'« {name} »' for name in absent)} : ces valeurs sont inconnues.")
    return communes_of(pl.concat([chunk.frame for chunk in table.chunks()]), named)


def _join(rows: _Rows, matcher: Matcher) -> tuple[Places, Joining]:
    """Give each row's place in the table of communes (−1 without), and how the rows met it."""
    frame = rows.frame
    keys = [_key(frame, rows, column) for column in (schema.COMMUNE_CODE, schema.COMMUNE, DEPARTMENT)]
    said = frame.select(
        *keys, labelled=pl.col("domaine").is_in(list(rows.domains)), row=pl.int_range(pl.len())
    ).with_columns(
        pl.when((pl.col("_code_commune") == "") & (pl.col("_commune") == ""))
        .then(pl.lit(""))
        .otherwise(pl.col("_departement"))
        .alias("_departement")
    )
    groups = said.group_by("_code_commune", "_commune", "_departement", maintain_order=True).agg(
        pl.len(), pl.col("row")
    )
    requests = [Request(*key) for key in groups.select("_code_commune", "_commune", "_departement").iter_rows()]
    found, missed = matcher.match(requests, groups["len"].to_list())
    places = np.full(frame.height, -1, dtype=np.int64)
    for place, members in zip(found, groups["row"].to_list(), strict=True):
        places[members] = -1 if place is None else place
    labelled = said["labelled"].to_numpy()
    used = (places >= 0) & labelled
    joining = Joining(
        frame.height,
        int((~labelled).sum()),
        int(used.sum()),
        len(np.unique(places[used])),
        tuple(Missed(m.code, m.name, m.department, m.rows, m.reason, m.nearest) for m in missed),
        0,
        0,
        0,
    )
    return np.where(used, places, -1), joining


def _key(frame: pl.DataFrame, rows: _Rows, column: Column) -> pl.Expr:
    name = f"_{column.name}"
    return pl.col(name) if column.name in rows.named else pl.lit("").alias(name)


def _services(rows: _Rows, places: Places, source: str, annotated: str | None, say: Say) -> Services:
    frame, domains = rows.frame, list(rows.domains)
    numbers = (
        frame["domaine"].replace_strict(domains, range(len(domains)), default=-1, return_dtype=pl.Int64).to_numpy()
    )
    labels = one_hot(np.maximum(numbers, 0), len(domains))
    audited = 0
    if annotated is not None:
        sample = read_audited(annotated, source, domains)
        for note in (*sample.notes, *(f"Ligne {fault.row} : {fault.reason}" for fault in sample.faults)):
            say(note)
        labelled = numbers >= 0
        usable = labelled[sample.rows]
        audited = int(usable.sum())
        # Rows without a domain are out of what is described, and out of what the audited rows stand for.
        position = np.cumsum(labelled) - 1
        labels[labelled] = pseudo_labels(
            _guesses(frame, domains, labels)[labelled],
            position[sample.rows[usable]],
            sample.labels[usable],
            sample.inclusion[usable],
        )
    kept = places >= 0
    years = _years(frame, rows)
    return Services(places[kept], labels[kept] * _weights(rows, source, kept), years[kept], audited)


def _weights(rows: _Rows, source: str, kept: NDArray[np.bool_]) -> Numbers:
    """Give the weights of rows as a column (n × 1) of mean 1, so that a service still counts for about one."""
    named = rows.frame if rows.weights is None else rows.frame.with_columns(pl.col(rows.weights).alias(WEIGHT))
    weights = row_weights(named, source, rows.weights, kept)
    return (weights / weights.mean() if weights.size else weights)[:, None]


def _guesses(frame: pl.DataFrame, domains: Sequence[str], labels: Numbers) -> Numbers:
    """Give the model's probabilities where the file has them all, else its labels as 0 and 1."""
    columns = [f"p_{name}" for name in domains]
    if not set(columns) <= set(frame.columns):
        return labels
    cells = frame.select(pl.col(columns).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)).to_numpy()
    total = cells.sum(axis=1, keepdims=True)
    good = np.isfinite(total) & (total > 0)
    return np.where(good, cells / np.where(good, total, 1.0), labels)


def _years(frame: pl.DataFrame, rows: _Rows) -> NDArray[np.object_]:
    if YEAR.name not in rows.named:
        return np.full(frame.height, "", dtype=object)
    found = [re.search(r"(?:19|20)\d\d", cell) for cell in frame[f"_{YEAR.name}"].to_list()]
    return np.array([match[0] if match else "" for match in found], dtype=object)


def _survey(
    table: Communes, services: Services, chosen: NDArray[np.bool_], domains: tuple[str, ...], whole: bool
) -> Survey:
    sizes, totals = totals_by_commune(services.places[chosen], services.labels[chosen], len(table.codes))
    everything = surveyed(table, sizes, totals, domains, whole)
    # Communes without inhabitants cannot have services; the table has six, destroyed in 1916.
    return everything.chosen(np.isfinite(table.population) | (sizes > 0) if whole else sizes > 0)


def surveyed(table: Communes, sizes: Numbers, totals: Numbers, domains: tuple[str, ...], whole: bool) -> Survey:
    """Join the table's communes (G) with their numbers of services (G) and totals by domain (G × K)."""
    regions = np.array(table.regions, dtype=object)
    inhabitants = {
        name: float(np.nansum(table.population[regions == name]))
        for name in dict.fromkeys(table.regions)
        if np.isfinite(table.population[regions == name]).any()
    }
    return Survey(
        table.names,
        regions,
        table.population,
        table.density,
        table.income,
        table.age,
        sizes,
        totals,
        domains,
        whole,
        inhabitants,
    )


def _by_year(table: Communes, services: Services, domains: tuple[str, ...], whole: bool) -> dict[str, Survey]:
    years, counts = np.unique(services.years.astype(str), return_counts=True)
    tested = [year for year, count in zip(years, counts, strict=True) if year and count >= LEAST_IN_YEAR]
    surveys = {str(year): _survey(table, services, services.years == year, domains, whole) for year in tested}
    return {year: merged_domains(survey)[0] for year, survey in surveys.items()}


def _completed(joining: Joining, survey: Survey) -> Joining:
    there = survey.chosen(survey.sizes > 0)
    unknown = [int((~np.isfinite(values)).sum()) for values in (there.income, there.age, there.population)]
    return replace(joining, without_income=unknown[0], without_age=unknown[1], without_population=unknown[2])


def _findings(survey: Survey, settings: Settings, rows: _Rows, joining: Joining) -> tuple[Finding, ...]:
    if not {schema.COMMUNE_CODE.name, schema.COMMUNE.name} & set(rows.named):
        return obstructed(Obstruction("no_commune_column"), settings)
    if joining.matched == 0:
        return obstructed(Obstruction("no_match", {"n": sum(missed.rows for missed in joining.missed)}), settings)
    return six_findings(survey, settings)


def _profile(table: Communes, chosen: NDArray[np.bool_]) -> Profile:
    def median(values: Numbers) -> float | None:
        known = values[chosen & np.isfinite(values)]
        return float(np.median(known)) if known.size else None

    density = table.density[chosen & np.isfinite(table.density)]
    rural = float(100 * (density == 3).mean()) if density.size else None
    return Profile(int(chosen.sum()), median(table.population), rural, median(table.income))


def _joint(survey: Survey, level: float) -> CountModel | None:
    try:
        return joint_counts(survey, level)
    except (ObstacleError, np.linalg.LinAlgError):
        return None
