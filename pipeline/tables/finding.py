"""Finding, among the columns of someone's table, the one that plays a part we know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipeline.errors import UsageError, nearest
from pipeline.schema import Column


def folded(name: str) -> str:
    """Fold a name so that case, accents, spaces and punctuation no longer matter.

    >>> folded("Libellé  du service (2016)")
    'libelle_du_service_2016'
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "_", bare).strip("_")


def matching_columns(columns: Sequence[str], column: Column) -> tuple[str, ...]:
    """Give every column that bears the name or an alias of ``column``, the best first (name, then aliases in order).

    >>> matching_columns(("Texte", "id", "Déscription"), Column("description", "string", "", ("texte",)))
    ('Déscription', 'Texte')
    """
    known = [folded(name) for name in (column.name, *column.aliases)]
    found = [(known.index(folded(name)), place) for place, name in enumerate(columns) if folded(name) in known]
    return tuple(columns[place] for _, place in sorted(found))


def find_column(columns: Sequence[str], wanted: str | None, column: Column, what: str) -> str | None:
    """Give the column the user ``wanted``, or else the first that matches ``column``, or ``None`` when none does.

    ``what`` says in French what the column is for (« le texte »). Raise ``UsageError`` when ``wanted`` is not there.

    >>> find_column(("id", "Texte"), None, Column("description", "string", "", ("texte",)), "le texte")
    'Texte'
    """
    if wanted is None:
        return next(iter(matching_columns(columns, column)), None)
    if wanted in columns:
        return wanted
    raise UsageError(_absent(columns, wanted, what))


def _absent(columns: Sequence[str], wanted: str, what: str) -> str:
    close = nearest(wanted, columns)
    hint = f"vouliez-vous dire « {close} » ? Les" if close else "les"
    there = ", ".join(f"« {name} »" for name in columns)
    return f"La colonne « {wanted} » demandée pour {what} n'existe pas : {hint} colonnes du fichier sont {there}."
