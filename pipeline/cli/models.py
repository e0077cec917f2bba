"""``domaines train`` and ``domaines models``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Quiet, app, models_app, print_result, progress_of


@app.command()
def train(
    corpus: Annotated[
        list[str], typer.Argument(metavar="CORPUS...", help="Fichiers annotés, ou dossiers de tels fichiers.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Dossier du modèle à écrire, par exemple models/2026-12.")
    ],
    test: Annotated[
        str | None, typer.Option("--test", help="Fichier annoté, tenu à l'écart, à mesurer en plus.")
    ] = None,
    allow_overlap: Annotated[
        bool, typer.Option("--allow-overlap", help="Accepter un test qui recoupe l'apprentissage.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Graine du hasard.")] = 2016,
    crossfit: Annotated[
        bool, typer.Option("--crossfit", help="Garder aussi les modèles des parts, pour des audits déjà appris.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Entraîner un modèle sur des textes annotés, le calibrer, écrire sa fiche.

    Exemple : domaines train corpora/annotated corpora/contrasts.csv corpora/lexicon.csv -o models/2026-12
    """
    from pipeline.workflow import training

    progress = progress_of(quiet)
    digest = training.train(corpus, Path(output), test, allow_overlap, seed, progress.say, crossfit)
    print_result(f"{output} {digest}")


@models_app.command("list")
def models_list(as_json: AsJson = False) -> None:
    """Lister les modèles présents. Exemple : domaines models list"""
    from pipeline import answers

    rows = answers.model_rows()
    print_result(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else answers.model_rows_as_text(rows))


@models_app.command("show")
def models_show(name: Annotated[str, typer.Argument(metavar="NAME")] = "default", as_json: AsJson = False) -> None:
    """Montrer la fiche d'un modèle. Exemple : domaines models show default"""
    from pipeline.registry import load_model, read_card

    model = load_model(name)
    if as_json:
        print_result(
            json.dumps({"config": dict(model.config), "manifest": dict(model.manifest)}, ensure_ascii=False, indent=2)
        )
    else:
        print_result(read_card(model))


@models_app.command("export")
def models_export(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    joblib_file: Annotated[str, typer.Option("--joblib", help="Fichier joblib à écrire.")],
) -> None:
    """Écrire l'objet scikit-learn d'un modèle. Exemple : domaines models export default --joblib m.joblib"""
    from pipeline.workflow import training

    training.export_joblib(name, joblib_file)
    print_result(joblib_file)
