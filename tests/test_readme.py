"""The README's commands run as they stand, in order, on a copy of what they name."""

import re
import shlex
import shutil

import pytest

from pipeline.cli import main
from pipeline.schema import OUTPUT_COLUMNS, output_columns, table_schema
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
REVIEWED = "id,description,domaine_verifie\nD001,Un texte,autre\nD002,Un autre,acces_numerique\n"
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "corpora" / "demo", folder / "corpora" / "demo")
    shutil.copy(ROOT / "corpora" / "acceptance.csv", folder / "corpora")
    (folder / "out").mkdir()
    (folder / "out" / "relues.csv").write_text(REVIEWED, encoding="utf-8")
    return folder


def test_there_are_commands_to_run():
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    program, *arguments = shlex.split(command)
    assert program == "domaines"
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err


def test_the_files_the_readme_names_are_there():
    for name in re.findall(r"`((?:corpora/)?[A-Z]+\.md)`", README):
        assert (ROOT / name).is_file(), name
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / name).is_file(), name


def test_the_published_table_schema_is_that_of_the_program():
    published = (ROOT / "docs" / "labelled.schema.json").read_text(encoding="utf-8")
    assert published == table_schema(OUTPUT_COLUMNS) + "\n"
    assert [column.name for column in OUTPUT_COLUMNS] == list(output_columns())


def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert targets == described
    assert {"demo", "test", "lint", "install", "model", "bench", "help", "corpus-check"} <= described
