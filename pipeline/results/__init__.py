"""Typed records of results: what stages compute and reports show."""

from pipeline.results.audits import AuditedSample, Draw
from pipeline.results.comparisons import Comparison
from pipeline.results.held_out import HeldOut
from pipeline.results.plans import Plan, PlannedRows
from pipeline.results.scores import DomainScore, Evaluation
from pipeline.results.shares import Share, Shares

__all__ = [
    "AuditedSample",
    "Comparison",
    "DomainScore",
    "Draw",
    "Evaluation",
    "HeldOut",
    "Plan",
    "PlannedRows",
    "Share",
    "Shares",
]
