"""``domaines shares``: percentages of a labelled file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl

from pipeline.results import Shares
from pipeline.shares import counted_shares
from pipeline.tables import open_table, write_bytes, write_frame
from pipeline.workflow.reading import Say, labelled_column, labels_of


def shares(source: str, say: Say) -> Shares:
    """Count the domains of a labelled file."""
    table = open_table(source)
    column = labelled_column(table)
    counts: Counter[str] = Counter()
    for chunk in table.chunks():
        counts.update(dict(chunk.frame[column].value_counts().iter_rows()))
    return shares_of(counts, labels_of(table), say)


def shares_of(counts: Counter[str], domains: Sequence[str], say: Say) -> Shares:
    unknown = sorted(set(counts) - set(domains) - {""})
    if unknown:
        say(f"Domaines inconnus du modèle, comptés à part : {', '.join(unknown)}.")
    order = [*domains, *unknown]
    numbers = np.repeat(np.arange(len(order)), [counts[name] for name in order])
    return counted_shares(np.concatenate([numbers, np.full(counts[""], -1)]), order)


def write_shares(result: Shares, output: str, excel: bool) -> None:
    """Write shares as JSON or as a table, by the output's suffix."""
    if output.endswith(".json"):
        write_bytes(output, (json.dumps(result.as_json(), ensure_ascii=False, indent=2) + "\n").encode())
        return
    rows = [(s.domain, s.count, s.share, s.low, s.high) for s in result.shares]
    types = {"domaine": pl.String, "count": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    write_frame(output, pl.DataFrame(rows, schema=types, orient="row"), excel=excel)
