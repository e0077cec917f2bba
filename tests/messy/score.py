"""What a reader made of a polluted file: the right table, a refusal, a table with its faults said, or a wrong one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import DomainesError
from pipeline.tables import open_table
from pipeline.workflow.reading import text_column
from tests.messy import columnar_cases, text_cases, workbook_cases
from tests.messy.case import Case

RIGHT, REFUSED, SAID, WRONG = "right", "refused", "differs, and says where", "wrong in silence"
OUTCOMES = (RIGHT, REFUSED, SAID, WRONG)

Read = tuple[tuple[str, ...], list[tuple[str, ...]]]


def all_cases() -> list[Case]:
    """Give every case, text first."""
    return [*text_cases.cases(), *workbook_cases.cases(), *columnar_cases.cases()]


def write_case(case: Case, folder: Path) -> Path:
    """Write the file of a case."""
    path = folder / f"{case.name}{case.suffix}"
    path.write_bytes(case.content)
    return path


def judge(case: Case, path: Path) -> tuple[str, str]:
    """Read a file as ``label`` does, and give the outcome with what was said."""
    try:
        table = open_table(str(path))
        text_column(table, None, lambda sentence: None)
        chunks = list(table.chunks())
    except DomainesError as error:
        return REFUSED, str(error)
    rows = [row for chunk in chunks for row in chunk.frame.rows()]
    faults = [f"{fault.row}: {fault.reason}" for chunk in chunks for fault in chunk.faults]
    if (table.columns, rows) == case.meant:
        return RIGHT, "; ".join(faults[:3])
    return (SAID if faults else WRONG), "; ".join(faults[:3]) or f"{table.columns[:5]} {rows[:2]!r:.200}"


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    """Count each outcome."""
    found = Counter(outcomes)
    return {name: found[name] for name in OUTCOMES}
