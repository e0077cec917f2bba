"""``domaines annotations``: decisions in and out of a store, merged, and how far people agree."""

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
    app,
    checked_language,
    print_result,
    progress_of,
)

annotations_app = typer.Typer(help="Décisions d'une base : export, import, merge, agreement.", no_args_is_help=True)
app.add_typer(annotations_app, name="annotations")

Store = Annotated[str, typer.Argument(metavar="STORE", help="Base des décisions, par exemple annotations.db.")]
_FORMS = "table (CSV, XLSX, JSONL…), label-studio, doccano ou argilla."


@annotations_app.command("export")
def export(
    store: Store,
    output: Annotated[str, typer.Option("-o", "--output", help="Fichier à écrire.")],
    form: Annotated[str, typer.Option("--format", help=_FORMS)] = "table",
    by_annotator: Annotated[
        bool, typer.Option("--by-annotator", help="Une ligne par personne, au lieu de la décision retenue.")
    ] = False,
    rows: Annotated[
        str | None, typer.Option("--rows", help="Fichier étiqueté : ses lignes partent avec leur proposition.")
    ] = None,
    model: ModelName = "default",
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Écrire les décisions : pour « domaines shares --annotated », pour l'entraînement, ou pour un autre outil.

    Exemple : domaines annotations export annotations.db -o verifiees.csv
    """
    from pipeline.domains import LABELS
    from pipeline.review.exchange import label_studio_setup
    from pipeline.workflow import exchanging
    from pipeline.workflow.reviewing import items_of

    progress = progress_of(quiet)
    items = items_of(rows, model, progress.say) if rows else []
    written = exchanging.export_annotations(store, output, form, by_annotator=by_annotator, excel=excel, rows=items)
    progress.say(f"{written} lignes écrites dans « {output} ».")
    if form == "label-studio":
        progress.say(f"Interface à coller dans Label Studio : {label_studio_setup(LABELS)}")


@annotations_app.command("import")
def import_(
    store: Store,
    source: Annotated[str, typer.Argument(metavar="FILE", help="Table annotée, ou export d'un autre outil.")],
    form: Annotated[str | None, typer.Option("--format", help=_FORMS + " Sans elle : reconnu.")] = None,
    annotator: Annotated[str, typer.Option("--annotator", help="Qui a annoté, si le fichier ne le dit pas.")] = "",
    quiet: Quiet = False,
) -> None:
    """Ajouter à une base les réponses d'un fichier, une seule fois chacune.

    Exemple : domaines annotations import annotations.db export-label-studio.json
    """
    from pipeline.workflow import exchanging
    from pipeline.workflow.labelling import write_faults
    from pipeline.workflow.stores import shown_store

    progress = progress_of(quiet)
    done = exchanging.import_annotations(store, source, form, annotator, progress.say)
    progress.say(f"{done.merged.added} décisions ajoutées à {shown_store(store)}, {done.merged.known} y étaient déjà.")
    faults = write_faults(source, done.faults)
    if faults:
        progress.say(f"{len(done.faults)} anomalies listées dans « {faults} ».")
        raise typer.Exit(FAULTS)


@annotations_app.command("merge")
def merge(
    store: Store,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Base copiée d'une autre machine.")],
    quiet: Quiet = False,
) -> None:
    """Ajouter à une base les décisions d'une autre, sans doublon ; l'autre n'est pas modifiée.

    Exemple : domaines annotations merge annotations.db copie-de-zoe.db
    """
    from pipeline.workflow import exchanging
    from pipeline.workflow.stores import shown_store

    progress = progress_of(quiet)
    merged = exchanging.merge_stores(store, other)
    progress.say(f"{merged.added} décisions ajoutées à {shown_store(store)}, {merged.known} y étaient déjà.")
    if merged.clashes:
        progress.say(
            f"{merged.clashes} lignes ont sous un même nom deux étiquettes venues de deux bases : si ce sont deux "
            "personnes, qu'elles prennent deux noms ; tout est gardé, et la décision la plus récente vaut."
        )


@annotations_app.command("agreement")
def agreement(
    store: Store,
    blind: Annotated[bool, typer.Option("--blind", help="Les décisions prises à l'aveugle seulement.")] = False,
    as_json: AsJson = False,
    lang: Language = "fr",
) -> None:
    """Mesurer l'accord entre annotateurs : par paire (kappa de Cohen), par règle et en tout (alpha de Krippendorff).

    Exemple : domaines annotations agreement annotations.db
    """
    from pipeline.workflow import exchanging

    result = exchanging.agreement_of(store, blind)
    lang = checked_language(lang)
    print_result(json.dumps(result.as_json(), ensure_ascii=False, indent=2) if as_json else result.as_text(lang))
