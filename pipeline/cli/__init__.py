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
from pipeline.cli.options import INTERRUPTED, WRONG_USE, app
from pipeline.errors import DomainesError

__all__ = ["annotating", "app", "audit", "audit_report", "labelling", "main", "models", "review", "shares", "territory"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and give the exit code; the only place where errors become messages."""
    debug = os.environ.get("DOMAINES_DEBUG") == "1"
    try:
        code: Any = app(args=arguments, standalone_mode=False)
        # Typer gives back the codes of Exit, and 130 for Ctrl-C.
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except DomainesError as error:
        if debug:
            traceback.print_exc()
        print(str(error), file=sys.stderr)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("Interrompu : rien n'a été écrit sous le nom demandé.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        # Typer raises its own or click's usage errors, by version; both can show themselves.
        if not hasattr(error, "show"):
            raise
        error.show()
        return WRONG_USE
