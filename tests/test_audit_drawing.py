"""``audit draw``: the sheet as people get it, and its way back."""

import io
import re
import zipfile

import polars as pl
import pytest

from pipeline.domains import LABELS
from pipeline.tables import open_table, write_frame
from pipeline.workflow.auditing import read_audited

ROWS = 60


@pytest.fixture
def labelled(tmp_path):
    """Sixty labelled rows, two without a word; the model doubts the odd ones."""
    sure = [number % 2 == 0 for number in range(ROWS)]
    best = [0.96 if yes else 0.4 for yes in sure]
    label = ["" if number in (3, 4) else LABELS[number % 5] for number in range(ROWS)]
    frame = pl.DataFrame(
        {
            "id": [f"R{number}" for number in range(ROWS)],
            "description": [f"=service {number}\nligne deux" for number in range(ROWS)],
            "region": ["Nord" if number < 10 else "Sud" for number in range(ROWS)],
            "domaine": label,
            "probabilite": best,
            **{
                f"p_{name}": [best[n] if n % 5 == place else (1 - best[n]) / 4 for n in range(ROWS)]
                for place, name in enumerate(LABELS)
            },
            "modele": ["small 1 0123456789ab"] * ROWS,
        }
    )
    path = tmp_path / "labelled.csv"
    write_frame(str(path), frame)
    return path


def sheet_of(path):
    return pl.concat([chunk.frame for chunk in open_table(str(path)).chunks()])


def fill(path, output):
    """Fill every row as a person would, and save it as another file."""
    write_frame(str(output), sheet_of(path).with_columns(pl.lit("autre").alias("domaine_verifie")))


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".ods"])
@pytest.mark.parametrize("options", [(), ("--active",), ("--stratify", "region"), ("--show",)])
def test_a_sheet_drawn_filled_and_saved_anew_reads_back_whole(run, labelled, tmp_path, suffix, options):
    sheet, filled = tmp_path / f"sheet{suffix}", tmp_path / f"filled{suffix}"
    code, _, err = run("audit", "draw", labelled, "-n", 12, "-o", sheet, "--seed", 5, *options)
    assert code == 0
    assert "2 lignes sans domaine (texte vide ou sans mot) : hors du tirage." in err
    assert f"12 lignes tirées sur 58 (graine 5) → « {sheet} »." in err
    fill(sheet, filled)
    sample = read_audited(str(filled), str(labelled), LABELS)
    assert len(sample.rows) == 12
    assert (sample.faults, sample.notes) == ((), ())
    assert sample.draw.seed == 5
    assert sample.draw.population == 58
    assert sample.draw.model == "small 1 0123456789ab"
    assert not {3, 4} & set(sample.rows.tolist())


def test_an_excel_csv_reads_back_too(run, labelled, tmp_path):
    run("audit", "draw", labelled, "-n", 12, "-o", tmp_path / "s.csv", "--active", "--excel")
    content = (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    assert "rang;id;description" in content
    assert "'=service" in content
    fill(tmp_path / "s.csv", tmp_path / "f.csv")
    assert read_audited(str(tmp_path / "f.csv"), str(labelled), LABELS).faults == ()


def test_the_seed_decides_the_sheet(run, labelled, tmp_path):
    contents = []
    for seed in (1, 1, 2):
        run("audit", "draw", labelled, "-n", 12, "-o", tmp_path / "s.csv", "--seed", seed)
        contents.append((tmp_path / "s.csv").read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_a_blind_sheet_shows_nothing_of_the_model(run, labelled, tmp_path):
    run("audit", "draw", labelled, "-n", 20, "-o", tmp_path / "s.csv", "--stratify", "domaine")
    sheet = sheet_of(tmp_path / "s.csv")
    assert sheet.columns == [
        "rang",
        "id",
        "description",
        "domaine_verifie",
        "remarque",
        "ligne",
        "probabilite_inclusion",
        "strate",
        "tirage",
        "controle",
    ]
    assert not any(label in (tmp_path / "s.csv").read_text() for label in LABELS)
    assert set(sheet["strate"]) == {"s1", "s2", "s3", "s4", "s5"}
    run("audit", "draw", labelled, "-n", 20, "-o", tmp_path / "s.csv", "--stratify", "domaine", "--show")
    shown = sheet_of(tmp_path / "s.csv")
    assert set(shown["strate"]) == set(LABELS)
    assert (shown["strate"] == shown["domaine"]).all()


def test_doubtful_rows_are_drawn_more_often(run, labelled, tmp_path):
    run("audit", "draw", labelled, "-n", 12, "-o", tmp_path / "s.csv", "--active", "--seed", 1)
    sheet = sheet_of(tmp_path / "s.csv").with_columns(pl.col("probabilite_inclusion").cast(float))
    odd = sheet.filter(pl.col("ligne").cast(int) % 2 == 0)["probabilite_inclusion"]
    even = sheet.filter(pl.col("ligne").cast(int) % 2 == 1)["probabilite_inclusion"]
    assert odd.min() > 2 * even.max()


def test_the_workbook_has_a_drop_down_of_the_labels_a_guide_and_a_frozen_header(run, labelled, tmp_path):
    run("audit", "draw", labelled, "-n", 12, "-o", tmp_path / "s.xlsx")
    archive = zipfile.ZipFile(io.BytesIO((tmp_path / "s.xlsx").read_bytes()))
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'type="list"' in sheet
    source = r"<formula1>'Guide'!\$A\$(\d+):\$A\$(\d+)</formula1>"
    place = re.search(rf'sqref="D2:D13">{source}', sheet)
    assert place, sheet[-1500:]
    assert 'state="frozen"' in sheet
    assert re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*hidden', sheet) == [("6", "10")]
    assert "<f>" not in sheet
    guide = pl.concat([c.frame for c in open_table(str(tmp_path / "s.xlsx"), sheet="Guide").chunks()])
    first = int(place[1]) - 2
    assert guide.to_series(0).to_list()[first : first + 5] == list(LABELS)


def test_a_formula_stays_text(run, labelled, tmp_path):
    run("audit", "draw", labelled, "-n", 5, "-o", tmp_path / "s.xlsx")
    assert all(text.startswith("=service") for text in sheet_of(tmp_path / "s.xlsx")["description"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-n", 59), "-n 59 : « {} » n'a que 58 lignes étiquetées, en demander au plus autant."),
        (("-n", 0), "-n 0 : donner le nombre de lignes à tirer, au moins 1."),
        (("--active", "--stratify", "region"), "--active et --stratify ne vont pas ensemble : choisir l'un des deux."),
        (("--stratify", "regoin"), "La colonne « regoin » demandée pour les strates n'existe pas : vouliez-vous dire"),
        (("-n", 3, "--stratify", "region"), "il faut -n 4 ; en demander plus"),
        (("--allocation", "x", "--stratify", "region"), "--allocation x : choisir proportional ou neyman."),
        (("--active", "--uniform-share", 0), "--uniform-share 0.0 : donner un nombre au-dessus de 0 et au plus 1."),
        (("--stratify", "region", "--floor", 0), "--floor 0 : donner au moins 1 ligne par strate."),
    ],
)
def test_what_cannot_be_drawn_is_refused(run, labelled, tmp_path, options, words):
    code, _, err = run("audit", "draw", labelled, "-o", tmp_path / "s.xlsx", "-n", 12, *options)
    assert code == 2
    assert words.format(labelled) in err
    assert not (tmp_path / "s.xlsx").exists()


def test_without_probabilities_only_a_uniform_draw_is_possible(run, tmp_path):
    (tmp_path / "a.csv").write_text("description,domaine\nwifi,autre\nécole,autre\n")
    assert run("audit", "draw", tmp_path / "a.csv", "-n", 2, "-o", tmp_path / "s.csv")[0] == 0
    code, _, err = run("audit", "draw", tmp_path / "a.csv", "-n", 2, "-o", tmp_path / "s.csv", "--active")
    assert code == 3
    assert "n'a pas de colonnes « p_… »" in err
