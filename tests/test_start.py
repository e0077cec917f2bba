"""What a command may import: start-up stays short because heavy libraries are loaded where they are needed."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def imported(*arguments):
    """Give the names of the modules a command imports, by ``python -X importtime``."""
    command = [sys.executable, "-X", "importtime", "-m", "pipeline.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ})
    assert done.returncode == 0, done.stderr[-500:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


@pytest.mark.parametrize(
    ("arguments", "too_heavy"),
    [
        (["--help"], {"polars", "numpy", "scipy", "sklearn", "spacy", "jinja2"}),
        (["territory", "--help"], {"polars", "numpy", "scipy", "matplotlib", "jinja2"}),
        (["models", "show", "default"], {"sklearn", "spacy", "joblib"}),
        (["shares", "corpora/acceptance.csv", "-q"], {"sklearn", "spacy", "matplotlib", "pandas", "statsmodels"}),
        (
            ["audit", "draw", "corpora/acceptance.csv", "-n", "5", "-o", "-", "-q"],
            {"sklearn", "spacy", "scipy", "matplotlib", "jinja2", "xlsxwriter"},
        ),
        (
            ["explain", "wifi gratuit sur la place"],
            {"polars", "scipy", "sklearn", "spacy", "joblib", "jinja2", "fsspec", "matplotlib", "pandas", "rich"},
        ),
        (
            ["label", "corpora/acceptance.csv", "-o", "-", "-q"],
            {"scipy", "sklearn", "spacy", "joblib", "jinja2", "fsspec", "distributed"},
        ),
    ],
)
def test_a_command_does_not_import_what_it_does_not_need(arguments, too_heavy):
    assert imported(*arguments) & too_heavy == set()
