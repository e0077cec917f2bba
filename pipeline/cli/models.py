"""``domaines train`` and ``domaines models``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import (
    AsJson,
    Language,
    Quiet,
    app,
    checked_language,
    models_app,
    print_result,
    progress_of,
)

Acceptance = Annotated[
    list[str] | None,
    typer.Option("--acceptance", help="Phrases de plus que le modèle doit réussir (texte, domaine). Peut se répéter."),
]


@app.command()
def train(
    corpus: Annotated[
        list[str],
        typer.Argument(metavar="CORPUS...", help="Fichiers annotés, dossiers de tels fichiers, bases de relecture."),
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
    acceptance: Acceptance = None,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Entraîner un modèle sur des textes annotés, le calibrer, écrire sa fiche.

    D'un texte annoté par plusieurs sources, la dernière donnée décide ; le modèle est ensuite comparé au champion.

    Exemple : domaines train corpora/annotated annotations.db -o models/2026-12
    """
    from pipeline import answers
    from pipeline.workflow import retraining

    lang = checked_language(lang)
    progress = progress_of(quiet)
    done = retraining.retrain(corpus, Path(output), test, allow_overlap, acceptance or [], seed, progress.say, crossfit)
    if as_json:
        comparison = None if done.comparison is None else done.comparison.as_json()
        content = {"model": output, "digest": done.digest, "comparison": comparison}
        print_result(json.dumps(content, ensure_ascii=False, indent=2))
        return
    print_result(f"{output} {done.digest}")
    if done.comparison is not None:
        print_result(answers.comparison_as_text(done.comparison, done.texts, lang))


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


@models_app.command("compare")
def models_compare(
    champion: Annotated[str, typer.Argument(metavar="A", help="Modèle en place.")],
    challenger: Annotated[str, typer.Argument(metavar="B", help="Modèle qui voudrait le remplacer.")],
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE...]", help="Fichiers annotés où les comparer, si possible.")
    ] = None,
    acceptance: Acceptance = None,
    seed: Annotated[int, typer.Option("--seed", help="Graine du hasard.")] = 2016,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Comparer deux modèles sur les mêmes lignes, qu'aucun des deux n'a apprises.

    Exemple : domaines models compare default 2026-12
    """
    from pipeline import answers
    from pipeline.registry import load_model
    from pipeline.workflow import acceptance as required
    from pipeline.workflow import comparing

    lang = checked_language(lang)
    first, second = load_model(champion), load_model(challenger)
    found = comparing.compare_models(first, second, sources or [], seed, progress_of(quiet).say)
    sentences = required.read_sentences(required.acceptance_files(acceptance or []))
    found = required.with_sentences(found, second, sentences)
    print_result(
        json.dumps(found.as_json(), ensure_ascii=False, indent=2)
        if as_json
        else answers.comparison_as_text(found, comparing.texts_of(sources or []), lang)
    )


@models_app.command("promote")
def models_promote(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Modèle qui deviendra celui que « default » désigne.")],
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE...]", help="Fichiers annotés où les comparer, si possible.")
    ] = None,
    acceptance: Acceptance = None,
    force: Annotated[bool, typer.Option("--force", help="Promouvoir malgré un refus ; demande --why.")] = False,
    why: Annotated[str | None, typer.Option("--why", help="Raison, gardée dans l'histoire des modèles.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Graine du hasard.")] = 2016,
    quiet: Quiet = False,
) -> None:
    """Faire d'un modèle le champion, s'il n'est pas moins bon et passe les phrases d'acceptation.

    Exemple : domaines models promote 2026-12
    """
    from pipeline.workflow.promoting import promote

    found = promote(name, sources or [], acceptance or [], why, force, seed, progress_of(quiet).say)
    print_result(f"« {name} » est le champion : --model default le désigne désormais.")
    if found is not None:
        print_result(found.sentence())


@models_app.command("export")
def models_export(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    joblib_file: Annotated[str, typer.Option("--joblib", help="Fichier joblib à écrire.")],
) -> None:
    """Écrire l'objet scikit-learn d'un modèle. Exemple : domaines models export default --joblib m.joblib"""
    from pipeline.workflow import training

    training.export_joblib(name, joblib_file)
    print_result(joblib_file)
