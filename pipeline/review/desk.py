"""The desk: who has decided what, which row comes next, how far one is. No HTTP here, no HTML."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.review.journal import Action, Decision, Journal
from pipeline.review.rows import DISAGREEMENTS, DOUBTED, DOUBTFUL, SKIPPED, Positions, Rows

# Speed is that of the last decisions; a pause longer than this, in seconds, starts the count anew.
LAST, PAUSE = 30, 300.0


@dataclass(frozen=True)
class Progress:
    """How far an annotator is in a queue; ``agreed`` of ``compared`` decisions kept the suggestion shown."""

    done: int
    size: int
    per_minute: float | None
    agreed: int
    compared: int

    def as_json(self) -> dict[str, Any]:
        """Give the progress as the page reads it."""
        return dict(vars(self))


class Desk:
    """Hand out rows and take decisions, for any number of people at once.

    ``clock`` gives seconds, for the speed alone; the journal keeps the time of day itself.
    """

    def __init__(
        self, rows: Rows, journal: Journal, *, read_only: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rows, self.read_only = rows, read_only
        self._journal, self._clock = journal, clock
        self._lock = threading.RLock()
        self._read = 0
        self._last: dict[str, dict[int, Decision]] = defaultdict(dict)
        # Kept as decisions come: counting them anew took 9 ms a row once a person had made 20,000.
        self._seen_to: dict[tuple[str, bool], NDArray[np.bool_]] = defaultdict(
            lambda: np.zeros(len(self.rows), dtype=np.bool_)
        )
        self._compared: Counter[str] = Counter()
        self._agreed: Counter[str] = Counter()
        self._disagreed: set[int] = set()
        self._orders: dict[str, Positions] = {}
        self._members: dict[str, NDArray[np.bool_]] = {}
        self._cursors: dict[tuple[str, str], int] = defaultdict(int)
        self._times: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LAST))
        self.refresh()

    @property
    def queues(self) -> tuple[str, ...]:
        """Give the names of the queues, those of the rows first."""
        return (*self.rows.queues, DISAGREEMENTS, SKIPPED)

    def refresh(self) -> None:
        """Take in what was written since, by us or by another program."""
        with self._lock:
            self._read, new = self._journal.since(self._read)
            elsewhere = [decision.row_id for decision in new if not self._is_at(decision, decision.row - 1)]
            places = self.rows.positions(elsewhere) if elsewhere else {}
            for decision in new:
                position = places.get(decision.row_id, decision.row - 1)
                if self._is_at(decision, position):
                    self._take(position, decision)

    def next(self, annotator: str, queue: str) -> int | None:
        """Give the position of the first row of a queue this person has not seen to, or ``None``."""
        with self._lock:
            self.refresh()
            if queue in (DISAGREEMENTS, SKIPPED):
                return min(self._special(annotator, queue), default=None)
            order, seen, cursor = self._order(queue), self._last[annotator], self._cursors[annotator, queue]
            while cursor < len(order) and self._handled(seen, int(order[cursor]), queue):
                cursor += 1
            self._cursors[annotator, queue] = cursor
            return int(order[cursor]) if cursor < len(order) else None

    def prepare(self, annotator: str, queue: str) -> None:
        """Have the row after the next one ready: it is explained while a person reads."""
        for position in self._waiting(annotator, queue):
            self.rows.row(position)

    def ahead(self, annotator: str, queue: str, position: int) -> int | None:
        """Give the row this person will see once they have decided on this one, or ``None`` where it cannot be told."""
        return next((each for each in self._waiting(annotator, queue) if each != position), None)

    def _waiting(self, annotator: str, queue: str) -> list[int]:
        """Give the first two rows of a queue not seen to; none of the queues that decisions change."""
        if queue not in self.rows.queues:
            return []
        with self._lock:
            order, seen = self._order(queue), self._last[annotator]
            coming = (int(each) for each in order[self._cursors[annotator, queue] :])
            return list(islice((each for each in coming if not self._handled(seen, each, queue)), 2))

    def decide(self, annotator: str, key: str, position: int, label: str | None, queue: str) -> Decision:
        """Write a decision (``None``: skipped), and return once the disk has it."""
        self._refuse(position, label, queue)
        identifier, text = self.rows.identity(position)
        row = self.rows.row(position)
        action: Action = "skip" if label is None else "choose"
        decision = Decision(
            key,
            annotator,
            action,
            identifier,
            text,
            label or "",
            suggestion=row.suggestion,
            model=self.rows.model,
            inclusion=row.inclusion,
            blind=row.blind,
            queue=queue,
            source=self.rows.source,
            row=row.line or row.number,
        )
        written = self._journal.record(decision)
        with self._lock:
            if written.key == key and action == "choose":
                self._times[annotator].append(self._clock())
            self.refresh()
        return written

    def undo(self, annotator: str, key: str) -> int | None:
        """Take back this person's last decision; give the position of its row, or ``None`` when nothing is left."""
        if self.read_only:
            raise UsageError("Lecture seule : rien n'est enregistré (relancer sans --read-only).")
        written = self._journal.undo(key, annotator, self.rows.source)
        with self._lock:
            self.refresh()
            if written is None:
                return None
            self._cursors = defaultdict(int)
            if self._times[annotator]:
                self._times[annotator].pop()
            return self._position_of(written)

    def label(self, annotator: str, position: int) -> str:
        """Give this person's label of a row; ``""`` when there is none."""
        found = self._last[annotator].get(position)
        return found.after if found else ""

    def others(self, annotator: str, position: int) -> list[tuple[str, str]]:
        """Give who else labelled a row, and how: for settling a disagreement only."""
        with self._lock:
            found = [(name, seen[position].after) for name, seen in self._last.items() if position in seen]
        return sorted((name, label) for name, label in found if label and name != annotator)

    def progress(self, annotator: str, queue: str) -> Progress:
        """Say how far this person is in a queue, how fast they go, how often they keep the suggestion."""
        with self._lock:
            if queue in (DISAGREEMENTS, SKIPPED):
                done, size = 0, len(list(self._special(annotator, queue)))
            else:
                seen_to = self._seen_to[annotator, queue == DOUBTED]
                done, size = int(np.count_nonzero(seen_to & self._member(queue))), len(self._order(queue))
            agreed, compared = self._agreed[annotator], self._compared[annotator]
            return Progress(done, size, self._speed(annotator), agreed, compared)

    def names(self) -> list[str]:
        """Give who has decided anything here."""
        with self._lock:
            return sorted(name for name, seen in self._last.items() if seen)

    def _refuse(self, position: int, label: str | None, queue: str) -> None:
        if self.read_only:
            raise UsageError("Lecture seule : rien n'est enregistré (relancer sans --read-only).")
        if not 0 <= position < len(self.rows):
            raise UsageError(f"Ligne {position + 1} : le fichier en a {len(self.rows)}.")
        if label is not None and label not in self.rows.labels:
            raise UsageError(f"Étiquette inconnue « {label} » : choisir parmi {', '.join(self.rows.labels)}.")
        if queue not in self.queues:
            raise UsageError(f"File inconnue « {queue} » : choisir parmi {', '.join(self.queues)}.")

    def _is_at(self, decision: Decision, position: int) -> bool:
        """Tell whether a decision is about the row there: its number alone would not survive a sorted file."""
        return 0 <= position < len(self.rows) and self.rows.identity(position) == (decision.row_id, decision.text)

    def _position_of(self, decision: Decision) -> int | None:
        if self._is_at(decision, decision.row - 1):
            return decision.row - 1
        position = self.rows.positions([decision.row_id]).get(decision.row_id, -1)
        return position if self._is_at(decision, position) else None

    def _take(self, position: int, decision: Decision) -> None:
        seen = self._last[decision.annotator]
        known = seen.get(position)
        if known is None or (known.at, known.key) <= (decision.at, decision.key):
            seen[position] = decision
            self._count(known, -1)
            self._count(decision, 1)
            for queue in (DOUBTFUL, DOUBTED):
                handled = self._handled(seen, position, queue)
                self._seen_to[decision.annotator, queue == DOUBTED][position] = handled
        self._settle(position)

    def _count(self, decision: Decision | None, times: int) -> None:
        """Count a decision among those that kept the suggestion or not, or take it out."""
        if decision is not None and decision.after and decision.suggestion and not decision.blind:
            self._compared[decision.annotator] += times
            self._agreed[decision.annotator] += times * (decision.after == decision.suggestion)

    def _settle(self, position: int) -> None:
        last = [seen[position] for seen in self._last.values() if position in seen]
        labels = {each.after for each in last if each.after}
        settled = any(each.queue == DISAGREEMENTS and each.after for each in last)
        if len(labels) > 1 and not settled:
            self._disagreed.add(position)
        else:
            self._disagreed.discard(position)

    def _special(self, annotator: str, queue: str) -> Iterable[int]:
        seen = self._last[annotator]
        if queue == SKIPPED:
            return [position for position, each in seen.items() if each.action == "skip"]
        passed = {position for position, each in seen.items() if each.queue == queue and each.action == "skip"}
        return self._disagreed - passed

    def _handled(self, seen: dict[int, Decision], position: int, queue: str) -> bool:
        """Tell whether a row has been seen to; a doubted label asks for a second look at what was decided elsewhere."""
        last = seen.get(position)
        if last is None or (queue == DOUBTED and last.queue != DOUBTED):
            return False
        return last.action == "skip" or last.after != ""

    def _order(self, queue: str) -> Positions:
        if queue not in self._orders:
            if queue not in self.rows.queues:
                raise UsageError(f"File inconnue « {queue} » : choisir parmi {', '.join(self.queues)}.")
            self._orders[queue] = self.rows.order(queue)
        return self._orders[queue]

    def _member(self, queue: str) -> NDArray[np.bool_]:
        if queue not in self._members:
            inside = np.zeros(len(self.rows), dtype=np.bool_)
            inside[self._order(queue)] = True
            self._members[queue] = inside
        return self._members[queue]

    def _speed(self, annotator: str) -> float | None:
        times = list(self._times[annotator])
        while len(times) > 1 and max(np.diff(times)) > PAUSE:
            times = times[int(np.argmax(np.diff(times) > PAUSE)) + 1 :]
        spent = times[-1] - times[0] if len(times) > 1 else 0.0
        return round(60 * (len(times) - 1) / spent, 1) if spent > 0 else None
