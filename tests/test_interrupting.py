"""How Ctrl-C and SIGTERM end the program: as an exception, remembered when it is lost, by force at last."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from pipeline.cli.interrupting import ended_within, interrupted, interruptible
from pipeline.review import Desk, SqliteJournal, server
from tests.conftest import ROOT
from tests.review_support import ListRows


def test_a_signal_whose_exception_python_loses_still_ends_the_page(tmp_path):
    journal = SqliteJournal(str(tmp_path / "a.db"))
    desk = Desk(ListRows(["un", "deux"]), journal)
    door = server.open_door(desk, stopped=interrupted)
    with interruptible():
        # As in a finaliser or a callback from C: what is raised there goes no further.
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        serving = threading.Thread(target=door.run)
        serving.start()
        serving.join(10)
        assert not serving.is_alive()
    with interruptible():
        assert not interrupted()
    journal.close()


HELD = """
import threading
from pipeline.cli.interrupting import ended_within, interruptible
with interruptible(), ended_within(0.3, 130):
    while True:
        try:
            print("ready", flush=True)
            threading.Event().wait()
        except KeyboardInterrupt:
            pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_does_not_end_on_a_signal_is_ended_by_force(number):
    with subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True, cwd=ROOT) as held:
        assert held.stdout.readline() == "ready\n"
        held.send_signal(number)
        assert held.wait(10) == 130


def test_what_ends_in_time_is_left_alone():
    with suppress(KeyboardInterrupt), interruptible(), ended_within(0.1, 99):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    # Were it still watched, the whole suite would end here.
    time.sleep(0.3)
    assert signal.set_wakeup_fd(-1) == -1
