"""Departments by name: people write « Ain » as often as « 01 »."""

from __future__ import annotations

import re

from pipeline.communes.names import fold_name, tidy_department

# In the order of codes: 01 to 19, 2A, 2B, 21 to 95, 971 to 974, 976. No file of ../shared names them.
_NAMES = """Ain|Aisne|Allier|Alpes-de-Haute-Provence|Hautes-Alpes|Alpes-Maritimes|Ardèche|Ardennes|Ariège|Aube|Aude|
Aveyron|Bouches-du-Rhône|Calvados|Cantal|Charente|Charente-Maritime|Cher|Corrèze|Corse-du-Sud|Haute-Corse|Côte-d'Or|
Côtes-d'Armor|Creuse|Dordogne|Doubs|Drôme|Eure|Eure-et-Loir|Finistère|Gard|Haute-Garonne|Gers|Gironde|Hérault|
Ille-et-Vilaine|Indre|Indre-et-Loire|Isère|Jura|Landes|Loir-et-Cher|Loire|Haute-Loire|Loire-Atlantique|Loiret|Lot|
Lot-et-Garonne|Lozère|Maine-et-Loire|Manche|Marne|Haute-Marne|Mayenne|Meurthe-et-Moselle|Meuse|Morbihan|Moselle|Nièvre|
Nord|Oise|Orne|Pas-de-Calais|Puy-de-Dôme|Pyrénées-Atlantiques|Hautes-Pyrénées|Pyrénées-Orientales|Bas-Rhin|Haut-Rhin|
Rhône|Haute-Saône|Saône-et-Loire|Sarthe|Savoie|Haute-Savoie|Paris|Seine-Maritime|Seine-et-Marne|Yvelines|Deux-Sèvres|
Somme|Tarn|Tarn-et-Garonne|Var|Vaucluse|Vendée|Vienne|Haute-Vienne|Vosges|Yonne|Territoire de Belfort|Essonne|
Hauts-de-Seine|Seine-Saint-Denis|Val-de-Marne|Val-d'Oise|Guadeloupe|Martinique|Guyane|La Réunion|Mayotte"""
_CODES = [
    *(f"{number:02d}" for number in range(1, 20)),
    "2A",
    "2B",
    *map(str, range(21, 96)),
    *("971", "972", "973", "974", "976"),
]
# Names that were changed, or that people use for another.
_OTHERS = {
    "Basses-Alpes": "04",
    "Charente-Inférieure": "17",
    "Côtes-du-Nord": "22",
    "Loire-Inférieure": "44",
    "Basses-Pyrénées": "64",
    "Métropole de Lyon": "69",
    "Ville de Paris": "75",
    "Seine-Inférieure": "76",
    "Belfort": "90",
}
_BEFORE = re.compile(r"^(?:conseil departemental |departement )(?:de la |de l |des |du |de |d )?")
_BY_NAME = {
    fold_name(name): code for name, code in [*zip(re.split(r"\|\s*", _NAMES), _CODES, strict=True), *_OTHERS.items()]
}


def department_code(text: str) -> str:
    """Give a department's code from its code or its name; nothing when it is neither.

    >>> [department_code(text) for text in ("1", "Ain (01)", "AIN", "Département de l'Ain", "la reunion", "Corse", "")]
    ['01', '01', '01', '01', '974', '', '']
    """
    return tidy_department(text) or _BY_NAME.get(fold_name(_BEFORE.sub("", fold_name(text))), "")
