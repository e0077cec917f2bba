"""``domaines audit report``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated

import typer

from pipeline.cli.audit import audit_app
from pipeline.cli.options import AsJson, Language, ModelName, Quiet, checked_language, print_result, progress_of
from pipeline.errors import UsageError


@audit_app.command("report")
def audit_report(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LABELLED AUDITED]", help="Fichier étiqueté, puis table vérifiée par des personnes."),
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="Page HTML à écrire.")] = "audit.html",
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            "--corpus",
            help="Corpus annoté : audité lui-même s'il est seul, sinon montré à côté des lignes ; un lexique donne ses "
            "mots-clés aux raisons de douter. Peut se répéter.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Colonne à découper en tranches, en plus. Peut se répéter.")
    ] = None,
    model: ModelName = "default",
    seed: Annotated[int, typer.Option("--seed", help="Graine du hasard.")] = 2016,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Écrire la page d'audit : justesse avec intervalles, erreurs par tranche, confusions, annotations à relire.

    Exemple : domaines audit report etiquetee.csv verifiee.xlsx -o audit.html
    """
    lang = checked_language(lang)
    if len(files or []) not in (0, 2) or not (files or corpus):
        raise UsageError("Donner le fichier étiqueté et la table vérifiée, ou un corpus annoté avec --corpus DOSSIER.")
    from pipeline.workflow import audit_report as workflow
    from pipeline.workflow import audit_rows
    from pipeline.workflow.corpora import corpus_files, read_corpus

    progress = progress_of(quiet)
    if files:
        rows = audit_rows.audited_rows(files[0], files[1], progress.say)
        read = [item for file in corpus_files(corpus or []) for item in read_corpus(file)]
        examples = [item for item in read if not (item.term or item.pair)]
        rows = replace(rows, terms=tuple(item for item in read if item.term and item.label in rows.domains))
    else:
        rows, examples = audit_rows.corpus_rows(corpus or [], model, seed, progress.say), []
    found = workflow.audit_report(rows, output, by or [], examples, lang, seed)
    print_result(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else found.sentence(lang))
    progress.say(f"Page d'audit écrite dans « {output} ».")


@audit_app.command("forecast")
def audit_forecast(
    corpus: Annotated[
        list[str], typer.Argument(metavar="CORPUS...", help="Ce qui apprend : fichiers, dossiers, base de relecture.")
    ],
    more: Annotated[int, typer.Option("--more", help="Annotations de plus.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Graine du hasard.")] = 2016,
    as_json: AsJson = False,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> None:
    """Dire ce que des annotations de plus apporteraient : courbe d'apprentissage prolongée, avec son intervalle.

    Exemple : domaines audit forecast corpora/annotated corpora/lexicon.csv --more 200
    """
    lang = checked_language(lang)
    from pipeline.workflow.forecasting import forecast_corpus

    found = forecast_corpus(corpus, more, seed, progress_of(quiet).say)
    print_result(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else found.sentence(lang))
