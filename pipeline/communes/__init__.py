"""Communes: the table shipped with the program or the user's, and finding the commune a survey's row speaks of."""

from pipeline.communes.matching import Matcher, Request, Unmatched
from pipeline.communes.table import Communes, Former, communes_of, reference_communes, reference_former

__all__ = [
    "Communes",
    "Former",
    "Matcher",
    "Request",
    "Unmatched",
    "communes_of",
    "reference_communes",
    "reference_former",
]
