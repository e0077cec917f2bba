"""The audit: how right the model is on rows people labelled, where, and what its mistakes cost."""

from pipeline.auditing.scores import audit, proportion
from pipeline.auditing.slices import bands_of_length, quartile_bands, slice_scores

__all__ = ["audit", "bands_of_length", "proportion", "quartile_bands", "slice_scores"]
