"""Domain percentages and their intervals: pure functions of arrays, each with its paper."""

from pipeline.shares.audited import audited_by_commune, audited_shares, tuned_power
from pipeline.shares.counting import counted_shares
from pipeline.shares.differences import difference_of_shares
from pipeline.shares.drift import drift_of
from pipeline.shares.label_shift import calibration_matrix_shares, expectation_maximisation_shares
from pipeline.shares.population import Population

__all__ = [
    "Population",
    "audited_by_commune",
    "audited_shares",
    "calibration_matrix_shares",
    "counted_shares",
    "difference_of_shares",
    "drift_of",
    "expectation_maximisation_shares",
    "tuned_power",
]
