"""``domaines review``: the local page where rows are read again."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.interrupting import ended_within, interrupted
from pipeline.cli.options import (
    INTERRUPTED,
    Language,
    ModelName,
    Quiet,
    TextColumn,
    app,
    checked_language,
    print_result,
    progress_of,
)

# Requests get three seconds to end, and the store may wait five for another program; then the page ends by force: each
# decision is on the disk.
ENDING = 10.0


@app.command()
def review(
    labelled: Annotated[str, typer.Argument(metavar="LABELLED", help="Fichier étiqueté par « domaines label ».")],
    store: Annotated[
        str, typer.Option("--store", help="Base des décisions : fichier SQLite, ou adresse postgresql://.")
    ] = "annotations.db",
    port: Annotated[int, typer.Option("--port", help="Port de la page ; 0 : un port libre.")] = 0,
    host: Annotated[str, typer.Option("--host", help="Adresse d'écoute ; sinon, cette machine seule.")] = "127.0.0.1",
    sample: Annotated[
        str | None, typer.Option("--sample", help="Feuille de « domaines audit draw », à juger à l'aveugle.")
    ] = None,
    examples: Annotated[
        list[str] | None, typer.Option("--examples", help="Fichiers annotés où chercher les textes les plus proches.")
    ] = None,
    annotator: Annotated[str, typer.Option("--annotator", help="Votre nom ; sans lui, la page le demande.")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Montrer sans rien enregistrer.")] = False,
    model: ModelName = "default",
    text: TextColumn = None,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Relire des lignes dans une page locale, au clavier ; les décisions vont dans une base qui ne perd rien.

    Exemple : domaines review enquete-etiquetee.csv --store annotations.db
    """
    from pipeline.workflow import reviewing
    from pipeline.workflow.examples import read_examples

    lang = checked_language(lang)
    progress = progress_of(quiet)
    if host not in ("127.0.0.1", "localhost", "::1"):
        progress.say(f"Attention : --host {host} ouvre la page au réseau, sans chiffrement ; son lien suffit.")
    progress.say("Page ouverte à l'adresse ci-dessous ; Ctrl-C pour l'arrêter.")
    with ended_within(ENDING, INTERRUPTED):
        reviewing.review(
            labelled,
            store,
            model,
            progress.say,
            print_result,
            text=text,
            sample=sample,
            examples=read_examples(examples or [], progress.say),
            host=host,
            port=port,
            lang=lang,
            annotator=annotator,
            read_only=read_only,
            stopped=interrupted,
        )
