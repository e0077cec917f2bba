"""``domaines shares`` and ``domaines report``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cli.options import (
    FAULTS,
    AsJson,
    Excel,
    Language,
    Quiet,
    app,
    checked_language,
    print_result,
    progress_of,
)


@app.command()
def shares(
    labelled: Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")],
    annotated: Annotated[
        str | None, typer.Option("--annotated", help="Lignes vérifiées par des personnes (feuille de « audit draw »).")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Colonne de groupes : région, année, taille…")] = None,
    level: Annotated[float, typer.Option("--level", help="Niveau des intervalles, entre 0.5 et 1.")] = 0.95,
    statement: Annotated[
        str, typer.Option("--statement", help="Ce dont on parle : file (ce fichier) ou communes (en général).")
    ] = "file",
    simultaneous: Annotated[
        bool, typer.Option("--simultaneous", help="Intervalles vrais tous ensemble, donc plus larges.")
    ] = False,
    minimum: Annotated[int, typer.Option("--minimum", help="Lignes sous lesquelles un groupe n'est pas montré.")] = 5,
    against: Annotated[
        str | None,
        typer.Option("--against", help="Autre fichier étiqueté, ou avec --by une valeur de la colonne, à soustraire."),
    ] = None,
    against_annotated: Annotated[
        str | None, typer.Option("--against-annotated", help="Lignes vérifiées de l'autre fichier.")
    ] = None,
    no_weights: Annotated[bool, typer.Option("--no-weights", help="Ne pas pondérer par la colonne « poids ».")] = False,
    model: Annotated[
        str | None, typer.Option("--model", help="Modèle qui a étiqueté le fichier, s'il n'est plus sous son nom.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Fichier à écrire : .csv, .xlsx, .json, .svg…")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Note méthodologique à écrire : .md ou .html.")] = None,
    as_json: AsJson = False,
    lang: Language = "fr",
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Donner la part de chaque domaine, avec son intervalle quand des lignes ont été vérifiées.

    Exemple : domaines shares enquete-etiquetee.csv --annotated feuille.xlsx -o parts.json
    """
    from pipeline import answers
    from pipeline.workflow import share_outputs
    from pipeline.workflow import shares as workflow
    from pipeline.workflow.labelling import write_faults

    lang = checked_language(lang)
    share_outputs.check_outputs(output, note, excel)
    progress = progress_of(quiet)
    request = workflow.SharesRequest(
        annotated, level, statement, simultaneous, by, minimum, against, against_annotated, not no_weights, model
    )
    remarks: list[str] = []

    def say(sentence: str) -> None:
        remarks.append(sentence)
        progress.say(sentence)

    answer = workflow.shares(labelled, request, say)
    if output and output != "-":
        share_outputs.write_output(answer, labelled, output, excel, lang)
        write_faults(output, answer.faults)
        progress.say(f"Parts écrites dans « {output} ».")
    if note:
        share_outputs.write_note(answer, labelled, request, note, remarks)
        progress.say(f"Note méthodologique écrite dans « {note} ».")
    if as_json:
        print_result(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
    elif not (output and quiet):
        print_result(answers.shares_as_text(answer, lang))
    for sentence in answers.fault_sentences(answer.faults):
        progress.say(sentence)
    if answer.faults:
        raise typer.Exit(FAULTS)


@app.command()
def report(
    labelled: Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")],
    output: Annotated[str, typer.Option("-o", "--output", help="Page HTML à écrire.")],
    annotated: Annotated[
        str | None, typer.Option("--annotated", help="Lignes vérifiées par des personnes : donne des intervalles.")
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Niveau des intervalles, entre 0.5 et 1.")] = 0.95,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Écrire une page HTML autonome : parts, comptes, mots fréquents, fiche du modèle.

    Exemple : domaines report enquete-etiquetee.csv -o rapport.html
    """
    from pipeline import answers
    from pipeline.workflow import reporting
    from pipeline.workflow.shares import SharesRequest

    lang = checked_language(lang)
    progress = progress_of(quiet)
    request = SharesRequest(annotated, level)
    faults = reporting.report(labelled, output, lang, request, progress.say)
    progress.say(f"Rapport écrit dans « {output} ».")
    for sentence in answers.fault_sentences(faults):
        progress.say(sentence)
    if faults:
        raise typer.Exit(FAULTS)
