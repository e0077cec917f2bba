"""What ``domaines territory`` writes: the page, the pictures with their tables, the note, the communes not found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.report.territory import render_territory, territory_note
from pipeline.report.territory_pictures import Picture, pictures_of, png_of
from pipeline.results.territory import Territory
from pipeline.tables import write_bytes, write_frame
from pipeline.territory import views_of
from pipeline.workflow.reading import Say
from pipeline.workflow.territory import Outcome


def write_pages(outcome: Outcome, output: str | None, folder: str | None, lang: str, say: Say) -> None:
    """Write what was asked for; communes not found are listed beside the page."""
    result = outcome.result
    if output is None and folder is None:
        return
    pictures = pictures_of(views_of(outcome.survey, result.level), result.level, lang)
    if folder is not None:
        _write_folder(Path(folder), pictures, territory_note(result, lang))
        say(f"Images, tables et note écrites dans « {folder} ».")
    if output is None:
        return
    write_bytes(output, render_territory(result, pictures, date.today().isoformat(), lang).encode())
    say(f"Page écrite dans « {output} ».")
    missed = write_missed(result, output)
    if missed:
        say(f"Communes non trouvées listées dans « {missed} ».")


def _write_folder(folder: Path, pictures: tuple[Picture, ...], note: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        write_bytes(str(folder / f"{picture.name}.svg"), picture.svg)
        write_bytes(str(folder / f"{picture.name}.png"), png_of(picture))
        write_frame(
            str(folder / f"{picture.name}.csv"), pl.DataFrame(picture.rows, schema=picture.columns, orient="row")
        )
    write_bytes(str(folder / "note.md"), (note + "\n").encode())


def write_missed(result: Territory, output: str) -> str | None:
    """Write the communes that were not found beside the page; give the file's name, or ``None`` without any."""
    if not result.joining.missed or output == "-":
        return None
    path = f"{output}.faults.csv"
    rows = [(m.code, m.name, m.department, m.rows, m.reason, m.nearest) for m in result.joining.missed]
    names = ("code_commune", "commune", "departement", "lignes", "motif", "plus_proche")
    types = {name: pl.Int64() if name == "lignes" else pl.String() for name in names}
    write_frame(path, pl.DataFrame(rows, schema=types, orient="row"))
    return path
