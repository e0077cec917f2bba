"""One family of errors: each prints as one sentence that quotes the value and says what to do next.

The command line catches :class:`DomainesError` once, at the door, and turns it into an exit code;
nothing below calls ``sys.exit``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

#: Escape codes' first characters, and the marks that turn the direction of writing; tabs and newlines are harmless.
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""Show what would command a terminal (escape codes in a file's name or a text) instead of doing it.

    >>> printable("wifi \x1b[31mrouge")
    'wifi \\x1b[31mrouge'
    """
    return _COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class DomainesError(Exception):
    """Base of every error a user can cause; its text is shown as it is, without a traceback."""

    exit_code = 3


class UsageError(DomainesError):
    """The command was asked something it cannot do: exit code 2."""

    exit_code = 2


class InputError(DomainesError):
    """A file cannot be read, or what it holds cannot be used: exit code 3."""

    exit_code = 3


class OutputError(DomainesError):
    """A result cannot be written; the previous output is still there: exit code 3."""

    exit_code = 3


class ModelError(DomainesError):
    """A model folder is missing, damaged or of another format: exit code 4."""

    exit_code = 4


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name closest to ``name``, or ``None`` when nothing resembles it.

    >>> nearest("descripton", ["id", "description", "commune"])
    'description'
    >>> nearest("xyz", ["id", "description"]) is None
    True
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
