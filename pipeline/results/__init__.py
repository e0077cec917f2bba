"""Typed records of results: what stages compute and reports show."""

from pipeline.results.audits import AuditedSample, Draw
from pipeline.results.held_out import HeldOut
from pipeline.results.scores import DomainScore, Evaluation
from pipeline.results.shares import Share, Shares

__all__ = ["AuditedSample", "DomainScore", "Draw", "Evaluation", "HeldOut", "Share", "Shares"]
