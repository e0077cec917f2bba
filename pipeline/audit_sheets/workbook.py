"""The workbook an auditor fills in: labels by a drop-down, the guide's short rules on a second sheet."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipeline import schema
from pipeline.audit_sheets import guide
from pipeline.domains import BY_KEY

#: What XML cannot hold, even escaped.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST = 32_767
_WIDTHS = {schema.TEXT.name: 90, schema.VERIFIED.name: 26, schema.REMARK.name: 30, schema.RANK.name: 6}
#: Kept for reading the sheet back; shown, they would tell which rows the model doubts.
HIDDEN = (schema.ROW.name, schema.INCLUSION.name, schema.STRATUM.name, schema.DRAW.name, schema.CHECK.name)
SHEET, GUIDE = "À vérifier", "Guide"


def workbook(frame: pl.DataFrame, labels: Sequence[str]) -> bytes:
    """Give an XLSX of these rows, all text but numbers in ``rang`` and ``ligne``; labels come by a drop-down.

    Every cell is written with its type: text that begins with ``=`` stays text.
    """
    import xlsxwriter

    written = io.BytesIO()
    book: Any = xlsxwriter.Workbook(written, {"in_memory": True})
    # The same draw is the same bytes, whatever the time of day.
    book.set_properties({"created": datetime.datetime(2016, 1, 1)})
    sheet, rules = book.add_worksheet(SHEET), book.add_worksheet(GUIDE)
    _write_rows(book, sheet, frame)
    first = _write_guide(book, rules, labels)
    _restrict(sheet, frame, f"='{GUIDE}'!$A${first}:$A${first + len(labels) - 1}")
    book.close()
    return written.getvalue()


def _write_rows(book: Any, sheet: Any, frame: pl.DataFrame) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EFEFEF", "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    top = book.add_format({"valign": "top"})
    for place, name in enumerate(frame.columns):
        sheet.write_string(0, place, name, bold)
        form = wrapped if name in (schema.TEXT.name, schema.REMARK.name) else top
        options = {"hidden": True} if name in HIDDEN else {}
        sheet.set_column(place, place, _WIDTHS.get(name, 14), form, options)
    for number, row in enumerate(frame.iter_rows(), start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, int | float):
                sheet.write_number(number, place, cell)
            elif cell:
                sheet.write_string(number, place, _ILLEGAL.sub(" ", cell)[:_LONGEST])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, frame.height, frame.width - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _restrict(sheet: Any, frame: pl.DataFrame, source: str) -> None:
    place = frame.columns.index(schema.VERIFIED.name)
    rule = {
        "validate": "list",
        "source": source,
        "error_title": "Domaine inconnu",
        "error_message": "Choisir l'un des domaines de la liste.",
    }
    sheet.data_validation(1, place, frame.height, place, rule)


def _write_guide(book: Any, rules: Any, labels: Sequence[str]) -> int:
    """Write the rules, and give the row (from 1) of the first label of the list."""
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    rules.set_column(0, 0, 26, wrapped)
    rules.set_column(1, 1, 110, wrapped)
    five = set(labels) == set(BY_KEY)
    rows: list[tuple[str, str, Any]] = [(guide.TITLE, "", bold)]
    if five:
        rows += [("Le principe", guide.PRINCIPLE, None), ("", "", None), ("Dans cet ordre", "", bold)]
        rows += [(label, question, None) for question, label in guide.ORDER]
        rows += [("", "", None), ("Cas fréquents", "", bold), *(("", case, None) for case in guide.CASES)]
    rows += [("", "", None), ("Domaines", "Ce qu'ils couvrent", bold)]
    first = len(rows) + 1
    rows += [(label, BY_KEY[label].scope if label in BY_KEY else "", None) for label in labels]
    for number, (left, right, form) in enumerate(rows):
        rules.write_string(number, 0, left, form)
        rules.write_string(number, 1, right, form)
    return first
