"""The six findings on surveys: planted effects found, bad input said, the command from file to page."""

import json
import re
from html import unescape

import numpy as np
import polars as pl
import pytest

from pipeline.communes import reference_communes
from pipeline.domains import LABELS
from pipeline.results.territory import Finding, Measure, Needed, Obstruction
from pipeline.territory import Settings, merged_domains, scenarios, six_findings
from pipeline.territory.survey import Survey
from tests.conftest import ROOT

KEYS = ("key", "verdict", "effect", "low", "high", "p", "n", "needed", "detectable", "sentence")


def survey_of(communes=300, each=40, seed=0, slope=0.0, elasticity=0.6, rural=0.0, wealth=0.0, **changed):
    """A survey on made-up communes; ``slope`` moves the odds of the first domain with the population."""
    rng = np.random.default_rng(seed)
    population = np.exp(rng.normal(9, 1.0, communes))
    density = rng.choice([1.0, 2.0, 3.0], communes)
    money = rng.normal(22_000, 3_000, communes)
    standard = np.log(population) - 9
    mean = each * np.exp(elasticity * standard + rural * (density == 3) + wealth * (money - 22_000) / 3_000)
    sizes = np.maximum(1, rng.poisson(rng.gamma(4, mean / 4)))
    odds = np.column_stack([np.exp(slope * standard), *np.ones((4, communes))])
    totals = np.array([rng.multinomial(n, row / row.sum()) for n, row in zip(sizes, odds, strict=True)], dtype=float)
    regions = np.array([f"r{number % 12}" for number in range(communes)], dtype=object)
    values = {
        "names": tuple(f"c{number}" for number in range(communes)),
        "regions": regions,
        "population": population,
        "density": density,
        "income": money,
        "age": rng.normal(42, 3, communes),
        "sizes": sizes.astype(float),
        "totals": totals,
        "domains": LABELS,
        "whole": False,
        "inhabitants": {name: float(population[regions == name].sum()) for name in set(regions.tolist())},
    }
    return Survey(**{**values, **changed})


def found_in(survey, **settings):
    return {finding.key: finding for finding in six_findings(survey, Settings(**settings))}


def test_a_mix_that_follows_population_contradicts_c_and_one_that_does_not_confirms_it():
    assert found_in(survey_of(slope=0.8))["c"].verdict == "contradicted"
    found = found_in(survey_of(each=150))["c"]
    assert found.verdict == "confirmed"
    assert {m.domain for m in (found.main, *found.others) if m.unit == "points"} == set(LABELS)
    assert sum(m.value for m in (found.main, *found.others) if m.unit == "points") == pytest.approx(0.0, abs=1e-9)


def test_a_small_survey_cannot_tell_that_size_has_no_influence_however_large_the_p():
    found = found_in(survey_of(communes=40, each=8))["c"]
    assert found.verdict == "cannot_tell"
    assert found.p > 0.05


def test_the_margin_decides_what_no_influence_means():
    survey = survey_of(slope=0.25, each=150)
    assert found_in(survey, margin=30.0)["c"].verdict == "confirmed"
    assert found_in(survey, margin=0.5)["c"].verdict == "contradicted"


def test_rurality_is_a_ratio_and_its_sign_decides():
    assert found_in(survey_of(rural=-0.5))["d"].verdict == "confirmed"
    found = found_in(survey_of(rural=0.5))["d"]
    assert found.verdict == "contradicted"
    assert found.main.value == pytest.approx(np.exp(0.5), rel=0.25)
    assert found.main.low < found.main.value < found.main.high


def test_population_is_closely_correlated_or_not_and_its_elasticity_is_told():
    found = found_in(survey_of())["b"]
    assert found.verdict == "confirmed"
    assert found.others[0].unit == "elasticity"
    assert found.others[0].value == pytest.approx(0.6, abs=0.1)
    assert found_in(survey_of(elasticity=0.0))["b"].verdict == "contradicted"


def test_income_must_influence_both_the_number_and_the_nature():
    found = found_in(survey_of(wealth=-0.5, each=150))["f"]
    # The number is lower where income is higher, but the mix is shown not to move: one of the two is enough against.
    assert found.main.unit == "ratio"
    assert found.main.high < 1
    assert found.verdict == "contradicted"
    assert "contredit par un effet au moins tenu dans sa marge" in found.sentence()


def test_holm_covers_the_findings_that_could_be_computed():
    survey = survey_of(income=np.full(300, np.nan))
    findings = found_in(survey)
    assert findings["f"].p is None
    assert findings["f"].p_adjusted is None
    known = sorted(f.p for f in findings.values() if f.p is not None)
    assert len(known) == 5
    smallest = min((f for f in findings.values() if f.p is not None), key=lambda f: f.p)
    assert smallest.p_adjusted == pytest.approx(min(1.0, 5 * smallest.p))


@pytest.mark.parametrize(
    ("changed", "key", "reason"),
    [
        ({"income": np.full(300, np.nan)}, "f", "le revenu manque pour toutes les communes"),
        ({"age": np.full(300, 42.0)}, "e", "l'âge moyen ne varie pas assez d'une commune à l'autre"),
        ({"density": np.full(300, 3.0)}, "d", "la grille de densité ne varie pas assez d'une commune à l'autre"),
        ({"regions": np.array(["r0"] * 300, dtype=object)}, "a", "toutes les communes sont d'une seule région"),
        ({"population": np.full(300, np.nan)}, "b", "la population manque pour toutes les communes"),
    ],
)
def test_what_cannot_be_computed_says_why_and_the_others_are_given(changed, key, reason):
    findings = found_in(survey_of(**changed))
    assert findings[key].verdict == "cannot_tell"
    assert f"Non calculable : {reason}." in findings[key].sentence()
    if key != "b":
        assert sum(finding.main is not None for finding in findings.values()) == 5


def test_income_missing_for_half_leaves_the_others_whole():
    half = np.where(np.arange(300) % 2, 22_000.0 + np.arange(300), np.nan)
    findings = found_in(survey_of(income=half))
    assert (findings["f"].n, findings["f"].missing) == (150, 150)
    assert "150 communes laissées de côté, covariable inconnue." in findings["f"].sentence()
    assert findings["b"].n == findings["c"].n == findings["e"].n == 300


def test_perfect_separation_is_said():
    survey = survey_of()
    large = survey.population > np.median(survey.population)
    totals = np.where(large[:, None], np.eye(5)[0], np.eye(5)[4]) * survey.sizes[:, None]
    found = found_in(survey_of(totals=totals))["c"]
    assert "Non calculable : séparation parfaite" in found.sentence()


def test_one_commune_alone_gives_no_finding_and_says_it_six_times():
    one = survey_of().chosen(np.arange(300) == 0)
    for finding in found_in(one).values():
        assert finding.main is None
        assert finding.sentence().endswith("Non calculable : communes utilisables : 1, il en faut au moins 10.")


def test_without_any_difference_between_communes_that_answered_and_all_zeros_are_counted():
    survey = survey_of()
    sizes = np.where(np.arange(300) % 3, survey.sizes, 0.0)
    totals = np.where((np.arange(300) % 3)[:, None], survey.totals, 0.0)
    whole = found_in(survey_of(sizes=sizes, totals=totals, whole=True))
    assert whole["b"].n == 300
    assert whole["c"].n == 200
    assert whole["c"].missing == 0


def test_rare_domains_are_put_with_the_last():
    totals = survey_of().totals
    totals[:, 1] = 0.0
    survey, gone = merged_domains(survey_of(totals=totals))
    assert gone == (LABELS[1],)
    assert survey.totals.shape[1] == 4


def test_scenarios_leave_out_the_largest_communes_a_region_and_take_years_alone():
    survey = survey_of(regions=np.array(["Île-de-France"] * 30 + ["Bretagne"] * 270, dtype=object))
    found = scenarios(survey, {"2015": survey, "2016": survey}, Settings(), lambda _: None)
    assert [(s.key, s.value, s.communes) for s in found] == [
        ("without_largest", "", 290),
        ("without_capital_region", "", 270),
        ("year", "2015", 300),
        ("year", "2016", 300),
    ]


def finding_by_hand(**changed):
    main = Measure("population", "points", -4.25, -6.0, -2.5, 0.0001, 400, "action_culturelle")
    values = {"p": 0.4, "against": 0.2, "p_adjusted": 0.8, "n": 400, "missing": 0, "margin": 3.0, "ratio_margin": 1.25}
    return Finding("c", "cannot_tell", main, (), **{**values, **changed})


def test_a_finding_prints_as_a_sentence_in_both_languages():
    assert finding_by_hand().sentence("fr") == (
        "(c) La taille d'une commune n'influence pas les domaines qu'elle privilégie : on ne peut pas le dire. Le "
        "plus fort écart de part est celui de « Action culturelle » : −4,2 points [−6,0 ; −2,5] du quart "
        "des communes les moins peuplées au quart des plus peuplées (n = 400 communes, p = 0,400 ; Holm : "
        "p = 0,800 ; marge : ±3 points)."
    )
    assert finding_by_hand().sentence("en") == (
        "(c) The size of a commune does not influence which domains it favours: cannot tell. The largest change of "
        "share is that of “Cultural action”: −4.2 points [−6.0, −2.5] from the quarter of the least populated communes "
        "to that of the most populated (n = 400 communes, p = 0.400; Holm: p = 0.800; margin: ±3 points)."
    )


@pytest.mark.parametrize(
    ("needed", "french"),
    [
        (
            Needed(7.21, None, 2871),
            "une marge d'au moins ±7,3 points ; ou, si rien n'influe en vérité, environ 2\u202f900",
        ),
        (Needed(7.0, 1.401, 131), "une marge d'au moins ±7,0 points et 71 à 141 % du nombre de services ; ou, si rien"),
        (Needed(None, 1.31, None), "une marge d'au moins 76 à 131 % du nombre de services."),
    ],
)
def test_what_would_have_been_needed_is_said(needed, french):
    said = finding_by_hand(needed=needed).sentence("fr")
    assert f"Pour montrer l'absence d'influence, il aurait fallu {french}" in said


def test_cannot_tell_says_the_margin_and_the_communes_that_would_do_and_they_do():
    survey = survey_of(communes=60, each=15)
    found = found_in(survey)
    assert found["c"].verdict == "cannot_tell"
    assert found["c"].needed.communes > 60
    assert found["d"].needed is None
    wide = np.nextafter(found["c"].needed.points, 100)
    assert found_in(survey, margin=wide)["c"].verdict == "confirmed"
    # A little under, and it would not have been enough.
    assert found_in(survey, margin=0.98 * wide)["c"].verdict == "cannot_tell"
    assert found_in(survey, margin=wide)["c"].needed is None


def test_every_obstacle_has_its_sentence_in_both_languages():
    from pipeline.results.territory_sentences import obstruction_sentence
    from pipeline.results.territory_words import OBSTACLES

    assert set(OBSTACLES["fr"]) == set(OBSTACLES["en"])
    for key in OBSTACLES["fr"]:
        for lang in ("fr", "en"):
            assert obstruction_sentence(Obstruction(key, {"n": 3, "least": 5}), lang)


# The command.


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration survey, its expected domains taken as predicted."""
    frame = pl.read_csv(ROOT / "corpora" / "demo" / "enquete.csv", infer_schema_length=0)
    path = tmp_path_factory.mktemp("demo") / "etiquete.csv"
    frame.rename({"domaine_attendu": "domaine"}).write_csv(path)
    return path


def test_the_command_gives_the_documented_json(run, demo):
    code, out, err = run("territory", demo, "--json")
    result = json.loads(out)
    assert code == 0
    assert [finding["key"] for finding in result["findings"]] == list("abcdef")
    assert all(tuple(finding) == KEYS for finding in result["findings"])
    assert {finding["verdict"] for finding in result["findings"]} <= {"confirmed", "contradicted", "cannot_tell"}
    assert (result["about"], result["audited"], result["communes"]) == ("respondents", 0, 132)
    assert [row["scenario"] for row in result["sensitivity"]] == [
        "without_largest",
        "without_capital_region",
        "year",
        "year",
        "year",
    ]
    assert "Sensibilité : année 2014." in err


def test_the_page_needs_nothing_holds_its_pictures_and_escapes_the_users_words(run, demo, tmp_path):
    hostile = tmp_path / "<img src=x onerror=alert(1)>.csv"
    rows = "D,<script>alert(1)</script>,<b>gras</b>,2015,wifi,acces_numerique\n" * 2
    hostile.write_text(demo.read_text(encoding="utf-8") + rows, encoding="utf-8")
    code, out, err = run("territory", hostile, "-o", tmp_path / "t.html", "--pictures", tmp_path / "images")
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert code == 1
    assert "<script" not in page
    assert "<b>gras" not in page
    assert "&lt;script&gt;" in page
    assert set(re.findall(r'(?:src|href)="([^"]{0,20})', page)) == {"data:image/svg+xml;b"}
    assert page.count("<img src=") == page.count(' alt="') == 3
    assert out.count("\n(") == 5
    names = {f"{name}.{kind}" for name in ("nuage", "domaines", "regions") for kind in ("svg", "png", "csv")}
    assert {path.name for path in (tmp_path / "images").iterdir()} == names | {"note.md"}
    note = (tmp_path / "images" / "note.md").read_text(encoding="utf-8")
    assert note == out
    assert "elles ne sont pas tirées au sort" in note
    regions = pl.read_csv(tmp_path / "images" / "regions.csv")
    assert regions["services"].sum() == 595
    missed = pl.read_csv(tmp_path / "t.html.faults.csv", infer_schema_length=0)
    assert missed.row(0)[3] == "2"
    assert missed.row(0)[4].startswith("code inconnu : s'il est d'une commune fusionnée,")
    assert f"Communes non trouvées listées dans « {tmp_path / 't.html'}.faults.csv »." in err


def test_the_page_in_english(run, demo, tmp_path):
    code, out, _ = run("territory", demo, "-o", tmp_path / "t.html", "--lang", "en")
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert code == 0
    assert '<html lang="en">' in page
    assert "Verdict" in page
    assert "cannot tell" in out


def test_an_audit_of_every_row_gives_what_the_true_labels_give(run, demo, tmp_path):
    frame = pl.read_csv(demo, infer_schema_length=0)
    wrong = frame.with_columns(
        domaine=pl.when((pl.int_range(pl.len()) % 3 == 0) & pl.col("domaine").is_not_null())
        .then(pl.lit("autre"))
        .otherwise("domaine")
    )
    wrong.write_csv(tmp_path / "wrong.csv")
    read = frame.drop_nulls("domaine")
    read.select("id", pl.col("domaine").alias("domaine_verifie")).write_csv(tmp_path / "sheet.csv")
    truth = json.loads(run("territory", demo, "--json")[1])
    code, out, _ = run("territory", tmp_path / "wrong.csv", "--annotated", tmp_path / "sheet.csv", "--json")
    corrected = json.loads(out)
    assert code == 0
    assert corrected["audited"] == 595
    for ours, theirs in zip(corrected["findings"], truth["findings"], strict=True):
        assert ours["effect"] == pytest.approx(theirs["effect"])
        assert ours["p"] == pytest.approx(theirs["p"])


@pytest.mark.long
def test_a_part_audited_widens_the_interval_and_the_note_says_it(run, demo, tmp_path):
    frame = pl.read_csv(demo, infer_schema_length=0)
    wrong = frame.with_columns(
        domaine=pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("autre")).otherwise("domaine")
    )
    wrong.write_csv(tmp_path / "wrong.csv")
    sheet = frame.sample(150, seed=1).select("id", pl.col("domaine").alias("domaine_verifie"))
    sheet.write_csv(tmp_path / "sheet.csv")
    naive = json.loads(run("territory", tmp_path / "wrong.csv", "--json")[1])["findings"][2]
    out = run("territory", tmp_path / "wrong.csv", "--annotated", tmp_path / "sheet.csv", "--json")[1]
    corrected = json.loads(out)["findings"][2]
    assert corrected["high"] - corrected["low"] > naive["high"] - naive["low"]
    page = tmp_path / "t.html"
    note = run("territory", tmp_path / "wrong.csv", "--annotated", tmp_path / "sheet.csv", "-o", page)[1]
    assert "totaux corrigés par les lignes vérifiées, un total négatif comptant pour zéro" in page.read_text()
    assert "telles quelles" not in page.read_text()
    run("territory", tmp_path / "wrong.csv", "-o", page)
    assert "étiquettes prédites, telles quelles" in page.read_text()
    assert "150 lignes vérifiées corrigent les erreurs d'étiquetage" in note


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["code_commune", "commune"], "le fichier n'a ni colonne « code_commune » ni colonne « commune »"),
        ([], "aucune des 600 lignes n'a une commune connue de la table"),
    ],
)
def test_without_communes_each_finding_says_so(run, demo, tmp_path, columns, said):
    frame = pl.read_csv(demo, infer_schema_length=0)
    frame = frame.drop(columns) if columns else frame.with_columns(code_commune=pl.lit("99999"))
    frame.write_csv(tmp_path / "x.csv")
    code, out, _ = run("territory", tmp_path / "x.csv", "-o", tmp_path / "x.html")
    assert code == 1
    assert out.count(f"Non calculable : {said}.") == 6
    assert (tmp_path / "x.html").is_file()


@pytest.mark.long
def test_a_column_of_weights_weighs_shares_and_not_numbers(run, demo, tmp_path):
    frame = pl.read_csv(demo, infer_schema_length=0)
    school = pl.col("domaine").fill_null("") == "services_scolaires"
    frame.with_columns(pl.when(school).then(pl.lit("4,5")).otherwise(pl.lit("1")).alias("Poids")).write_csv(
        tmp_path / "poids.csv"
    )
    plain = json.loads(run("territory", demo, "--json")[1])
    weighed = json.loads(run("territory", tmp_path / "poids.csv", "--json", "--pictures", tmp_path / "images")[1])
    unused = json.loads(run("territory", tmp_path / "poids.csv", "--json", "--no-weights")[1])
    assert (plain["weights"], weighed["weights"], unused["weights"]) == (None, "Poids", None)
    assert unused["findings"] == plain["findings"]
    for place in (0, 1, 3):
        assert weighed["findings"][place]["effect"] == pytest.approx(plain["findings"][place]["effect"])
    assert weighed["findings"][2]["effect"] != pytest.approx(plain["findings"][2]["effect"], abs=0.1)
    # The share of a class of communes is the sum of the weights of its services in the domain, over that of all.
    communes = dict(zip(reference_communes().codes, reference_communes().density, strict=True))
    rows = frame.filter(pl.col("domaine").is_not_null())
    rural = np.array([communes.get(code) == 3 for code in rows["code_commune"]])
    weights = np.where((rows["domaine"] == "services_scolaires").to_numpy(), 4.5, 1.0)
    by_hand = 100 * weights[rural & (weights > 1)].sum() / weights[rural].sum()
    shown = (tmp_path / "images" / "domaines.csv").read_text(encoding="utf-8")
    found = re.search(r"rural,48,125,services_scolaires,([0-9.]+)", shown)
    assert float(found[1]) == pytest.approx(by_hand, abs=0.01)
    out = run("territory", tmp_path / "poids.csv", "-o", tmp_path / "p.html")[1]
    for said in (out, unescape((tmp_path / "p.html").read_text(encoding="utf-8")).replace("\xa0", " ")):
        assert "La colonne de poids « Poids » pondère les parts des domaines (c, e et f)" in said
    assert "colonne de poids" not in run("territory", demo)[1]


def test_equal_weights_change_nothing_and_a_weight_that_is_none_is_refused(run, demo, tmp_path):
    frame = pl.read_csv(demo, infer_schema_length=0)
    frame.with_columns(poids=pl.lit("3")).write_csv(tmp_path / "poids.csv")
    plain = json.loads(run("territory", demo, "--json")[1])
    weighed = json.loads(run("territory", tmp_path / "poids.csv", "--json")[1])
    for ours, theirs in zip(weighed["findings"], plain["findings"], strict=True):
        assert ours["effect"] == pytest.approx(theirs["effect"])
        assert (ours["low"], ours["high"]) == pytest.approx((theirs["low"], theirs["high"]))
    frame.with_columns(poids=pl.lit("0")).write_csv(tmp_path / "nul.csv")
    code, _, err = run("territory", tmp_path / "nul.csv")
    assert code not in (0, 1)
    assert "poids manquants, illisibles, nuls ou négatifs" in err
    assert "--no-weights" in err


def test_departments_by_name_do_as_well(run, demo, tmp_path):
    frame = pl.read_csv(demo, infer_schema_length=0)
    code = pl.col("code_commune").str.replace(r"^(9[78]\d|..).*$", "$1")
    names = {"35": "Ille-et-Vilaine", "75": "Paris", "69": "Département du Rhône", "13": "BOUCHES DU RHONE"}
    frame.with_columns(code.replace(names).alias("departement")).drop("code_commune").write_csv(tmp_path / "n.csv")
    result = json.loads(run("territory", tmp_path / "n.csv", "--json")[1])
    assert (result["communes"], result["services"]) == (132, 595)


def test_names_and_departments_do_when_there_is_no_code(run, demo, tmp_path):
    frame = pl.read_csv(demo, infer_schema_length=0)
    department = pl.col("code_commune").str.replace(r"^(9[78]\d|..).*$", "$1").alias("departement")
    frame.with_columns(department).drop("code_commune").write_csv(tmp_path / "noms.csv")
    _, out, _ = run("territory", tmp_path / "noms.csv", "--json")
    result = json.loads(out)
    assert (result["communes"], result["services"]) == (132, 595)


def test_the_users_own_table_of_communes(run, demo, tmp_path):
    table = reference_communes()
    content = "CODGEO;LIBGEO;population\n" + "\n".join(
        f"{code};{name};{int(population)}"
        for code, name, population in zip(table.codes, table.names, table.population, strict=True)
        if population == population
    )
    (tmp_path / "communes.csv").write_text(content, encoding="utf-8")
    code, out, err = run("territory", demo, "--communes", tmp_path / "communes.csv")
    assert code == 0
    assert "ces valeurs sont inconnues." in err
    assert "Corrélation de rang" in out
    assert "Non calculable : le revenu manque pour toutes les communes." in out
    (tmp_path / "bad.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    code, _, err = run("territory", demo, "--communes", tmp_path / "bad.csv")
    assert code == 3
    assert "n'a pas de colonne « code_commune » et « nom » parmi « a », « b » : renommez-les ainsi." in err


def test_wrong_use_is_said(run, demo, tmp_path):
    code, _, err = run("territory", demo, "--margin", "0")
    assert (code, err) == (2, "--margin 0 : donner un nombre de points entre 0 et 50.\n")
    code, _, err = run("territory", demo, "--level", "95")
    assert (code, err) == (2, "--level 95 : donner un niveau entre 0,5 et 1, par exemple 0.95.\n")
    (tmp_path / "x.csv").write_text("description\nwifi\n")
    assert run("territory", tmp_path / "x.csv")[0] == 3
    (tmp_path / "y.csv").write_text("domaine,code_commune\n")
    code, out, _ = run("territory", tmp_path / "y.csv")
    assert code == 0
    assert out.count("Non calculable") == 6


@pytest.mark.long
def test_the_real_grants_run_whole(run, real, tmp_path):
    source = real / "reserve_parlementaire.csv"
    assert run("label", source, "-o", tmp_path / "r.csv", "-q")[0] in (0, 1)
    code, out, _ = run("territory", tmp_path / "r.csv", "-o", tmp_path / "r.html", "--json")
    result = json.loads(out)
    assert code == 1
    assert (result["communes"], sum(row["rows"] for row in result["unmatched"])) == (16_629, 41_531)
    assert all(finding["effect"] is not None for finding in result["findings"])
    assert (tmp_path / "r.html").stat().st_size < 2_000_000
