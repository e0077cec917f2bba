"""The shares of groups of rows: by region, year, size, any column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.results import GroupShares
from pipeline.shares import counted_shares
from pipeline.workflow.audited_rows import AuditedRows, estimated_shares, only
from pipeline.workflow.labelled_rows import LabelledRows, column_of_groups, numbered_anew
from pipeline.workflow.share_requests import SharesRequest

# A group with fewer audited rows than this is marked.
SMALL_GROUP = 30
MOST_GROUPS = 1000


def shares_of_groups(rows: LabelledRows, read: AuditedRows | None, request: SharesRequest) -> tuple[GroupShares, ...]:
    """Give the shares of each value of the column asked for, in order."""
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
    read: AuditedRows | None,
    request: SharesRequest,
    value: str,
    kept: NDArray[np.bool_],
) -> GroupShares:
    """Give a group's shares; λ is the whole file's, as a group has too few audited rows to choose one."""
    if kept.sum() < request.minimum:
        return GroupShares(value, None)
    weights = rows.survey_weights
    counted = counted_shares(rows.guessed[kept], rows.domains, None if weights is None else weights[kept])
    if read is None:
        return GroupShares(value, counted)
    inside = kept[read.audit.rows]
    population = read.population.taken(kept)
    if population.communes is not None:
        population = replace(population, communes=numbered_anew(population.communes))
    places = np.cumsum(kept) - 1
    audit = only(read.audit, np.flatnonzero(inside))
    audit = replace(audit, rows=places[audit.rows])
    found = estimated_shares(replace(read, population=population, audit=audit), counted, read.power)
    return GroupShares(value, found, small=found.audited < SMALL_GROUP)
