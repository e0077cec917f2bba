"""Opening a store of decisions by its name: an SQLite file, or the URL of a PostgreSQL base."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.review import Journal, SqliteJournal

SCHEMES = ("postgresql://", "postgres://")


def open_journal(store: str, *, read_only: bool = False, labels: Sequence[str] = ()) -> Journal:
    """Open a store, made if need be; raise ``ModelError`` when its labels are not ``labels``."""
    journal = _opened(store, read_only)
    try:
        # A store that was never told its labels cannot be told when it is only read.
        if labels and (not read_only or journal.known_labels()):
            journal.agree_on(labels)
    except BaseException:
        journal.close()
        raise
    return journal


def _opened(store: str, read_only: bool) -> Journal:
    if not store.startswith(SCHEMES):
        return SqliteJournal(store, read_only=read_only)
    from pipeline.review.postgres import PostgresJournal

    return PostgresJournal(store.replace("postgres://", "postgresql://", 1), read_only=read_only)
