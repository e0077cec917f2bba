"""``domaines territory``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cli.options import FAULTS, AsJson, Language, Quiet, app, checked_language, print_result, progress_of
from pipeline.errors import UsageError


@app.command()
def territory(
    labelled: Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")],
    output: Annotated[str | None, typer.Option("-o", "--output", help="Page HTML à écrire.")] = None,
    communes: Annotated[str | None, typer.Option("--communes", help="Votre table des communes.")] = None,
    annotated: Annotated[str | None, typer.Option("--annotated", help="Feuille d'audit remplie.")] = None,
    margin: Annotated[float, typer.Option("--margin", help="Marge d'absence d'influence, en points de part.")] = 3.0,
    level: Annotated[float, typer.Option("--level", help="Niveau des intervalles et des tests.")] = 0.95,
    all_communes: Annotated[
        bool, typer.Option("--all-communes", help="Compter sans service les communes absentes du fichier.")
    ] = False,
    no_weights: Annotated[bool, typer.Option("--no-weights", help="Ne pas pondérer par la colonne « poids ».")] = False,
    pictures: Annotated[str | None, typer.Option("--pictures", help="Dossier des images, de leurs tables.")] = None,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Tester les six constats territoriaux de l'étude de 2016 sur une enquête étiquetée.

    Exemple : domaines territory enquete-etiquetee.csv -o territoire.html
    """
    from pipeline.report.territory import territory_note
    from pipeline.territory import Settings
    from pipeline.workflow import territory as workflow
    from pipeline.workflow.territory_pages import write_pages

    lang = checked_language(lang)
    if not 0 < margin <= 50:
        raise UsageError(f"--margin {margin:g} : donner un nombre de points entre 0 et 50.")
    if not 0.5 <= level < 1:
        raise UsageError(f"--level {level:g} : donner un niveau entre 0,5 et 1, par exemple 0.95.")
    progress = progress_of(quiet)
    outcome = workflow.territory(
        labelled,
        progress.say,
        communes=communes,
        annotated=annotated,
        settings=Settings(margin, level),
        whole=all_communes,
        weighted=not no_weights,
    )
    write_pages(outcome, output, pictures, lang, progress.say)
    result = outcome.result
    if as_json:
        print_result(json.dumps(result.as_json(lang), ensure_ascii=False, indent=2))
    elif not (output and quiet):
        print_result(territory_note(result, lang))
    if result.joining.missed:
        raise typer.Exit(FAULTS)
