"""A few of the faults that ``make reliability`` puts in by hundreds; in a process of their own, which forks."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.reliability.load import Growth


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forking takes a POSIX system")
@pytest.mark.long
def test_a_few_kills_and_disks_lose_nothing(small_model):
    command = [sys.executable, "-m", "tests.reliability", "--few", "--models", str(small_model.parent)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    total = done.stdout.splitlines()[-1].split()
    assert (total[0], total[3], total[5]) == ("all", "0", "0")
    assert int(total[1]) >= 8


def test_growth_is_told_from_what_stays():
    assert Growth((100.0, 9, 2), (110.0, 9, 2)).problems == []
    assert Growth((100.0, 9, 2), (300.0, 10, 2)).problems == ["memory 100.0 → 300.0", "open files 9 → 10"]
