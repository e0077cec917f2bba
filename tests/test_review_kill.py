"""Decisions by four clients at once while the program is killed (SIGKILL): none lost, none doubled.

``make test-review-kill`` does it at full size: 10,000 decisions, 20 kills.
"""

import http.client
import os
import random
import threading
import time
import uuid
from collections import Counter

import pytest

from pipeline.domains import LABELS
from pipeline.review import SqliteJournal
from tests.review_support import PageClient, RunningReview

DECISIONS = int(os.environ.get("REVIEW_DECISIONS", "400"))
KILLS = int(os.environ.get("REVIEW_KILLS", "3"))
CLIENTS = 4
LOST = (OSError, http.client.HTTPException)


class Watched:
    """The program, killed and started again: clients ask for its link of the moment."""

    def __init__(self, arguments, models):
        self._arguments, self._models = arguments, models
        self._there = threading.Event()
        self._running = None
        self.start()

    def start(self):
        self._running = RunningReview(*self._arguments, models=self._models)
        self._there.set()

    def kill(self):
        self._there.clear()
        self._running.kill()

    def client(self, name):
        while True:
            assert self._there.wait(timeout=120)
            try:
                return PageClient(self._running.link, name)
            except (*LOST, TypeError):
                time.sleep(0.05)


class Annotator(threading.Thread):
    """Decides on its rows in turn; a decision not acknowledged is sent again under the same key."""

    def __init__(self, name, watched, numbers, acknowledged):
        super().__init__()
        self.called, self.watched, self.numbers, self.acknowledged = name, watched, numbers, acknowledged
        self.sent_again, self.failure = 0, None

    def run(self):
        try:
            self._decide_all()
        except Exception as error:
            self.failure = error

    def _decide_all(self):
        client, chance = self.watched.client(self.called), random.Random(self.called)
        for number in self.numbers:
            key, label = uuid.uuid4().hex, chance.choice(LABELS)
            while True:
                try:
                    status, answer = client.decide(number, label, key)
                    if status == 200:
                        assert answer["saved"] == {"number": number, "label": label}
                        self.acknowledged[key] = (self.called, number, label)
                        break
                except LOST:
                    pass
                self.sent_again += 1
                client.connection.close()
                client = self.watched.client(self.called)
        client.connection.close()


@pytest.mark.long
def test_no_decision_is_lost_or_doubled(tmp_path, small_model):
    rows = DECISIONS // CLIENTS
    source, store = tmp_path / "e.csv", tmp_path / "annotations.db"
    source.write_text("id,description\n" + "".join(f"R{n},wifi {n}\n" for n in range(1, rows + 1)), encoding="utf-8")
    watched = Watched((source, "--store", store, "--model", "small"), small_model.parent)
    acknowledged = {}
    annotators = [Annotator(f"A{place}", watched, range(1, rows + 1), acknowledged) for place in range(CLIENTS)]
    for each in annotators:
        each.start()
    for turn in range(1, KILLS + 1):
        # At a moment that owes nothing to the program: when so many decisions are through.
        while len(acknowledged) < turn * DECISIONS // (KILLS + 1) and any(each.is_alive() for each in annotators):
            time.sleep(0.002)
        watched.kill()
        watched.start()
    for each in annotators:
        each.join(timeout=1800)
    watched.kill()
    assert [each.failure for each in annotators if each.failure] == []
    journal = SqliteJournal(str(store))
    written = journal.since(0)[1]
    journal.close()
    assert len(acknowledged) == rows * CLIENTS
    assert Counter(each.key for each in written) == Counter(acknowledged.keys())
    assert {each.key: (each.annotator, each.row, each.after) for each in written} == acknowledged
    print(f"{len(written)} decisions, {KILLS} kills, {sum(each.sent_again for each in annotators)} sent again")
