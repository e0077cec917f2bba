"""Words to calls, errors to exit codes: 0 done, 1 done with faults, 2 wrong use, 3 unreadable input, 4 unusable model.

stdout carries results, stderr progress and messages.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.errors import DomainesError, UsageError

if TYPE_CHECKING:
    from pipeline.progress import Progress

FAULTS, WRONG_USE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="domaines",
    help="Classe les descriptions de services numériques des communes en domaines, et en donne les parts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models_app = typer.Typer(help="Modèles présents : list, show, export.", no_args_is_help=True)
app.add_typer(models_app, name="models")

ModelName = Annotated[str, typer.Option("--model", help="Nom ou dossier du modèle.")]
TextColumn = Annotated[str | None, typer.Option("--text", help="Nom de la colonne de texte.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Ne rien dire sur la sortie d'erreur.")]
AsJson = Annotated[bool, typer.Option("--json", help="Donner le résultat en JSON.")]
Language = Annotated[str, typer.Option("--lang", help="Langue du résultat : fr ou en.")]
Excel = Annotated[bool, typer.Option("--excel", help="CSV pour Excel : « ; », BOM, virgule décimale.")]


def _progress(quiet: bool) -> Progress:
    from pipeline.progress import Progress

    return Progress(quiet)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _language(lang: str) -> str:
    if lang not in ("fr", "en"):
        raise UsageError(f"Langue inconnue « {lang} » : choisir fr ou en.")
    return lang


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
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Étiqueter un fichier : chaque ligne reçoit un domaine et ses probabilités.

    Exemple : domaines label enquete.xlsx -o enquete-etiquetee.csv
    """
    jobs = _jobs(jobs)
    from pipeline import answers, workflow
    from pipeline.batches import expand, plan_outputs
    from pipeline.registry import load_model

    progress = _progress(quiet)
    sources = expand(files)
    plan = plan_outputs(sources, output)
    loaded = load_model(model)
    labeller = workflow.labeller_of(loaded)
    outcomes = []
    for source, target in plan:
        if resume and workflow.is_done(source, target, loaded):
            progress.say(f"« {target} » est déjà fait : laissé tel quel.")
            continue
        with progress.bar(source) as advance:
            outcome = workflow.label(
                source,
                target,
                labeller,
                text=text,
                sheet=sheet,
                jobs=jobs,
                excel=excel,
                say=progress.say,
                advance=advance,
            )
        outcomes.append(outcome)
        workflow.note_done(outcome, loaded, remember=resume or len(plan) > 1)
        progress.say(answers.outcome_sentence(outcome))
    if as_json:
        _print(json.dumps([answers.outcome_json(outcome) for outcome in outcomes], ensure_ascii=False))
    if any(outcome.faults for outcome in outcomes):
        raise typer.Exit(FAULTS)


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
    from pipeline import answers, workflow

    lang = _language(lang)
    progress = _progress(quiet)
    result = workflow.shares(labelled, progress.say)
    if output and output != "-":
        workflow.write_shares(result, output, excel)
        progress.say(f"Parts écrites dans « {output} ».")
    if as_json:
        _print(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    elif not (output and quiet):
        _print(answers.shares_as_text(result, lang))


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
    from pipeline import answers, workflow
    from pipeline.registry import load_model

    lang = _language(lang)
    result = workflow.evaluate(test, load_model(model), text, label_column, _progress(quiet).say)
    _print(
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
    from pipeline import answers, workflow
    from pipeline.registry import load_model

    lang = _language(lang)
    found = workflow.explain_text(text, load_model(model))
    _print(answers.explanation_json(found) if as_json else answers.explanation_as_text(found, lang))


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
    from pipeline import workflow

    lang = _language(lang)
    progress = _progress(quiet)
    workflow.report(labelled, output, lang, progress.say)
    progress.say(f"Rapport écrit dans « {output} ».")


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
    quiet: Quiet = False,
) -> None:
    """Entraîner un modèle sur des textes annotés, le calibrer, écrire sa fiche.

    Exemple : domaines train corpora/annotated corpora/contrasts.csv corpora/lexicon.csv -o models/2026-12
    """
    from pipeline import training_workflow

    progress = _progress(quiet)
    digest = training_workflow.train(corpus, Path(output), test, allow_overlap, seed, progress.say)
    _print(f"{output} {digest}")


@models_app.command("list")
def models_list(as_json: AsJson = False) -> None:
    """Lister les modèles présents. Exemple : domaines models list"""
    from pipeline import answers

    rows = answers.model_rows()
    _print(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else answers.model_rows_as_text(rows))


@models_app.command("show")
def models_show(name: Annotated[str, typer.Argument(metavar="NAME")] = "default", as_json: AsJson = False) -> None:
    """Montrer la fiche d'un modèle. Exemple : domaines models show default"""
    from pipeline.registry import load_model, read_card

    model = load_model(name)
    if as_json:
        _print(
            json.dumps({"config": dict(model.config), "manifest": dict(model.manifest)}, ensure_ascii=False, indent=2)
        )
    else:
        _print(read_card(model))


@models_app.command("export")
def models_export(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    joblib_file: Annotated[str, typer.Option("--joblib", help="Fichier joblib à écrire.")],
) -> None:
    """Écrire l'objet scikit-learn d'un modèle. Exemple : domaines models export default --joblib m.joblib"""
    from pipeline import training_workflow

    training_workflow.export_joblib(name, joblib_file)
    _print(joblib_file)


def _jobs(jobs: int) -> int:
    if jobs < 0:
        raise UsageError(f"--jobs {jobs} : donner un nombre de travaux, ou 0 pour tous les cœurs.")
    jobs = jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    # Polars reads this once, when it is imported: its own threads would defeat --jobs 1.
    os.environ.setdefault("POLARS_MAX_THREADS", str(jobs))
    return jobs


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


if __name__ == "__main__":
    sys.exit(main())
