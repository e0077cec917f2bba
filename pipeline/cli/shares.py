"""``domaines shares`` and ``domaines report``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Excel, Language, Quiet, app, checked_language, print_result, progress_of


@app.command()
def shares(
    labelled: Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")],
    output: Annotated[str | None, typer.Option("-o", "--output", help="Fichier .csv, .xlsx ou .json à écrire.")] = None,
    as_json: AsJson = False,
    lang: Language = "fr",
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Donner la part de chaque domaine, à côté de celle de l'étude de 2016.

    Exemple : domaines shares enquete-etiquetee.csv -o parts.json
    """
    from pipeline import answers
    from pipeline.workflow import shares as workflow

    lang = checked_language(lang)
    progress = progress_of(quiet)
    result = workflow.shares(labelled, progress.say)
    if output and output != "-":
        workflow.write_shares(result, output, excel)
        progress.say(f"Parts écrites dans « {output} ».")
    if as_json:
        print_result(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    elif not (output and quiet):
        print_result(answers.shares_as_text(result, lang))


@app.command()
def report(
    labelled: Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")],
    output: Annotated[str, typer.Option("-o", "--output", help="Page HTML à écrire.")],
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Écrire une page HTML autonome : parts, comptes, mots fréquents, fiche du modèle.

    Exemple : domaines report enquete-etiquetee.csv -o rapport.html
    """
    from pipeline.workflow import reporting

    lang = checked_language(lang)
    progress = progress_of(quiet)
    reporting.report(labelled, output, lang, progress.say)
    progress.say(f"Rapport écrit dans « {output} ».")
