"""The columns that flow between stages, and the small records that flow beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pipeline.domains import LABELS


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, Table Schema type, meaning, and the other names it goes by."""

    name: str
    type: str
    meaning: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A row that is not as it should be: file, row number (1 is the first row after the header), reason."""

    file: str
    row: int
    reason: str


TEXT = Column(
    "description",
    "string",
    "Description du service, en texte libre.",
    (
        "texte",
        "text",
        "libelle",
        "intitule",
        "service",
        "descriptif",
        "description_du_service",
        "nature_du_projet",
        "objet",
        "nature_de_la_subvention",
        "label_service",
        "nom_du_service",
    ),
)
IDENTIFIER = Column("id", "string", "Identifiant de la ligne.", ("identifiant",))
COMMUNE_CODE = Column(
    "code_commune", "string", "Code INSEE de la commune, en texte.", ("code_insee", "insee", "codgeo")
)
COMMUNE = Column("commune", "string", "Nom de la commune.", ("nom_commune", "ville"))
WEIGHT = Column("poids", "number", "Poids de sondage.", ("weight",))
ANNOTATION = Column("domaine", "string", "Domaine choisi par une personne.", ("label", "categorie"))

ROW = Column("ligne", "integer", "Numéro de la ligne dans le fichier étiqueté, à partir de 1.", ("row",))
RANK = Column("rang", "integer", "Place de la ligne dans la feuille, tirée au hasard, à partir de 1.")
VERIFIED = Column("domaine_verifie", "string", "Domaine choisi par une personne, parmi ceux du modèle.")
INCLUSION = Column("probabilite_inclusion", "number", "Probabilité que le tirage avait de prendre cette ligne.")
STRATUM = Column("strate", "string", "Strate de la ligne, en code pour ne rien suggérer.")
REMARK = Column("remarque", "string", "Ce que la personne veut dire de la ligne.")
DRAW = Column("tirage", "string", "Méthode, taille, population et graine du tirage.")
CHECK = Column("controle", "string", "Empreinte de la ligne telle que le tirage l'a écrite.")

AUDIT_COLUMNS: tuple[Column, ...] = (RANK, IDENTIFIER, VERIFIED, REMARK, ROW, INCLUSION, STRATUM, DRAW, CHECK)

INPUT_COLUMNS: tuple[Column, ...] = (TEXT, IDENTIFIER, COMMUNE_CODE, COMMUNE, WEIGHT, ANNOTATION)

OUTPUT_COLUMNS: tuple[Column, ...] = (
    Column("domaine", "string", "Domaine prédit ; vide quand le texte est vide ou sans mot."),
    Column("probabilite", "number", "Probabilité du domaine prédit, arrondie à six décimales."),
    *(Column(f"p_{label}", "number", f"Probabilité de « {label} », arrondie à six décimales.") for label in LABELS),
    Column(
        "indice_confiance",
        "number",
        "Écart entre les deux plus fortes probabilités (p1 − p2), arrondi à six décimales.",
    ),
    Column("a_relire", "boolean", "Vrai quand l'indice de confiance est sous le seuil du modèle."),
    Column("modele", "string", "Nom, version et empreinte du modèle."),
)

INPUT_SUFFIX = "_entree"


def output_columns(labels: tuple[str, ...] = LABELS) -> tuple[str, ...]:
    """Give the names of the columns that labelling adds, in order, for a model with these labels.

    >>> output_columns(("a", "b"))
    ('domaine', 'probabilite', 'p_a', 'p_b', 'indice_confiance', 'a_relire', 'modele')
    """
    probabilities = tuple(f"p_{label}" for label in labels)
    return ("domaine", "probabilite", *probabilities, "indice_confiance", "a_relire", "modele")


def kept_names(columns: tuple[str, ...], labels: tuple[str, ...] = LABELS) -> tuple[str, ...]:
    """Give the names the user's columns bear in the output: a name we need gets the suffix ``_entree``.

    >>> kept_names(("id", "domaine"))
    ('id', 'domaine_entree')
    """
    ours = set(output_columns(labels))
    taken = set(columns)
    kept = []
    for name in columns:
        new = name
        while new in ours or (new != name and new in taken):
            new += INPUT_SUFFIX
        kept.append(new)
    return tuple(kept)


def table_schema(columns: tuple[Column, ...]) -> str:
    """Write columns as a Table Schema (JSON), the open standard of Frictionless Data.

    >>> '"name": "poids"' in table_schema((WEIGHT,))
    True
    """
    fields: list[dict[str, Any]] = [
        {"name": column.name, "type": column.type, "description": column.meaning} for column in columns
    ]
    return json.dumps({"fields": fields, "missingValues": [""]}, ensure_ascii=False, indent=2)


# A file of contrast pairs has two texts and two labels a row.
PAIR_COLUMNS = ("text_a", "domaine_a", "text_b", "domaine_b")
