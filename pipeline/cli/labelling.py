"""``domaines label``, ``evaluate``, ``explain``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cli.options import (
    FAULTS,
    AsJson,
    Excel,
    Language,
    ModelName,
    Quiet,
    TextColumn,
    app,
    checked_language,
    number_of_jobs,
    print_result,
    progress_of,
)


@app.command()
def label(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Fichiers à étiqueter ; « - » : entrée standard.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Fichier (ou dossier, pour plusieurs fichiers) à écrire.")
    ],
    text: TextColumn = None,
    model: ModelName = "default",
    jobs: Annotated[int, typer.Option("--jobs", help="Travaux simultanés ; 0 : tous les cœurs.")] = 0,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Feuille du classeur (XLSX, ODS).")] = None,
    excel: Excel = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Ne pas refaire les fichiers déjà étiquetés par ce modèle.")
    ] = False,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Adresse d'un cluster Dask : un fichier par tâche, sans refaire.")
    ] = None,
    mask: Annotated[
        bool, typer.Option("--mask", help="Masquer courriels, téléphones et noms de personnes dans ce qui est écrit.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Étiqueter un fichier : chaque ligne reçoit un domaine et ses probabilités.

    Exemple : domaines label enquete.xlsx -o enquete-etiquetee.csv
    """
    jobs = number_of_jobs(jobs)
    from pipeline import answers
    from pipeline.batches import expand, plan_outputs
    from pipeline.registry import load_model
    from pipeline.workflow import parts

    progress = progress_of(quiet)
    plan = plan_outputs(expand(files), output)
    loaded = load_model(model)
    left = parts.to_do(plan, loaded, mask, progress.say) if resume or cluster else plan
    options = parts.Options(text, sheet, jobs, excel, mask)
    if cluster:
        from pipeline.workflow.cluster import label_on_cluster

        labelled = label_on_cluster(left, loaded, options, cluster)
    else:
        labelled = parts.label_here(left, loaded, options, resume or len(plan) > 1, progress.say, progress.bar)
    outcomes = []
    for outcome in labelled:
        progress.say(answers.outcome_sentence(outcome))
        outcomes.append(outcome)
    if as_json:
        print_result(json.dumps([answers.outcome_json(outcome) for outcome in outcomes], ensure_ascii=False))
    if any(outcome.faults for outcome in outcomes):
        raise typer.Exit(FAULTS)


@app.command()
def evaluate(
    test: Annotated[str, typer.Argument(metavar="TEST", help="Fichier annoté : un texte et son domaine par ligne.")],
    model: ModelName = "default",
    text: TextColumn = None,
    label_column: Annotated[str | None, typer.Option("--label", help="Nom de la colonne d'annotation.")] = None,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Mesurer un modèle sur un fichier annoté : exactitude, macro-F1, matrice de confusion.

    Exemple : domaines evaluate --model default annotations.csv --text texte --label domaine
    """
    from pipeline import answers
    from pipeline.registry import load_model
    from pipeline.workflow import evaluating

    lang = checked_language(lang)
    result = evaluating.evaluate(test, load_model(model), text, label_column, progress_of(quiet).say)
    print_result(
        json.dumps(result.as_json(), ensure_ascii=False, indent=2)
        if as_json
        else answers.evaluation_as_text(result, lang)
    )


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXTE", help="Une description, entre guillemets.")],
    model: ModelName = "default",
    as_json: AsJson = False,
    lang: Language = "fr",
) -> None:
    """Dire pourquoi un texte reçoit son domaine : l'apport de chaque mot.

    Exemple : domaines explain "wifi gratuit sur la place"
    """
    from pipeline import answers
    from pipeline.registry import load_model
    from pipeline.workflow import evaluating

    lang = checked_language(lang)
    found = evaluating.explain_text(text, load_model(model))
    print_result(answers.explanation_json(found) if as_json else answers.explanation_as_text(found, lang))
