"""What ``domaines shares`` publishes: a table, JSON, a chart, a methodological note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.comparison import compare
from pipeline.errors import UsageError
from pipeline.report.wording import WORDINGS
from pipeline.results import Shares, SharesAnswer
from pipeline.results.shares import COMMUNES, FILE
from pipeline.tables import write_bytes
from pipeline.workflow.shares import SharesRequest, shares, write_shares

CHART_SUFFIXES = (".svg", ".png")
NOTE_SUFFIXES = (".md", ".html")


def check_outputs(output: str | None, note: str | None, excel: bool) -> None:
    """Refuse names that cannot be written before anything is computed."""
    if output is not None and excel and _suffix(output) in CHART_SUFFIXES:
        raise UsageError(f"--excel ne vaut que pour un CSV : retirez-le pour écrire « {output} ».")
    if note is not None and _suffix(note) not in NOTE_SUFFIXES:
        raise UsageError(f"--note {note} : suffixe inconnu, donnez {' ou '.join(NOTE_SUFFIXES)}.")


def write_output(answer: SharesAnswer, source: str, output: str, excel: bool, lang: str) -> None:
    """Write shares by the output's suffix: a chart (SVG, PNG), JSON, or a table."""
    suffix = _suffix(output)
    if suffix in CHART_SUFFIXES:
        write_bytes(output, chart(answer.shares, source, suffix, lang))
    else:
        write_shares(answer, output, excel)


def chart(found: Shares, source: str, suffix: str, lang: str) -> bytes:
    """Draw shares; matplotlib is loaded here only."""
    from pipeline.report.chart import chart_note, draw_chart

    title = f"{WORDINGS[lang].title} – {Path(source).name}"
    note = chart_note(found, lang)
    return draw_chart(found.shares, suffix, level=found.level, title=title, note=note, lang=lang)


def write_note(
    answer: SharesAnswer, source: str, request: SharesRequest, output: str, remarks: Sequence[str] = ()
) -> None:
    """Write the methodological note of an answer; the statement that was not asked for is computed too."""
    from pipeline.report.note import NoteFacts, render_note

    here, general = _both_statements(answer, source, request)
    facts = NoteFacts(
        Path(source).name,
        date.today().isoformat(),
        here,
        general,
        compare(here.shares) if here.level is not None else (),
        len(answer.faults),
        ", ".join(answer.models),
        answer.draw,
        tuple(remarks),
    )
    write_bytes(output, render_note(facts, _suffix(output)).encode())


def _both_statements(answer: SharesAnswer, source: str, request: SharesRequest) -> tuple[Shares, Shares | None]:
    """Give the shares of the file, and those of communes in general where the file names at least two communes."""
    found = answer.shares
    if found.level is None or (found.communes or 0) < 2:
        return found, None
    other = FILE if found.statement == COMMUNES else COMMUNES
    asked = replace(request, statement=other, by=None, against=None, against_annotated=None)
    # What reading the files has to say was said the first time.
    again = shares(source, asked, lambda _: None).shares
    return (again, found) if other == FILE else (found, again)


def _suffix(path: str) -> str:
    return Path(path).suffix.casefold()
