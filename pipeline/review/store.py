"""The journal in one SQLite file (``annotations.db``): WAL, every commit synchronised with the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.errors import DomainesError, InputError, OutputError
from pipeline.review.sql import VERSION, SqlJournal

# "DOMA": tells our file from any other SQLite file.
APPLICATION = 0x444F4D41
# How long a writer waits for another program to let go of the file, in seconds.
PATIENCE = 5.0

_FORBIDDEN = """CREATE TRIGGER decisions_keep_{verb} BEFORE {verb} ON decisions
    BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END"""

_SENTENCES = (
    ("locked", "est tenu par un autre programme depuis plus de {patience:.0f} s : le fermer, puis recommencer."),
    ("readonly", "ne peut pas être modifié (fichier ou disque en lecture seule) : ajouter --read-only, ou le copier."),
    ("full", "ne peut plus grandir, le disque est plein : libérer de la place, puis recommencer ; rien n'est perdu."),
    ("disk i/o", "n'a pu être lu ou écrit en entier (disque plein ou abîmé) : vérifier le disque ; rien n'est perdu."),
    ("not a database", "n'est pas une base d'annotations : donner un autre fichier à --store."),
    ("malformed", "est abîmé : reprendre une copie de sauvegarde, ou « sqlite3 FICHIER .recover »."),
    ("unable to open", "ne peut être ouvert : vérifier que le dossier existe et qu'on peut y écrire."),
)


class SqliteJournal(SqlJournal):
    """Open (or make) a store; ``read_only`` touches nothing, not even a lock file where the disk forbids it.

    Raise ``InputError`` for a file that is something else, or of another version; ``OutputError`` when it cannot
    be written.
    """

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        super().__init__()
        self.path, self.shown = path, f"« {path} »"
        if read_only and not Path(path).is_file():
            raise InputError(f"{self.shown} n'existe pas : retirer --read-only pour commencer une base.")
        with self._sentences():
            self._connection = _connect(path, read_only)
        try:
            with self._sentences():
                self._prepare(read_only)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _prepare(self, read_only: bool) -> None:
        if not read_only:
            self._connection.execute("PRAGMA journal_mode = WAL")
            # FULL, not WAL's usual NORMAL: an acknowledged decision must outlive a power cut.
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            with self._writing():
                if not self._connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    self._make()
        self._check()
        self._read_origin()

    def _make(self) -> None:
        self._create("INTEGER PRIMARY KEY AUTOINCREMENT", "REAL")
        for verb in ("UPDATE", "DELETE"):
            self._connection.execute(_FORBIDDEN.format(verb=verb))
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _check(self) -> None:
        application, version = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if application != APPLICATION:
            raise InputError(f"{self.shown} n'est pas une base d'annotations : donner un autre fichier à --store.")
        if version != VERSION:
            raise InputError(
                f"{self.shown} est une base de version {version}, et ce programme lit la version {VERSION} : "
                "l'ouvrir avec le programme qui l'a faite, ou commencer une autre base avec --store."
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._sentences():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def _all(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        with self._sentences():
            return self._connection.execute(statement, values or {}).fetchall()

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._told(str(error)) from error

    def _told(self, message: str) -> DomainesError:
        for words, sentence in _SENTENCES:
            if words in message.lower():
                kind = InputError if words in ("not a database", "malformed") else OutputError
                return kind(f"{self.shown} {sentence.format(patience=PATIENCE)}")
        return OutputError(f"{self.shown} : SQLite refuse ({message}) ; rien n'est perdu, recommencer.")


def _connect(path: str, read_only: bool) -> sqlite3.Connection:
    place = "file:" + quote(str(Path(path).resolve()))
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{place}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    if not read_only:
        return connection
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if Path(f"{path}-wal").is_file() and Path(f"{path}-wal").stat().st_size:
            # What is still in the WAL would be silently left out.
            raise
        # WAL needs a file beside it, which a read-only disk refuses; nobody can be writing there either.
        return sqlite3.connect(f"{place}?mode=ro&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    return connection
