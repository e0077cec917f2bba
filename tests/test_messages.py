"""Every error says in one sentence what was found, where, and what to do next; its words are in tests/messages.txt."""

import re

import pytest

from pipeline.cli import main
from pipeline.errors import DomainesError, printable
from tests.messages import TABLE, messages

WORDS = TABLE.read_text(encoding="utf-8").splitlines()
#: What to do next: an infinitive or an imperative after what was found.
NEXT = re.compile(
    r"(?:[:;,.(?}]|puis|ou|à) ?(?:n[e'’] ?|s[e'’] ?)?(?:l[ea'] ?|les |y |en |redonnez-lui)?[« ]*"
    r"\w*(?:er|ez|ir|re|faites)\b"
    # Or what is expected, or the choice there is.
    r"|vouliez-vous|(?:colonnes du fichier|feuilles du classeur) sont|pip install|est attendue?|sont attendus"
    r"|^donner|doit avoir|groupes : |connues : ",
    re.IGNORECASE,
)
#: What can only follow from the command itself: it quotes nothing.
QUOTES_NOTHING = (
    "La sortie standard a été fermée",
    "Le texte ne contient aucun mot",
    "Trop peu de textes différents",
    "Le paquet « ",
    "Aucune ligne vérifiée",
    "Aucune colonne de groupes",
    "L'export de doccano",
    "Étiquette illisible",
    "Lecture seule",
    "Une base PostgreSQL",
)


def test_the_table_holds_the_words_of_every_error_and_no_other():
    assert messages() == WORDS, "python -m tests.messages writes the table; read its diff"


@pytest.mark.parametrize("line", WORDS)
def test_an_error_says_what_where_and_what_next(line):
    _, _, words = line.split(" | ", 2)
    assert "{}" in words or words.startswith(("--", "Donner ")) or words.startswith(QUOTES_NOTHING), "where?"
    assert NEXT.search(words) or words.rstrip().endswith((": {}", "; {}")), "what next?"
    assert not re.search(r"\b(?:error|exception|invalid|failed|traceback)\b", words, re.IGNORECASE)
    assert words.rstrip()[-1] in ".?}"


def test_only_debug_shows_a_traceback(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("DOMAINES_DEBUG", raising=False)
    words = ["shares", str(tmp_path / "absent.csv")]
    assert main(words) == 3
    plain = capsys.readouterr().err
    assert main(["--debug", *words]) == 3
    debug = capsys.readouterr().err
    assert "Traceback" not in plain
    assert "Traceback" in debug
    assert debug.endswith(plain)
    monkeypatch.setenv("DOMAINES_DEBUG", "1")
    assert main(words) == 3
    assert "Traceback" in capsys.readouterr().err


def test_what_nobody_foresaw_is_a_sentence_without_the_text_it_holds(monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise ValueError("le texte secret de la ligne 3")

    monkeypatch.setattr("pipeline.workflow.shares.shares", fail)
    assert main(["shares", "x.csv"]) == 70
    assert capsys.readouterr().err == (
        "Erreur inattendue du programme (ValueError), rien n'a été écrit à moitié : "
        "relancez avec « domaines --debug … ».\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("wifi \x1b[31mrouge\x1b[0m", "wifi \\x1b[31mrouge\\x1b[0m"),
        ("\x1b]0;titre\x07", "\\x1b]0;titre\\x07"),
        ("a\rb\x9b2J", "a\\rb\\x9b2J"),
        ("\u202eeman", "\\u202eeman"),
        ("été\tœuf\nà 500 € – 📶", "été\tœuf\nà 500 € – 📶"),
    ],
)
def test_what_commands_a_terminal_is_shown_not_done(text, shown):
    assert printable(text) == shown


def test_a_name_that_holds_escape_codes_is_printed_harmless(tmp_path, capsys):
    assert main(["shares", str(tmp_path / "\x1b[2Jabsent.csv")]) == 3
    assert "\x1b" not in capsys.readouterr().err


def test_the_family_has_its_exit_codes():
    assert {kind.__name__: kind.exit_code for kind in DomainesError.__subclasses__()} == {
        "UsageError": 2,
        "InputError": 3,
        "OutputError": 3,
        "ModelError": 4,
    }
