"""Typed records of results: what stages compute and reports show."""

from pipeline.results.agreement import Agreement, PairAgreement, RuleAgreement
from pipeline.results.scores import DomainScore, Evaluation
from pipeline.results.shares import Share, Shares

__all__ = ["Agreement", "DomainScore", "Evaluation", "PairAgreement", "RuleAgreement", "Share", "Shares"]
