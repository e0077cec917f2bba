"""The report: summarise, then render one self-contained HTML page, or text for the terminal."""

from pipeline.report.audit_page import AuditPage, DoubtedText, Near, Piece, ReadText, render_audit
from pipeline.report.page import render_html
from pipeline.report.planned import render_plan
from pipeline.report.render import render_evaluation, render_explanation, render_shares
from pipeline.report.shares_text import render_answer
from pipeline.report.summary import Summary, frequent_words

__all__ = [
    "AuditPage",
    "DoubtedText",
    "Near",
    "Piece",
    "ReadText",
    "Summary",
    "frequent_words",
    "render_answer",
    "render_audit",
    "render_evaluation",
    "render_explanation",
    "render_html",
    "render_plan",
    "render_shares",
]
