"""The sheet an auditor fills in: its columns and rows as drawn, and what is read back from it."""

from pipeline.audit_sheets.matching import Labelled, matched
from pipeline.audit_sheets.rows import draw_from, draw_sentence, row_checks, written_inclusion

__all__ = ["Labelled", "draw_from", "draw_sentence", "matched", "row_checks", "written_inclusion"]
