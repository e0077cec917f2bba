"""``domaines shares``: percentages of a labelled file, with intervals when people have audited some of its rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipeline.comparison import compare
from pipeline.errors import InputError, UsageError, nearest
from pipeline.registry import Model
from pipeline.results import AuditedSample, Differences, GroupShares, Shares, SharesAnswer
from pipeline.results.shares import COMMUNES, FILE, STATEMENTS
from pipeline.shares import (
    Population,
    audited_by_commune,
    audited_shares,
    counted_shares,
    difference_of_shares,
    tuned_power,
)
from pipeline.tables import write_bytes, write_frame
from pipeline.workflow.auditing import read_audited
from pipeline.workflow.cross_fitting import cross_fitted, model_behind
from pipeline.workflow.labelled_rows import LabelledRows, column_of_groups, numbered_anew, read_labelled
from pipeline.workflow.reading import Say, shown
from pipeline.workflow.uncorrected import corrected_shares, drift_from

# A group with fewer audited rows than this is marked.
SMALL_GROUP = 30
MOST_GROUPS = 1000


@dataclass(frozen=True)
class SharesRequest:
    """What is asked of ``domaines shares``, as its options say it."""

    annotated: str | None = None
    level: float = 0.95
    statement: str = FILE
    simultaneous: bool = False
    by: str | None = None
    minimum: int = 5
    against: str | None = None
    against_annotated: str | None = None
    weigh: bool = True
    model: str | None = None

    def checked(self) -> SharesRequest:
        """Give itself, or refuse what cannot be asked."""
        if not 0.5 <= self.level < 1.0:
            raise UsageError(f"--level {self.level:g} : donner un niveau entre 0.5 et 1, par exemple 0.95.")
        if self.statement not in STATEMENTS:
            close = nearest(self.statement, STATEMENTS) or FILE
            raise UsageError(
                f"--statement {self.statement} : donner file ou communes (vouliez-vous dire « {close} » ?)."
            )
        if self.minimum < 1:
            raise UsageError(f"--minimum {self.minimum} : donner un nombre de lignes d'au moins 1.")
        if self.against_annotated is not None and self.against is None:
            raise UsageError("--against-annotated va avec --against : donner aussi l'autre fichier étiqueté.")
        return self


@dataclass(frozen=True)
class _Audited:
    """A population and the audited rows in it, ready for any group; what the whole file settles for its groups."""

    population: Population
    audit: AuditedSample
    request: SharesRequest
    method: str
    power: float


def shares(source: str, request: SharesRequest, say: Say) -> SharesAnswer:
    """Give the shares of a labelled file, those of its groups, and the differences asked for."""
    request = request.checked()
    rows = read_labelled(source, say, by=request.by, weigh=request.weigh)
    if request.statement == COMMUNES:
        _check_communes(rows)
    model = model_behind(rows, request.model, say)
    read = None if request.annotated is None else _read(rows, request.annotated, model, request, say)
    found = _shares(rows, read)
    answer = SharesAnswer(found, by=request.by or "", published=compare(found.shares))
    if read is not None:
        answer = replace(answer, faults=read.audit.faults)
    elif model is not None:
        answer = replace(answer, corrected=corrected_shares(rows, model), drift=drift_from(rows, model))
    if request.by is not None:
        answer = replace(answer, groups=_groups(rows, read, request))
    return replace(answer, differences=_differences(source, answer, request, say))


def _shares(rows: LabelledRows, read: _Audited | None) -> Shares:
    weights = rows.population.weights if np.ptp(rows.population.weights) > 0 else None
    counted = counted_shares(rows.guessed, rows.domains, weights) if rows.population.size else _nothing(rows)
    found = counted if read is None else _estimated(read, counted)
    return replace(found, without_text=int((~rows.kept).sum()))


def _nothing(rows: LabelledRows) -> Shares:
    return counted_shares(np.full(0, -1), rows.domains)


def _estimated(read: _Audited, counted: Shares, power: float | None = None) -> Shares:
    """Give the shares of an audited population, its counts being those of the predicted labels."""
    request = read.request
    found = audited_shares(
        read.population,
        read.audit,
        [share.domain for share in counted.shares],
        level=request.level,
        statement=request.statement,
        simultaneous=request.simultaneous,
        power=power,
    )
    if not found.audited:
        return counted
    pairs = zip(found.shares, counted.shares, strict=True)
    return replace(found, method=read.method, shares=tuple(replace(share, count=count.count) for share, count in pairs))


def _check_communes(rows: LabelledRows) -> None:
    communes = rows.population.communes
    if communes is None:
        raise UsageError(
            f"{shown(rows.path)} n'a ni colonne « code_commune » ni colonne « commune » : "
            "on ne peut rien affirmer des communes en général ; se contenter de --statement file."
        )
    if len(np.unique(communes)) < 2:
        raise InputError(
            f"{shown(rows.path)} ne vient que d'une commune : on ne peut rien affirmer des communes en général ; "
            "se contenter de --statement file."
        )


def _read(rows: LabelledRows, path: str, model: Model | None, request: SharesRequest, say: Say) -> _Audited:
    """Read the audited rows and place them among the labelled ones."""
    audit = read_audited(path, rows.path, rows.domains, rows.keys)
    for note in audit.notes:
        say(note)
    probabilities, usable = cross_fitted(rows, audit.rows, model, say)
    audit = _only(audit, usable)
    silent = ~rows.kept[audit.rows]
    if silent.any():
        say(f"{int(silent.sum())} lignes vérifiées n'ont pas de domaine prédit (texte vide) : laissées de côté.")
        audit = _only(audit, np.flatnonzero(~silent))
    audit = replace(audit, rows=rows.places[audit.rows])
    population = rows.population
    if probabilities is not None:
        population = replace(population, probabilities=probabilities)
    _check_spread(rows, population, audit, request)
    method = "ppi++" if probabilities is None else "cross-ppi++"
    power = tuned_power(population, audit) if len(audit.rows) else 0.0
    return _Audited(population, audit, request, method, power)


def _check_spread(rows: LabelledRows, population: Population, audit: AuditedSample, request: SharesRequest) -> None:
    if not len(audit.rows):
        raise InputError(
            "Aucune ligne vérifiée ne peut servir : en vérifier d'autres, tirées par « domaines audit draw »."
        )
    if population.communes is None or len(np.unique(population.communes[audit.rows])) > 1:
        return
    if request.statement == COMMUNES or audited_by_commune(population, audit):
        raise InputError(
            f"Les {len(audit.rows)} lignes vérifiées viennent toutes d'une seule commune : elles ne disent rien des "
            f"autres communes de {shown(rows.path)} ; en tirer dans tout le fichier avec « domaines audit draw »."
        )


def _only(audit: AuditedSample, kept: np.ndarray[tuple[int], np.dtype[np.int64]]) -> AuditedSample:
    return replace(
        audit,
        rows=audit.rows[kept],
        labels=audit.labels[kept],
        inclusion=audit.inclusion[kept],
        strata=audit.strata[kept],
    )


def _groups(rows: LabelledRows, read: _Audited | None, request: SharesRequest) -> tuple[GroupShares, ...]:
    column = column_of_groups(rows)
    values = column.unique().sort().to_list()
    if len(values) > MOST_GROUPS:
        raise UsageError(
            f"--by {request.by} : {len(values)} valeurs différentes, au plus {MOST_GROUPS} groupes ; "
            "choisir une colonne qui réunit davantage de lignes."
        )
    return tuple(_group(rows, read, request, value, (column == value).to_numpy()) for value in values)


def _group(
    rows: LabelledRows,
    read: _Audited | None,
    request: SharesRequest,
    value: str,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> GroupShares:
    """Give a group's shares; λ is the whole file's, as a group has too few audited rows to choose one."""
    if kept.sum() < request.minimum:
        return GroupShares(value, None)
    weights = rows.population.weights if np.ptp(rows.population.weights) > 0 else None
    counted = counted_shares(rows.guessed[kept], rows.domains, None if weights is None else weights[kept])
    if read is None:
        return GroupShares(value, counted)
    inside = kept[read.audit.rows]
    population = read.population.taken(kept)
    if population.communes is not None:
        population = replace(population, communes=numbered_anew(population.communes))
    places = np.cumsum(kept) - 1
    audit = _only(read.audit, np.flatnonzero(inside))
    audit = replace(audit, rows=places[audit.rows])
    found = _estimated(replace(read, population=population, audit=audit), counted, read.power)
    return GroupShares(value, found, small=found.audited < SMALL_GROUP)


def _differences(source: str, answer: SharesAnswer, request: SharesRequest, say: Say) -> tuple[Differences, ...]:
    """Compare the groups with the one named, or this file with another."""
    if request.against is None:
        return ()
    if request.by is None:
        other = replace(request, annotated=request.against_annotated, against=None, against_annotated=None, by=None)
        there = shares(request.against, other, say).shares
        return (difference_of_shares(answer.shares, there, source, request.against),)
    groups = {group.value: group.shares for group in answer.groups}
    reference = groups.get(request.against)
    if reference is None:
        listed = ", ".join(f"« {value} »" for value, found in list(groups.items())[:20] if found is not None)
        raise UsageError(f"--against {request.against} : aucun groupe de ce nom n'est montré ; groupes : {listed}.")
    return tuple(
        difference_of_shares(found, reference, value, request.against)
        for value, found in groups.items()
        if found is not None and value != request.against
    )


def shares_of(counts: Counter[str], domains: Sequence[str], say: Say) -> Shares:
    """Give the counted shares of a file already counted."""
    unknown = sorted(set(counts) - set(domains) - {""})
    if unknown:
        say(f"Domaines inconnus du modèle, comptés à part : {', '.join(unknown)}.")
    order = [*domains, *unknown]
    numbers = np.repeat(np.arange(len(order)), [counts[name] for name in order])
    return counted_shares(np.concatenate([numbers, np.full(counts[""], -1)]), order)


def write_shares(answer: SharesAnswer, output: str, excel: bool) -> None:
    """Write shares as JSON or as a table, by the output's suffix; groups, if any, come in further rows."""
    if output.endswith(".json"):
        write_bytes(output, (json.dumps(answer.as_json(), ensure_ascii=False, indent=2) + "\n").encode())
        return
    types = {"domaine": pl.String, "count": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    tables = [("", answer.shares), *((group.value, group.shares) for group in answer.groups)]
    rows = [
        (value, s.domain, s.count, s.share, s.low, s.high)
        for value, found in tables
        if found is not None
        for s in found.shares
    ]
    frame = pl.DataFrame(rows, schema={"groupe": pl.String, **types}, orient="row")
    write_frame(output, frame if answer.groups else frame.drop("groupe"), excel=excel)
