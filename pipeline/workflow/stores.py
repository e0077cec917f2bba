"""Opening a store of decisions by its name: an SQLite file, or the URL of a PostgreSQL base."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.review import Journal, SqliteJournal

SCHEMES = ("postgresql://", "postgres://")
_PASSWORD = re.compile(r"^(postgres(?:ql)?://[^:@/]*):.*@")


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


def shown_store(store: str) -> str:
    """Give a store's name as messages quote it, its password hidden.

    >>> shown_store("postgresql://zoe:secret@hote/base")
    '« postgresql://zoe:***@hote/base »'
    """
    hidden = _PASSWORD.sub(r"\1:***@", store)
    return f"« {hidden} »"


def _opened(store: str, read_only: bool) -> Journal:
    if not store.startswith(SCHEMES):
        return SqliteJournal(store, read_only=read_only)
    from pipeline.review.postgres import PostgresJournal

    return PostgresJournal(store.replace("postgres://", "postgresql://", 1), read_only=read_only)
