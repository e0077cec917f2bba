"""The sheet an auditor fills in: its columns and rows as drawn, and what is read back from it."""

from pipeline.audit_sheets.drawn import blind_names, drawn_sheet, neutralised
from pipeline.audit_sheets.matching import matched
from pipeline.audit_sheets.placing import Labelled
from pipeline.audit_sheets.rows import draw_from, draw_sentence, row_checks, written_inclusion
from pipeline.audit_sheets.workbook import workbook

__all__ = [
    "Labelled",
    "blind_names",
    "draw_from",
    "draw_sentence",
    "drawn_sheet",
    "matched",
    "neutralised",
    "row_checks",
    "workbook",
    "written_inclusion",
]
