"""``domaines shares``: percentages of a labelled file, with intervals when people have audited some of its rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from pipeline.comparison import compare
from pipeline.errors import UsageError
from pipeline.results import Differences, Shares, SharesAnswer
from pipeline.results.shares import COMMUNES
from pipeline.shares import counted_shares, difference_of_shares
from pipeline.tables import write_bytes, write_frame
from pipeline.workflow.audited_rows import AuditedRows, check_communes, estimated_shares, read_audit
from pipeline.workflow.cross_fitting import model_behind
from pipeline.workflow.labelled_rows import LabelledRows, read_labelled
from pipeline.workflow.reading import Say
from pipeline.workflow.share_groups import shares_of_groups
from pipeline.workflow.share_requests import SharesRequest
from pipeline.workflow.uncorrected import corrected_shares, drift_from

__all__ = ["SharesRequest", "shares", "shares_of", "write_shares"]


def shares(source: str, request: SharesRequest, say: Say) -> SharesAnswer:
    """Give the shares of a labelled file, those of its groups, and the differences asked for."""
    request = request.checked()
    rows = read_labelled(source, say, by=request.by, weigh=request.weigh)
    if request.statement == COMMUNES:
        check_communes(rows)
    model = model_behind(rows, request.model, say)
    read = None if request.annotated is None else read_audit(rows, request.annotated, model, request, say)
    found = _shares(rows, read)
    answer = SharesAnswer(found, by=request.by or "", published=compare(found.shares), models=rows.models)
    if read is not None:
        answer = replace(answer, faults=read.audit.faults, draw=read.audit.draw)
    elif model is not None:
        answer = replace(answer, corrected=corrected_shares(rows, model), drift=drift_from(rows, model))
    if request.by is not None:
        answer = replace(answer, groups=shares_of_groups(rows, read, request))
    return replace(answer, differences=_differences(source, answer, request, say))


def _shares(rows: LabelledRows, read: AuditedRows | None) -> Shares:
    counted = counted_shares(rows.guessed, rows.domains, rows.survey_weights)
    found = counted if read is None else estimated_shares(read, counted)
    return replace(found, without_text=int((~rows.kept).sum()))


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
