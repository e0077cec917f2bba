"""``domaines audit``: having a sample of rows checked by people."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cli.options import (
    AsJson,
    Excel,
    Language,
    Quiet,
    TextColumn,
    app,
    checked_language,
    print_result,
    progress_of,
)

audit_app = typer.Typer(help="Faire vérifier un échantillon : draw, plan, report.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")

Labelled = Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")]


@audit_app.command()
def draw(
    labelled: Labelled,
    output: Annotated[str, typer.Option("-o", "--output", help="Feuille à écrire : .xlsx (liste déroulante) ou .csv.")],
    size: Annotated[int, typer.Option("-n", "--size", help="Nombre de lignes à tirer.")] = 200,
    stratify: Annotated[
        str | None, typer.Option("--stratify", help="Colonne de strates : domaine, region, taille…")
    ] = None,
    allocation: Annotated[
        str, typer.Option("--allocation", help="Lignes par strate : proportional, ou neyman (plus là où il doute).")
    ] = "proportional",
    floor: Annotated[int, typer.Option("--floor", help="Lignes au moins par strate.")] = 2,
    active: Annotated[bool, typer.Option("--active", help="Tirer plus souvent les lignes douteuses.")] = False,
    uniform_share: Annotated[
        float, typer.Option("--uniform-share", help="Plancher de --active, en part d'un tirage uniforme.")
    ] = 0.5,
    seed: Annotated[int | None, typer.Option("--seed", help="Graine du hasard ; notée dans la feuille.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Montrer la prédiction (influence qui lit).")] = False,
    text: TextColumn = None,
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Tirer des lignes à faire vérifier, avec la probabilité de chacune.

    Exemple : domaines audit draw enquete-etiquetee.csv -n 200 -o a-verifier.xlsx
    """
    from pipeline.workflow.drawing import DrawRequest, draw_sheet, fresh_seed

    progress = progress_of(quiet)
    seed = fresh_seed() if seed is None else seed
    request = DrawRequest(size, seed, stratify, allocation, floor, active, uniform_share, show, text)
    done = draw_sheet(labelled, output, request, excel, progress.say)
    progress.say(
        f"{done.size} lignes tirées sur {done.population} (graine {done.seed}) → « {output} ». Remplir la colonne "
        f"« domaine_verifie », puis : domaines shares {labelled} --annotated {output}"
    )


@audit_app.command()
def plan(
    labelled: Labelled,
    within: Annotated[float, typer.Option("--within", help="Demi-largeur voulue de l'intervalle, en points.")] = 2.0,
    level: Annotated[float, typer.Option("--level", help="Niveau de l'intervalle.")] = 0.95,
    annotated: Annotated[
        str | None, typer.Option("--annotated", help="Feuille déjà remplie, pour planifier d'après ses erreurs.")
    ] = None,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Dire combien de lignes faire vérifier pour connaître chaque part à ± x points.

    Exemple : domaines audit plan enquete-etiquetee.csv --within 2
    """
    from pipeline.report import render_plan
    from pipeline.workflow.planning import plan_audit

    lang = checked_language(lang)
    done = plan_audit(labelled, within, level, annotated, progress_of(quiet).say)
    print_result(json.dumps(done.as_json(), ensure_ascii=False, indent=2) if as_json else render_plan(done, lang))
