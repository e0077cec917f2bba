"""``domaines audit``: having a sample of rows checked by people."""

from __future__ import annotations

import typer

from pipeline.cli.options import app

audit_app = typer.Typer(help="Faire vérifier un échantillon : draw, plan, report.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
