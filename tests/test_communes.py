"""Communes: codes of any year, names with a department, what is not found is listed with the nearest."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.communes import Matcher, Request, communes_of, reference_communes, reference_former
from pipeline.communes.building import build
from pipeline.communes.departments import _BY_NAME, department_code
from pipeline.communes.table import COMMUNES_FILE, FORMER_FILE, REFERENCE
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def matcher():
    return Matcher(reference_communes(), reference_former())


def name_of(matcher, *request):
    place = matcher.place(Request(*request))
    return None if place is None else matcher.communes.names[place]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("35238", "Rennes"),
        (" 35238 ", "Rennes"),
        ("1004", "Ambérieu-en-Bugey"),
        ("1004.0", "Ambérieu-en-Bugey"),
        ("2A004", "Ajaccio"),
        ("2b033", "Bastia"),
        ("20004", "Ajaccio"),
        ("20033", "Bastia"),
        ("75111", "Paris"),
        ("69383", "Lyon"),
        ("13208", "Marseille"),
        ("01033", "Valserhône"),
        ("97411", "Saint-Denis"),
        ("97127", "Saint-Martin"),
        ("98511", "Mamoudzou"),
        ("99999", None),
        ("abc", None),
    ],
)
def test_a_code_of_any_year_finds_todays_commune(matcher, code, name):
    assert name_of(matcher, code) == name


@pytest.mark.parametrize(
    ("name", "department", "found"),
    [
        ("SAINT MALO", "35", "Saint-Malo"),
        ("St-Malo", "35", "Saint-Malo"),
        ("Le Mans", "72", "Le Mans"),
        ("Mans (Le)", "Sarthe (72)", "Le Mans"),
        ("L’Haÿ-les-Roses", "94", "L'Haÿ-les-Roses"),
        ("Bellegarde-sur-Valserine", "1", "Valserhône"),
        ("Rennes", "", "Rennes"),
        ("Saint-Denis", "", None),
        ("Saint-Denis", "974", "Saint-Denis"),
        ("Rennes", "44", None),
        ("Saint-Denis", "La Réunion", "Saint-Denis"),
        ("Saint-Denis", "seine saint denis", "Saint-Denis"),
        ("Bellegarde-sur-Valserine", "AIN", "Valserhône"),
        ("Le Mans", "Département de la Sarthe", "Le Mans"),
        ("Ajaccio", "Corse-du-Sud", "Ajaccio"),
        ("Saint-Malo", "Côtes-du-Nord", None),
        ("", "35", None),
    ],
)
def test_a_name_and_its_department_find_a_commune(matcher, name, department, found):
    assert name_of(matcher, "", name, department) == found


def test_what_is_not_found_is_listed_with_its_reason_and_the_nearest_commune(matcher):
    requests = [
        Request("35999", "Rennes", "35"),
        Request("", "Renes", "35"),
        Request("", "Saint-Denis"),
        Request("", ""),
        Request("35238"),
    ]
    places, missed = matcher.match(requests, [1, 5, 2, 3, 9])
    assert [place is None for place in places] == [True, True, True, True, False]
    assert [(m.name, m.rows, m.reason, m.nearest) for m in missed] == [
        (
            "Renes",
            5,
            "nom inconnu dans ce département : si la commune a fusionné, mettre le nom ou le code de la commune "
            "nouvelle",
            "Rennes (35238)",
        ),
        ("", 3, "ni code ni nom : remplir « code_commune », ou « commune » et « departement »", ""),
        (
            "Saint-Denis",
            2,
            "nom porté par plusieurs communes : ajouter une colonne « departement », ou le code",
            missed[2].nearest,
        ),
        (
            "Rennes",
            1,
            "code inconnu : s'il est d'une commune fusionnée, mettre celui de la commune nouvelle, sinon le vérifier",
            "Rennes (35238)",
        ),
    ]


def test_every_department_of_the_table_has_a_name_and_each_name_its_code(matcher):
    assert set(_BY_NAME.values()) == {code for code in matcher.communes.departments if code < "975" or code == "976"}
    assert [department_code(name) for name in ("Loire", "Haute-Loire", "Loire-Atlantique", "Val-d'Oise")] == [
        "42",
        "43",
        "44",
        "95",
    ]


def test_a_department_that_is_none_is_said_even_when_the_name_is_known(matcher):
    missed = matcher.explain(Request("", "Saint-Denis", "Neustrie"), 1)
    assert missed.reason == "département inconnu : mettre son code (01, 2A, 974) ou son nom entier"


def test_a_name_no_commune_bears_says_what_to_do(matcher):
    missed = matcher.explain(Request("", "Trifouillis-les-Oies"), 1)
    assert missed.reason == "nom inconnu : si la commune a fusionné, mettre le nom ou le code de la commune nouvelle"


@pytest.mark.parametrize(
    ("code", "nearest"), [("35999", "Pont-Péan (35363)"), ("2A999", "Zoza (2A363)"), ("99999", ""), ("abc", "")]
)
def test_a_code_without_a_name_shows_the_nearest_code_of_its_department(matcher, code, nearest):
    assert matcher.explain(Request(code), 1).nearest == nearest


@settings(deadline=None)
@given(st.sampled_from(range(0, 34_969, 7)))
def test_every_commune_is_found_by_its_code_and_by_its_name_with_department(place):
    matcher = _matcher()
    communes = matcher.communes
    assert matcher.place(Request(communes.codes[place])) == place
    assert matcher.place(Request(communes.codes[place].lstrip("0").lower())) == place
    found = matcher.place(Request("", communes.names[place].upper(), communes.departments[place]))
    # Two communes of a department that differ by an accent or an article alone are told apart by their code only.
    assert communes.names[found].casefold()[-4:] == communes.names[place].casefold()[-4:]


_CACHE = []


def _matcher():
    if not _CACHE:
        _CACHE.append(Matcher(reference_communes(), reference_former()))
    return _CACHE[0]


def test_every_former_commune_leads_to_a_commune_of_the_table(matcher):
    former = reference_former()
    assert all(matcher.place(Request(code)) is not None for code in former.codes)


def test_a_secret_income_is_missing_and_never_zero():
    frame = pl.DataFrame(
        {"CODGEO": ["01001", "01002", "01004"], "LIBGEO": ["a", "b", "c"], "revenu_median": ["s", "0", "21 660,5"]}
    )
    named = {"code_commune": "CODGEO", "nom": "LIBGEO", "revenu_median": "revenu_median"}
    table = communes_of(frame, named)
    assert np.isnan(table.income[:2]).all()
    assert table.income[2] == 21660.5
    assert np.isnan(table.population).all()


def test_the_shipped_table_has_every_commune_and_no_zero_income():
    table = reference_communes()
    assert len(table.codes) == len(set(table.codes)) == 34_969
    assert np.isfinite(table.population).sum() == 34_963
    assert np.nanmin(table.income) > 5_000
    assert 5_000 < np.isfinite(table.age).sum() < 6_000
    assert (REFERENCE / "README.md").is_file()
    assert sum((REFERENCE / name).stat().st_size for name in (COMMUNES_FILE, FORMER_FILE)) < 2_000_000


def test_make_reference_rebuilds_the_shipped_tables(tmp_path):
    source = ROOT.parent / "shared" / "reference"
    if not source.is_dir():
        pytest.skip("../shared/reference is not there")
    said = build(source, tmp_path)
    assert said.startswith("34969 communes, 2621 anciennes ; âge moyen = 51.52 -0.468 × part_0_14")
    for name in (COMMUNES_FILE, FORMER_FILE):
        assert pl.read_parquet(tmp_path / name).equals(pl.read_parquet(REFERENCE / name))
