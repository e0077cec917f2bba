"""Typed records of results: what stages compute and reports show."""

from pipeline.results.agreement import Agreement, PairAgreement, RuleAgreement
from pipeline.results.audits import AuditedSample, Draw
from pipeline.results.comparisons import Comparison
from pipeline.results.held_out import HeldOut
from pipeline.results.plans import Plan, PlannedRows
from pipeline.results.scores import DomainScore, Evaluation, PairScore
from pipeline.results.shares import (
    CorrectedShares,
    Difference,
    Differences,
    Drift,
    DriftSign,
    GroupShares,
    Share,
    Shares,
    SharesAnswer,
)

__all__ = [
    "Agreement",
    "AuditedSample",
    "Comparison",
    "CorrectedShares",
    "Difference",
    "Differences",
    "DomainScore",
    "Draw",
    "Drift",
    "DriftSign",
    "Evaluation",
    "GroupShares",
    "HeldOut",
    "PairAgreement",
    "PairScore",
    "Plan",
    "PlannedRows",
    "RuleAgreement",
    "Share",
    "Shares",
    "SharesAnswer",
]
