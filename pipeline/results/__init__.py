"""Typed records of results: what stages compute and reports show."""

from pipeline.results.held_out import HeldOut
from pipeline.results.scores import DomainScore, Evaluation
from pipeline.results.shares import Share, Shares

__all__ = ["DomainScore", "Evaluation", "HeldOut", "Share", "Shares"]
