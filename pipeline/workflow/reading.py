"""What every command reads: the text column, annotations, labelled tables; and how messages quote a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline import schema
from pipeline.domains import LABELS
from pipeline.errors import InputError, UsageError, nearest
from pipeline.tables import Table, find_column, matching_columns, open_table

Say = Callable[[str], None]
Advance = Callable[[int, int | None], None]


def text_column(table: Table, wanted: str | None, say: Say) -> str:
    """Find the column of descriptions, and say which was taken when several could be."""
    found = find_column(table.columns, wanted, schema.TEXT, "le texte")
    if found is None:
        listed = ", ".join(f"« {name} »" for name in table.columns)
        raise UsageError(
            f"Aucune colonne de texte reconnue dans {shown(table.path)} parmi {listed} : la nommer avec --text COLONNE."
        )
    others = [name for name in matching_columns(table.columns, schema.TEXT) if name != found]
    if others and wanted is None:
        listed = ", ".join(f"« {name} »" for name in others)
        say(f"Colonne de texte retenue : « {found} » ; autre candidate : {listed} (choisir avec --text).")
    return found


def labels_of(table: Table) -> list[str]:
    """Give the labels of a labelled table from its columns ``p_…``, else the five."""
    found = [name[2:] for name in table.columns if name.startswith("p_")]
    return found or list(LABELS)


def labelled_column(table: Table) -> str:
    if "domaine" in table.columns:
        return "domaine"
    raise InputError(
        f"{shown(table.path)} n'a pas de colonne « domaine » : l'étiqueter d'abord avec « domaines label »."
    )


def read_annotated(
    source: str, text: str | None, label_column: str | None, known: Sequence[str], say: Say
) -> tuple[list[str], list[str]]:
    """Read texts and their annotations; an unknown label is refused with its row and the nearest label."""
    table = open_table(source)
    say(f"{shown(source)} : {table.decision}")
    chosen = text_column(table, text, say)
    annotated = find_column(table.columns, label_column, schema.ANNOTATION, "l'annotation")
    if annotated is None:
        listed = ", ".join(f"« {name} »" for name in table.columns)
        raise UsageError(f"Aucune colonne d'annotation reconnue parmi {listed} : la nommer avec --label COLONNE.")
    texts: list[str] = []
    labels: list[str] = []
    for chunk in table.chunks():
        texts += chunk.frame[chosen].to_list()
        labels += [value.strip() for value in chunk.frame[annotated].to_list()]
    for row, name in enumerate(labels, start=1):
        if name not in known:
            raise InputError(unknown_label(source, row, name, known))
    if not texts:
        raise InputError(f"{shown(source)} n'a qu'un en-tête : ajouter des lignes annotées.")
    return texts, labels


def unknown_label(source: str, row: int, name: str, known: Sequence[str]) -> str:
    """Say that a label is not known, where, and which one is nearest."""
    close = nearest(name, known)
    hint = f"vouliez-vous dire « {close} » ?" if close else f"étiquettes connues : {', '.join(known)}."
    return f"{shown(source)}, ligne {row} : étiquette inconnue « {name} » ; {hint}"


def shown(path: str) -> str:
    """Give a file's name as messages quote it."""
    return "L'entrée standard" if path == "-" else f"« {path} »"
