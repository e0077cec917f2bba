"""Polluted tables read by this program, pandas, Polars and DuckDB: who is right, who refuses, who is wrong in silence.

Each reads with its defaults, then told that every column is text, which is fairer to them: with their defaults all
three take the zero off ``01004``. XLSX and ODS are left out, which not all three read. A table is right when columns
and cells are those meant, cell for cell, an absent value counting as an empty text.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.marks import write_between
from tests.messy.case import Case
from tests.messy.score import REFUSED, RIGHT, SAID, WRONG, all_cases, judge, write_case

Read = tuple[tuple[str, ...], list[tuple[str, ...]]]
SUFFIXES = (".csv", ".tsv", ".csv.gz", ".jsonl", ".json", ".parquet")


def _shown(rows: Sequence[Sequence[object]]) -> list[tuple[str, ...]]:
    return [tuple("" if cell is None or cell != cell else str(cell) for cell in row) for row in rows]


def pandas_reads(path: Path, as_text: bool) -> Read:
    """Read with pandas."""
    import pandas

    more: dict[str, object] = {"dtype": str, "keep_default_na": False} if as_text else {}
    if path.suffix == ".parquet":
        frame = pandas.read_parquet(path)
    elif path.suffix in (".jsonl", ".json"):
        frame = pandas.read_json(path, lines=True, **({"dtype": False} if as_text else {}))
    else:
        frame = pandas.read_csv(path, **more)
    return tuple(map(str, frame.columns)), _shown(frame.astype(object).values.tolist())


def polars_reads(path: Path, as_text: bool) -> Read:
    """Read with Polars."""
    import polars

    if path.suffix == ".parquet":
        frame = polars.read_parquet(path)
    elif path.suffix in (".jsonl", ".json"):
        frame = polars.read_ndjson(path)
    else:
        frame = polars.read_csv(path, **({"infer_schema": False} if as_text else {}))
    return tuple(frame.columns), _shown(frame.rows())


def duckdb_reads(path: Path, as_text: bool) -> Read:
    """Read with DuckDB."""
    import duckdb

    if path.suffix == ".parquet":
        found = duckdb.read_parquet(str(path))
    elif path.suffix in (".jsonl", ".json"):
        found = duckdb.read_json(str(path), format="newline_delimited")
    else:
        found = duckdb.read_csv(str(path), **({"all_varchar": True} if as_text else {}))
    return tuple(found.columns), _shown(found.fetchall())


def outcome(case: Case, path: Path, read: Callable[[Path, bool], Read], as_text: bool) -> str:
    """Give what a reader made of a case; a warning counts as having said it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = read(path, as_text)
        except BaseException as error:  # Polars' panics are no ``Exception``.
            if isinstance(error, KeyboardInterrupt):
                raise
            return REFUSED
    if found == case.meant:
        return RIGHT
    return SAID if said else WRONG


def main() -> None:
    """Read every case by everyone, and write the table."""
    readers: list[tuple[str, Callable[[Path, bool], Read], bool]] = []
    for name, read in (("pandas", pandas_reads), ("Polars", polars_reads), ("DuckDB", duckdb_reads)):
        readers += [(f"{name}, defaults", read, False), (f"{name}, all columns text", read, True)]
    cases = [case for case in all_cases() if case.suffix in SUFFIXES]
    counts = {
        name: dict.fromkeys((RIGHT, REFUSED, SAID, WRONG), 0) for name in ("domaines", *(n for n, _, _ in readers))
    }
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            path = write_case(case, Path(folder))
            counts["domaines"][judge(case, path)[0]] += 1
            for name, read, as_text in readers:
                counts[name][outcome(case, path, read, as_text)] += 1
    lines = [
        f"{len(cases)} polluted files of text, JSON Lines and Parquet (`tests/messy`); versions: {_versions()}.",
        "",
        "| reader | right | refused | differs, and says where | wrong in silence |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {name} | {' | '.join(str(n) for n in found.values())} |" for name, found in counts.items()),
    ]
    write_between("messy", lines)
    print("\n".join(lines))


def _versions() -> str:
    import duckdb
    import pandas
    import polars

    return ", ".join(f"{library.__name__} {library.__version__}" for library in (pandas, polars, duckdb))


if __name__ == "__main__":
    main()
