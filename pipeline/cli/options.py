"""What commands share: the program and its groups of commands, options met in several, exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import UsageError, printable

if TYPE_CHECKING:
    from pipeline.progress import Progress

FAULTS, WRONG_USE, UNEXPECTED, INTERRUPTED = 1, 2, 70, 130

app = typer.Typer(
    name="domaines",
    help="Classe les descriptions de services numériques des communes en domaines, et en donne les parts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models_app = typer.Typer(help="Modèles présents : list, show, compare, promote, export.", no_args_is_help=True)
app.add_typer(models_app, name="models")


@app.callback()
def program(
    debug: Annotated[
        bool, typer.Option("--debug", help="Montrer aussi la trace d'une erreur ; avant la commande.")
    ] = False,
) -> None:
    """Classer les descriptions de services numériques des communes en domaines, et en donner les parts."""
    # ``main`` reads --debug itself, for errors met before any command is known.


ModelName = Annotated[str, typer.Option("--model", help="Nom ou dossier du modèle.")]
TextColumn = Annotated[str | None, typer.Option("--text", help="Nom de la colonne de texte.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Ne rien dire sur la sortie d'erreur.")]
AsJson = Annotated[bool, typer.Option("--json", help="Donner le résultat en JSON.")]
Language = Annotated[str, typer.Option("--lang", help="Langue du résultat : fr ou en.")]
Excel = Annotated[bool, typer.Option("--excel", help="CSV pour Excel : « ; », BOM, virgule décimale.")]


def progress_of(quiet: bool) -> Progress:
    """Give what speaks on stderr."""
    from pipeline.progress import Progress

    return Progress(quiet)


def print_result(text: str) -> None:
    """Write a result on stdout; what a text could make a terminal do is shown, not done."""
    sys.stdout.write((printable(text) if sys.stdout.isatty() else text) + "\n")


def checked_language(lang: str) -> str:
    """Give the language, or refuse it."""
    if lang not in ("fr", "en"):
        raise UsageError(f"Langue inconnue « {lang} » : choisir fr ou en.")
    return lang


def number_of_jobs(jobs: int) -> int:
    """Give the number of jobs meant by ``--jobs``, and bound Polars by it; call before Polars is imported."""
    if jobs < 0:
        raise UsageError(f"--jobs {jobs} : donner un nombre de travaux, ou 0 pour tous les cœurs.")
    jobs = jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    # Polars reads this once, when it is imported: its own threads would defeat --jobs 1.
    os.environ.setdefault("POLARS_MAX_THREADS", str(jobs))
    return jobs
