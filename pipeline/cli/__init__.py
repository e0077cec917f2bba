"""Words to calls, errors to exit codes: 0 done, 1 done with faults, 2 wrong use, 3 unreadable input, 4 unusable model.

stdout carries results, stderr progress and messages. Each module of this folder holds a group of commands.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import typer

from pipeline.cli import annotating, audit, audit_report, labelling, models, review, shares, territory
from pipeline.cli.interrupting import interruptible
from pipeline.cli.options import INTERRUPTED, UNEXPECTED, WRONG_USE, app
from pipeline.errors import DomainesError, printable

__all__ = ["annotating", "app", "audit", "audit_report", "labelling", "main", "models", "review", "shares", "territory"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and give the exit code; the only place where errors become messages."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = given[:1] == ["--debug"] or os.environ.get("DOMAINES_DEBUG") == "1"
    try:
        with interruptible():
            code: Any = app(args=arguments, standalone_mode=False)
        # Typer gives back the codes of Exit, and 130 for Ctrl-C.
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except DomainesError as error:
        if debug:
            traceback.print_exc()
        print(printable(str(error)), file=sys.stderr)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("Interrompu : rien n'a été écrit sous le nom demandé.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        # Typer raises its own or click's usage errors, by version; both can show themselves.
        if hasattr(error, "show"):
            error.show()
            return WRONG_USE
        if debug:
            traceback.print_exc()
        print(_unexpected(error), file=sys.stderr)
        return UNEXPECTED


def _unexpected(error: Exception) -> str:
    """Say that the program failed, without what the error holds: it may quote someone's text."""
    if isinstance(error, MemoryError):
        return "La mémoire manque : fermez d'autres programmes, ou donnez --jobs 1, puis recommencez."
    kind = type(error).__name__
    return (
        f"Erreur inattendue du programme ({kind}), rien n'a été écrit à moitié : relancez avec « domaines --debug … »."
    )
