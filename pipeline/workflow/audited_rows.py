"""The audited rows of a labelled file, read and placed among the labelled ones; the shares they give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError, UsageError
from pipeline.registry import Model
from pipeline.results import AuditedSample, Shares
from pipeline.results.shares import COMMUNES
from pipeline.shares import Population, audited_by_commune, audited_shares, tuned_power
from pipeline.workflow.auditing import read_audited
from pipeline.workflow.cross_fitting import cross_fitted
from pipeline.workflow.labelled_rows import LabelledRows
from pipeline.workflow.reading import Say, shown
from pipeline.workflow.share_requests import SharesRequest


@dataclass(frozen=True)
class AuditedRows:
    """A population and the audited rows in it, ready for any group; what the whole file settles for its groups."""

    population: Population
    audit: AuditedSample
    request: SharesRequest
    method: str
    power: float


def read_audit(rows: LabelledRows, path: str, model: Model | None, request: SharesRequest, say: Say) -> AuditedRows:
    """Read the audited rows and place them among the labelled ones."""
    audit = read_audited(path, rows.path, rows.domains, rows.keys)
    for note in audit.notes:
        say(note)
    probabilities, usable = cross_fitted(rows, audit.rows, model, say)
    audit = only(audit, usable)
    silent = ~rows.kept[audit.rows]
    if silent.any():
        say(f"{int(silent.sum())} lignes vérifiées n'ont pas de domaine prédit (texte vide) : laissées de côté.")
        audit = only(audit, np.flatnonzero(~silent))
    audit = replace(audit, rows=rows.places[audit.rows])
    population = rows.population
    if probabilities is not None:
        population = replace(population, probabilities=probabilities)
    _check_spread(rows, population, audit, request)
    method = "ppi++" if probabilities is None else "cross-ppi++"
    power = tuned_power(population, audit) if len(audit.rows) else 0.0
    return AuditedRows(population, audit, request, method, power)


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


def only(audit: AuditedSample, kept: NDArray[np.int64]) -> AuditedSample:
    """Give some of the audited rows, by their places among them."""
    return replace(
        audit,
        rows=audit.rows[kept],
        labels=audit.labels[kept],
        inclusion=audit.inclusion[kept],
        strata=audit.strata[kept],
    )


def estimated_shares(read: AuditedRows, counted: Shares, power: float | None = None) -> Shares:
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


def check_communes(rows: LabelledRows) -> None:
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
