"""The journal in SQL, the same for SQLite and PostgreSQL: tables, views, and what is asked of them."""

from __future__ import annotations

import json
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from pipeline.errors import ModelError
from pipeline.review.journal import Decision, Merged, digest_of, later_than

VERSION = 1

TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, content TEXT NOT NULL)",
    "CREATE TABLE texts (digest TEXT PRIMARY KEY, content TEXT NOT NULL)",
    """CREATE TABLE decisions (
        number {serial},
        decision_key TEXT NOT NULL UNIQUE,
        decided_at TEXT NOT NULL,
        annotator TEXT NOT NULL,
        decision_action TEXT NOT NULL CHECK (decision_action IN ('choose', 'skip', 'undo')),
        row_id TEXT NOT NULL,
        digest TEXT NOT NULL REFERENCES texts (digest),
        label_before TEXT NOT NULL,
        label_after TEXT NOT NULL,
        suggestion TEXT NOT NULL,
        model TEXT NOT NULL,
        inclusion {real},
        blind INTEGER NOT NULL,
        queue TEXT NOT NULL,
        source TEXT NOT NULL,
        source_row INTEGER NOT NULL,
        origin TEXT NOT NULL,
        undoes TEXT NOT NULL
    )""",
    "CREATE INDEX decisions_by_row ON decisions (annotator, row_id, digest, decided_at)",
    "CREATE INDEX decisions_undone ON decisions (undoes)",
    """CREATE VIEW current_decisions AS SELECT * FROM (
        SELECT decisions.*, row_number() OVER (
            PARTITION BY annotator, row_id, digest ORDER BY decided_at DESC, decision_key DESC) AS place
        FROM decisions) AS ranked WHERE place = 1""",
    """CREATE VIEW current_labels AS SELECT * FROM (
        SELECT number, decision_key, decided_at, annotator, decision_action, row_id, digest, label_before, label_after,
            suggestion, model, inclusion, blind, queue, source, source_row, origin, undoes, row_number() OVER (
            PARTITION BY row_id, digest
            ORDER BY CASE WHEN queue = 'disagreements' THEN 0 ELSE 1 END, decided_at DESC, decision_key DESC) AS place
        FROM current_decisions WHERE label_after <> '') AS ranked WHERE place = 1""",
)

_FIELDS = (
    "decision_key, annotator, decision_action, row_id, content, label_after, label_before, suggestion, model, "
    "inclusion, blind, queue, source, source_row, decided_at, origin, undoes"
)
_INSERT = """INSERT INTO decisions (decision_key, annotator, decision_action, row_id, digest, label_after, label_before,
    suggestion, model, inclusion, blind, queue, source, source_row, decided_at, origin, undoes)
    VALUES (:key, :annotator, :action, :row_id, :digest, :after, :before, :suggestion, :model, :inclusion, :blind,
    :queue, :source, :row, :at, :origin, :undoes) ON CONFLICT (decision_key) DO NOTHING"""
_INSERT_TEXT = "INSERT INTO texts (digest, content) VALUES (:digest, :content) ON CONFLICT (digest) DO NOTHING"
_LAST_OF_ROW = """SELECT decided_at, label_after FROM decisions
    WHERE annotator = :annotator AND row_id = :row_id AND digest = :digest ORDER BY decided_at DESC, decision_key DESC
    LIMIT 1"""
_LAST_HELD = """FROM decisions AS d JOIN texts USING (digest)
    WHERE annotator = :annotator AND source = :source AND decision_action <> 'undo'
    AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.decision_key)
    ORDER BY number DESC LIMIT 1"""
_CLASHES = """SELECT count(*) FROM (SELECT annotator, row_id, digest FROM (
    SELECT annotator, row_id, digest, origin, label_after, row_number() OVER (
        PARTITION BY annotator, row_id, digest, origin ORDER BY decided_at DESC, decision_key DESC) AS place
    FROM decisions) AS last WHERE place = 1 AND label_after <> ''
    GROUP BY annotator, row_id, digest HAVING count(DISTINCT label_after) > 1) AS clashes"""


class SqlJournal(ABC):
    """A journal in a database; a subclass says how to reach it. Safe to call from several threads."""

    shown: str

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._origin = ""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """Hold a transaction that no other writer enters; at its end the disk has it, or nothing is changed."""

    @abstractmethod
    def _all(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        """Run a statement with named values and give its rows."""

    @abstractmethod
    def close(self) -> None: ...

    def record(self, decision: Decision) -> Decision:
        with self._lock, self._writing():
            known = self._by_key(decision.key)
            return known or self._append(decision)

    def undo(self, key: str, annotator: str, source: str) -> Decision | None:
        with self._lock, self._writing():
            known = self._by_key(key)
            if known:
                return known
            held = self._decisions(_LAST_HELD, {"annotator": annotator, "source": source})
            if not held:
                return None
            last = held[0]
            taken_back = replace(last, key=key, action="undo", after=last.before, undoes=last.key, at="")
            return self._append(taken_back)

    def current(self) -> list[Decision]:
        with self._lock:
            return self._decisions("FROM current_decisions JOIN texts USING (digest) ORDER BY decided_at, decision_key")

    def labels(self) -> list[Decision]:
        with self._lock:
            return self._decisions("FROM current_labels JOIN texts USING (digest) ORDER BY decided_at, decision_key")

    def since(self, number: int) -> tuple[int, list[Decision]]:
        with self._lock:
            found = self._all(
                f"SELECT {_FIELDS}, number FROM decisions JOIN texts USING (digest) WHERE number > :number "
                "ORDER BY number",
                {"number": number},
            )
        return (found[-1][-1] if found else number), [_decision(row[:-1]) for row in found]

    def merge(self, decisions: Iterable[Decision]) -> Merged:
        added = known = 0
        with self._lock, self._writing():
            for decision in decisions:
                if self._by_key(decision.key):
                    known += 1
                else:
                    self._insert(replace(decision, origin=decision.origin or self._origin))
                    added += 1
            clashes = int(self._all(_CLASHES)[0][0])
        return Merged(added, known, clashes)

    def agree_on(self, labels: Sequence[str]) -> None:
        """Keep the labels on first use; raise ``ModelError`` when they are not those the store was made with."""
        kept = self.known_labels()
        if not kept:
            with self._lock, self._writing():
                self._fact("labels", json.dumps(list(labels)))
            return
        if sorted(kept) != sorted(labels):
            raise ModelError(
                f"{self.shown} a été fait avec les étiquettes {', '.join(kept)}, et non {', '.join(labels)} : "
                "prendre le modèle de ces étiquettes, ou une autre base avec --store."
            )

    def known_labels(self) -> list[str]:
        with self._lock:
            found = self._all("SELECT content FROM facts WHERE name = 'labels'")
        return [str(label) for label in json.loads(found[0][0])] if found else []

    def _create(self, serial: str, real: str) -> None:
        for statement in TABLES:
            self._all(statement.replace("{serial}", serial).replace("{real}", real))
        self._fact("version", str(VERSION))
        self._fact("origin", uuid.uuid4().hex)

    def _fact(self, name: str, content: str) -> None:
        self._all(
            "INSERT INTO facts (name, content) VALUES (:name, :content) ON CONFLICT (name) DO NOTHING",
            {"name": name, "content": content},
        )

    def _read_origin(self) -> None:
        self._origin = str(self._all("SELECT content FROM facts WHERE name = 'origin'")[0][0])

    def _append(self, decision: Decision) -> Decision:
        last = self._all(
            _LAST_OF_ROW,
            {"annotator": decision.annotator, "row_id": decision.row_id, "digest": digest_of(decision.text)},
        )
        before = str(last[0][1]) if last else ""
        after = before if decision.action == "skip" else decision.after
        at = later_than(str(last[0][0]) if last else None)
        whole = replace(decision, before=before, after=after, at=at, origin=self._origin)
        self._insert(whole)
        return whole

    def _insert(self, decision: Decision) -> None:
        digest = digest_of(decision.text)
        self._all(_INSERT_TEXT, {"digest": digest, "content": decision.text})
        values = {name: getattr(decision, name) for name in Decision.__dataclass_fields__ if name != "text"}
        self._all(_INSERT, values | {"digest": digest, "blind": int(decision.blind)})

    def _by_key(self, key: str) -> Decision | None:
        found = self._decisions("FROM decisions JOIN texts USING (digest) WHERE decision_key = :key", {"key": key})
        return found[0] if found else None

    def _decisions(self, rest: str, values: Mapping[str, Any] | None = None) -> list[Decision]:
        return [_decision(row) for row in self._all(f"SELECT {_FIELDS} {rest}", values)]


def _decision(row: Sequence[Any]) -> Decision:
    found = Decision(*row)
    return replace(found, blind=bool(found.blind))
