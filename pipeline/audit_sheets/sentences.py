"""The sentences reading an audited table may say, each with what was found, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline import schema
from pipeline.errors import nearest
from pipeline.schema import Fault

REORDERED = "Les lignes de la feuille ne sont plus dans l'ordre du tirage : chacune a été retrouvée dans le fichier."


def nothing_filled(path: str, rows: int) -> str:
    """Say that nobody filled the sheet."""
    return (
        f"« {path} » : aucune des {rows} lignes n'a de « {schema.VERIFIED.name} » : "
        f"remplir cette colonne, puis recommencer."
    )


def nothing_usable(path: str, faults: Sequence[Fault]) -> str:
    """Say that no filled row can be used, and why the first cannot."""
    return (
        f"« {path} » : aucune ligne remplie n'est utilisable ({len(faults)} écartées). "
        f"Ligne {faults[0].row} : {faults[0].reason}"
    )


def several_draws(number: int, first: str) -> str:
    """Say that a sheet joins several draws."""
    return (
        f"La feuille réunit {number} tirages différents : celui qui a le plus de lignes est retenu (« {first} »), "
        f"et chaque ligne garde sa probabilité d'inclusion."
    )


def blank_rows(number: int) -> str:
    """Say that some rows are still to be filled."""
    return (
        f"{_rows(number)} de la feuille sans domaine vérifié, mise{'' if number == 1 else 's'} de côté "
        f"comme si le hasard l'avait voulu : l'intervalle n'est sûr que si toutes sont remplies, sans choisir."
    )


def missing_rows(number: int, size: int) -> str:
    """Say that some rows drawn are no longer in the sheet."""
    return f"{_rows(number)} sur les {size} du tirage ne sont plus dans la feuille : ne pas en retirer à dessein."


def two_labels(row: int, places: Sequence[int], labels: Sequence[str]) -> str:
    """Say that people gave a row several labels."""
    listed = ", ".join(f"« {label} » ligne {place}" for place, label in zip(places, labels, strict=True))
    return (
        f"la ligne {row} du fichier est {len(places)} fois dans la feuille avec des domaines différents ({listed}) : "
        f"n'en garder qu'un"
    )


def set_aside(row: Mapping[str, Any], labelled: str, height: int, domains: Sequence[str]) -> str:
    """Say why a filled row cannot be used; ``row`` is that of the sheet with its reason in ``_reason``."""
    match row["_reason"]:
        case "absent":
            return _absent(row, labelled, height)
        case "label":
            return _unknown(row[schema.VERIFIED.name], domains)
        case "inclusion":
            return _inclusion(row[schema.INCLUSION.name].strip())
        case "text":
            return f"le texte n'est pas celui de la ligne {row['_row'] + 1} de « {labelled} » : est-ce le bon fichier ?"
        case "added":
            return "ligne ajoutée après le tirage : sa probabilité d'inclusion n'est pas connue, la retirer"
        case _:
            return (
                "la probabilité, la strate, le texte ou le tirage ont changé depuis le tirage : "
                "les reprendre de la feuille d'origine"
            )


def _absent(row: Mapping[str, Any], labelled: str, height: int) -> str:
    identifier, number = row.get(schema.IDENTIFIER.name) or "", (row.get(schema.ROW.name) or "").strip()
    if identifier and (row.get("_same") or 0) > 1:
        return (
            f"l'identifiant « {identifier} » est {row['_same']} fois dans « {labelled} » : "
            f"donner le numéro de la ligne dans une colonne « {schema.ROW.name} »"
        )
    if identifier:
        return f"l'identifiant « {identifier} » n'est pas dans « {labelled} » : est-ce le bon fichier ?"
    if number:
        return f"la ligne « {number} » n'est pas dans « {labelled} », qui en a {height} : est-ce le bon fichier ?"
    return f"ni « {schema.IDENTIFIER.name} » ni « {schema.ROW.name} » : dire de quelle ligne du fichier il s'agit"


def _unknown(name: str, domains: Sequence[str]) -> str:
    close = nearest(name.replace(" ", "_"), domains)
    hint = f"vouliez-vous dire « {close} » ?" if close else f"domaines connus : {', '.join(domains)}"
    return f"domaine inconnu « {name} » ; {hint}"


def _inclusion(said: str) -> str:
    if not said:
        return "probabilité d'inclusion manquante : la reprendre de la feuille d'origine"
    return f"probabilité d'inclusion « {said} » : elle doit être au-dessus de 0 et au plus 1"


def _rows(number: int) -> str:
    return f"{number} ligne" if number == 1 else f"{number} lignes"
