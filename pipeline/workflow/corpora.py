"""Annotated files as training reads them: descriptions, contrast pairs, a lexicon; refused with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import schema
from pipeline.corpus import AnnotatedText, label_faults, rare_labels
from pipeline.domains import LABELS
from pipeline.errors import InputError, UsageError
from pipeline.tables import find_column, open_table

TERM_COLUMNS = ("terme", "domaine", "force")
# What a term of the lexicon counts for beside a text, by its strength (1 weak hint, 3 decides alone).
TERM_WEIGHTS = {"1": 0.4, "2": 1.0, "3": 2.0}
# What each side of a pair counts for, by its rule: a sum of words knows no order, and where only the order of two
# services decides (B01), both sides say the same words and opposite labels. They teach the calibration what parts say,
# and no more: macro-F1 on unseen kinds is 0.8959 with their whole weight, 0.8967 with a tenth, 0.8962 without.
PAIR_WEIGHTS = {"B01": 0.0}
# How many complaints about a corpus are printed before the rest is only counted.
SHOWN = 20


def corpus_files(sources: Sequence[str]) -> list[str]:
    """Give the files meant by files and folders, in order."""
    files: list[str] = []
    for source in sources:
        path = Path(source)
        found = sorted(str(item) for item in path.glob("*.csv")) if path.is_dir() else [source]
        if not found:
            raise InputError(f"Le dossier « {source} » ne contient aucun fichier CSV : y mettre des textes annotés.")
        files += found
    return files


def read_corpus(file: str) -> list[AnnotatedText]:
    """Read annotated texts, contrast pairs (two texts a row) or a lexicon; rows count from 1 after the header."""
    table = open_table(file)
    if set(schema.PAIR_COLUMNS) <= set(table.columns):
        return _read_pairs(file)
    if set(TERM_COLUMNS) <= set(table.columns):
        return _read_terms(file)
    text = find_column(table.columns, None, schema.TEXT, "le texte")
    label = find_column(table.columns, None, schema.ANNOTATION, "l'annotation")
    if text is None or label is None:
        listed = ", ".join(f"« {name} »" for name in table.columns)
        raise UsageError(
            f"« {file} » n'a pas de colonnes « description » et « domaine » mais {listed} : les renommer ainsi."
        )
    rows = [row for chunk in table.chunks() for row in chunk.frame.iter_rows(named=True)]
    return [
        AnnotatedText(row[text], row[label].strip(), file, number, row.get("kind", ""))
        for number, row in enumerate(rows, start=1)
    ]


def _read_pairs(file: str) -> list[AnnotatedText]:
    rows = [row for chunk in open_table(file).chunks() for row in chunk.frame.iter_rows(named=True)]
    return [
        AnnotatedText(
            row[f"text_{side}"],
            row[f"domaine_{side}"].strip(),
            file,
            number,
            pair=f"pair {row['pair']}",
            weight=PAIR_WEIGHTS.get(row.get("rule", ""), 1.0),
        )
        for number, row in enumerate(rows, start=1)
        for side in "ab"
    ]


def _read_terms(file: str) -> list[AnnotatedText]:
    rows = [row for chunk in open_table(file).chunks() for row in chunk.frame.iter_rows(named=True)]
    unknown = [number for number, row in enumerate(rows, start=1) if row["force"] not in TERM_WEIGHTS]
    if unknown:
        raise InputError(f"« {file} », ligne {unknown[0]} : force inconnue ; donner 1, 2 ou 3.")
    return [
        AnnotatedText(row["terme"], row["domaine"], file, number, weight=TERM_WEIGHTS[row["force"]], term=True)
        for number, row in enumerate(rows, start=1)
    ]


def check_corpus(texts: Sequence[AnnotatedText], labels: Sequence[str] = LABELS) -> None:
    """Refuse unknown labels, contradictions, empty or rare classes, with row numbers."""
    faults = label_faults(texts, labels)
    if faults:
        shown = "\n".join(str(fault) for fault in faults[:SHOWN])
        more = f"\n… et {len(faults) - SHOWN} autres." if len(faults) > SHOWN else ""
        raise InputError(f"{len(faults)} annotations à corriger avant d'entraîner :\n{shown}{more}")
    rare = rare_labels(texts, labels)
    if rare:
        listed = ", ".join(f"« {label} » ({count})" for label, count in rare.items())
        raise InputError(
            f"Trop peu de textes pour {listed} : il en faut au moins 5 de chaque domaine, en annoter d'autres."
        )
