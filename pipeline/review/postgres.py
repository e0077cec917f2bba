"""The same journal in PostgreSQL, for a team: the optional extra ``[postgres]``, SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pipeline.errors import InputError, OutputError, UsageError
from pipeline.review.sql import VERSION, SqlJournal

try:
    from sqlalchemy import Connection, create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
except ImportError as error:
    raise UsageError(
        "Une base PostgreSQL demande l'option « postgres » : pip install 'domaines-numeriques[postgres]'."
    ) from error

# Any number of ours: held by the one transaction that makes the tables, or writes.
_TURN = 0x444F4D41

_KEEP = (
    """CREATE FUNCTION keep_decisions() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the journal only grows'; END $$""",
    """CREATE TRIGGER decisions_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION keep_decisions()""",
)


class PostgresJournal(SqlJournal):
    """Open (or make) the journal at a URL ``postgresql://user@host:port/base``; sentences never show the password.

    Raise ``UsageError`` for a URL that is not one, ``OutputError`` when the server does not answer.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        super().__init__()
        try:
            parsed = make_url(url).set(drivername="postgresql+psycopg")
        except ArgumentError as error:
            raise UsageError("--store : écrire l'adresse ainsi, postgresql://nom@machine:5432/base.") from error
        self.shown = f"« {parsed.render_as_string(hide_password=True).replace('+psycopg', '')} »"
        self._engine = create_engine(parsed, pool_pre_ping=True, pool_size=2)
        self._connection: Connection | None = None
        if not read_only:
            with self._writing():
                if not self._all("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'facts'"):
                    self._create("BIGSERIAL PRIMARY KEY", "DOUBLE PRECISION")
                    for statement in _KEEP:
                        self._all(statement)
        self._check()
        self._read_origin()

    def close(self) -> None:
        self._engine.dispose()

    def _check(self) -> None:
        version = str(self._all("SELECT content FROM facts WHERE name = 'version'")[0][0])
        if version != str(VERSION):
            raise InputError(
                f"{self.shown} est une base de version {version}, et ce programme lit la version {VERSION} : "
                "l'ouvrir avec le programme qui l'a faite, ou commencer une autre base avec --store."
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._sentences(), self._engine.begin() as connection:
            # Writers take turns, as SQLite's do: what a decision replaces is read and written in one step.
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def _all(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        with self._sentences():
            if self._connection is not None:
                return _rows(self._connection, statement, values)
            with self._engine.connect() as connection:
                return _rows(connection, statement, values)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0] if error.orig else "sans raison donnée"
            raise OutputError(f"{self.shown} ne répond pas comme il faut ({reason}) : vérifier le serveur.") from error
        except SQLAlchemyError as error:
            raise OutputError(f"{self.shown} : la base refuse ({error}) ; rien n'est perdu, recommencer.") from error


def _rows(connection: Connection, statement: str, values: Mapping[str, Any] | None) -> Sequence[Sequence[Any]]:
    found = connection.execute(text(statement), {name: _held(value) for name, value in (values or {}).items()})
    return [tuple(row) for row in found] if found.returns_rows else []


def _held(value: Any) -> Any:
    """Replace NUL, the one character PostgreSQL's text cannot hold."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
