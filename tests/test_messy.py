"""Polluted tables: the right table, or a refusal, or a table whose faults are said; never a wrong one in silence."""

import pytest

from pipeline.tables import open_table
from tests.messy.score import REFUSED, RIGHT, SAID, WRONG, all_cases, judge, write_case

CASES = all_cases()
# What must be read right, whatever else changes: pollution that a person would not even notice.
HARMLESS = {"cells", "one column", "one row", "wide", "types", "nested", "numbers", "workbook"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_table_is_wrong_in_silence(case, tmp_path):
    outcome, said = judge(case, write_case(case, tmp_path))
    assert outcome != WRONG, said
    if case.rows is None:
        assert outcome in (REFUSED, SAID)
    if case.kind in HARMLESS:
        assert outcome == RIGHT, said
    if outcome == REFUSED:
        # One sentence: what was found and where, then what to do.
        assert "\n" not in said.strip()
        assert " : " in said


def test_there_are_enough_files_of_every_kind():
    assert sum(case.suffix.startswith(".csv") for case in CASES) >= 150
    assert {".xlsx", ".ods", ".parquet", ".jsonl"} <= {case.suffix for case in CASES}
    assert len({case.name for case in CASES}) == len(CASES)


WORDS = {
    "preamble_title_and_blank_semicolon": "1 ligne avant l'en-tête, laissée de côté : « Enquête sur les services numériques »",
    "footer_total_comma": "« id » vaut « Total », quand les autres lignes y ont un numéro : total, note ou autre table ?",
    "footer_total_padded_comma": "« id » est vide, quand les autres lignes y ont un numéro : total, note ou autre table ?",
    "header_repeated_every_four_rows": "en-tête répété au milieu des lignes : plusieurs tables à la suite ?",
    "quoting_open_swallows_rows": "cellule qui contient des lignes entières de la table : guillemet oublié ?",
    "quoting_apostrophes_comma": "cellules entre « ' » et « ' », gardées telles quelles : n'employez que « \" »",
    "separator_comma_space": "les cellules commencent toutes par un blanc, gardé : séparateur suivi d'un blanc ?",
    "encoding_cp850": "fichier lu en cp1252, mais des mots y ont des signes sans lettre : vérifiez les accents",
    "encoding_bom_in_the_middle": "marque d'ordre des octets (BOM) au milieu du fichier, retirée",
    "xlsx_one_formula_never_computed": "1 cellule à formule jamais calculée (C6), lue vide",
    "xlsx_cells_in_error": "2 cellules en erreur (C6, C7), lues vides",
}


@pytest.mark.parametrize("name", WORDS)
def test_what_is_said_of_a_table_that_differs(name, tmp_path):
    path = write_case(next(case for case in CASES if case.name == name), tmp_path)
    assert WORDS[name] in [fault.reason for chunk in open_table(str(path)).chunks() for fault in chunk.faults]


REFUSALS = {
    "xlsx_far_cell": ", feuille « A » : 1048576 lignes sur 16384 colonnes, trop pour un classeur ; "
    "supprimez les cellules isolées loin de la table, ou enregistrez en CSV.",
    "xlsx_bomb": " est un classeur piégé : « xl/worksheets/sheet1.xml » enfle plus de 200 fois une fois décompressé ; "
    "ne l'ouvrez pas.",
    "xlsx_lying_size": " est un classeur abîmé : ouvrez-le et enregistrez-le de nouveau.",
    "xlsx_entities": " déclare des entités XML : enregistrez-le de nouveau depuis le tableur.",
    "ods_entities": " déclare des entités XML : enregistrez-le de nouveau depuis le tableur.",
    "ods_full_rows_repeated": " répète des cellules remplies plus de 64000000 fois : enregistrez la table en CSV.",
    "json_array_named_json": " est un tableau JSON : écrivez du JSON Lines, un objet par ligne.",
    "end_line_separator": " finit ses lignes par U+2028 : enregistrez-le avec des fins de ligne LF.",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_said_of_a_table_refused(name, tmp_path):
    case = next(case for case in CASES if case.name == name)
    path = write_case(case, tmp_path)
    outcome, said = judge(case, path)
    assert outcome == REFUSED
    assert said == f"Le fichier « {path} »{REFUSALS[name]}"
