"""The review page and its journal: given rows and a place to save, it knows nothing else."""

from pipeline.review.desk import Desk
from pipeline.review.journal import Decision, Journal, annotator_name, digest_of
from pipeline.review.rows import Example, Piece, ReviewRow, Rows
from pipeline.review.store import SqliteJournal

__all__ = [
    "Decision",
    "Desk",
    "Example",
    "Journal",
    "Piece",
    "ReviewRow",
    "Rows",
    "SqliteJournal",
    "annotator_name",
    "digest_of",
]
