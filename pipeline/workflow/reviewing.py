"""``domaines review``: a labelled file's rows, explained as they are shown, and the store of decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.errors import InputError
from pipeline.registry import Model, load_model
from pipeline.review import Decision, Desk, annotator_name
from pipeline.review.exchange import Item
from pipeline.review.server import open_door
from pipeline.tables import Table, find_column, open_table
from pipeline.text import clean
from pipeline.wordtable import WordTable
from pipeline.workflow.reading import Say, shown, text_column
from pipeline.workflow.review_rows import MODEL, REASON, ROW, Floats, LabelledRows, labelled_by
from pipeline.workflow.second_look import annotation_column, doubted_rows, labels_given
from pipeline.workflow.stores import open_journal, shown_store

INCLUSION = "probabilite_inclusion"
# The column of people's labels, under our name.
GIVEN = "annotation"


def review(
    source: str,
    store: str,
    model_name: str,
    say: Say,
    link: Say,
    *,
    text: str | None = None,
    sample: str | None = None,
    examples: Sequence[tuple[str, str]] = (),
    host: str = "127.0.0.1",
    port: int = 0,
    lang: str = "fr",
    annotator: str = "",
    read_only: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Serve the review page of a file until interrupted or ``stopped``; ``link`` is given its address once open."""
    name = annotator_name(annotator) if annotator else ""
    model = load_model(model_name)
    journal = open_journal(store, read_only=read_only, labels=model.scoring.labels)
    try:
        decided = journal.labels()
        annotated = [*examples, *((each.text, each.after) for each in decided)]
        rows = load_rows(source, model, say, text=text, sample=sample, examples=annotated, lang=lang, decided=decided)
        desk = Desk(rows, journal, read_only=read_only)
        door = open_door(desk, host=host, port=port, lang=lang, name=name, stopped=stopped)
        link(door.link)
        door.run()
        say(f"Page fermée ; les décisions sont dans {shown_store(store)}.")
    finally:
        journal.close()


def load_rows(
    source: str,
    model: Model,
    say: Say,
    *,
    text: str | None = None,
    sample: str | None = None,
    examples: Sequence[tuple[str, str]] = (),
    lang: str = "fr",
    decided: Sequence[Decision] = (),
) -> LabelledRows:
    """Read the rows of a labelled file (or any file: the model then labels it), and the audit's sample if any.

    Rows that people have labelled, in the file or by ``decided``, are also offered by the doubts about their labels.
    """
    table = open_table(source)
    say(f"{shown(source)} : {table.decision}")
    chosen = text_column(table, text, say)
    frame = _frame(table, chosen, model.scoring.labels, say)
    if frame.is_empty():
        raise InputError(f"{shown(source)} n'a qu'un en-tête : il n'y a rien à relire.")
    probabilities = _probabilities(frame, model, say)
    inclusions = _inclusions(frame, sample, say)
    rows = LabelledRows(frame, probabilities, inclusions, model, source, examples, lang)
    given = labels_given(source, frame[GIVEN], model.scoring.labels, say) if GIVEN in frame.columns else {}
    given |= _decided(rows, decided)
    _look_again(rows, given, model, examples, lang, say)
    return rows


def _decided(rows: LabelledRows, decisions: Sequence[Decision]) -> dict[int, int]:
    """Give the labels already decided, by position; those decided blind are left alone: an audit rests on them."""
    seen = [each for each in decisions if not each.blind and each.after in rows.labels]
    places = rows.positions([each.row_id for each in seen])
    found = [(places.get(each.row_id), each) for each in seen]
    return {
        place: rows.labels.index(each.after)
        for place, each in found
        if place is not None and rows.identity(place) == (each.row_id, each.text)
    }


def _look_again(
    rows: LabelledRows,
    given: dict[int, int],
    model: Model,
    examples: Sequence[tuple[str, str]],
    lang: str,
    say: Say,
) -> None:
    positions = np.array(sorted(place for place in given if not rows.blind(place)), dtype=np.int64)
    if not len(positions):
        return
    chosen = positions.tolist()
    texts = [rows.identity(place)[1] for place in chosen]
    labels = np.array([given[place] for place in chosen], dtype=np.int64)
    doubts = doubted_rows(texts, labels, rows.probabilities(positions), model, examples, lang)
    rows.look_again([(chosen[row], reason) for row, reason in doubts])
    say(f"{len(chosen)} lignes déjà annotées, dont {len(doubts)} à revoir (file « À revoir : doutes »).")


def _frame(table: Table, text: str, labels: Sequence[str], say: Say) -> pl.DataFrame:
    """Keep the columns the page needs, under our names, all text."""
    identifier = find_column(table.columns, None, schema.IDENTIFIER, "l'identifiant")
    wanted = {text: "text"} | ({identifier: "id"} if identifier else {})
    given = [f"p_{label}" for label in labels]
    others = [INCLUSION, REASON, MODEL, ROW, *(given if set(given) <= set(table.columns) else ())]
    wanted |= {name: name for name in others if name in table.columns and name not in wanted}
    annotated = annotation_column(table.columns, labels)
    wanted |= {annotated: GIVEN} if annotated and annotated not in wanted else {}
    chunks = [chunk.frame.select(pl.col(name).alias(ours) for name, ours in wanted.items()) for chunk in table.chunks()]
    # PostgreSQL cannot hold NUL: one spelling for both stores, so that a row is recognised in either.
    frame = pl.concat(chunks).with_columns(pl.col("text").str.replace_all("\0", "\ufffd", literal=True))
    if "id" in frame.columns and (frame["id"].n_unique() != frame.height or (frame["id"] == "").any()):
        say(
            f"{shown(table.path)} : la colonne « {identifier} » a des valeurs vides ou en double ; "
            "les lignes sont reconnues par leur numéro, que l'ordre du fichier ne doit donc pas changer."
        )
        frame = frame.drop("id")
    return frame if ROW not in frame.columns or _numbers_rows(frame[ROW]) else frame.drop(ROW)


def _numbers_rows(lines: pl.Series) -> bool:
    """Tell whether a column « ligne » numbers the rows of the file a sheet was drawn from: whole, each once."""
    numbers = lines.cast(pl.Int64, strict=False)
    return numbers.null_count() == 0 and numbers.n_unique() == len(numbers) and bool((numbers > 0).all())


def _probabilities(frame: pl.DataFrame, model: Model, say: Say) -> Floats:
    """Take the file's probabilities, or the model's where the file has none; NaN where a text has no word."""
    columns = [f"p_{label}" for label in model.scoring.labels]
    if not set(columns) <= set(frame.columns):
        cleaned = frame["text"]
        found = WordTable(model.scoring).probabilities(cleaned).astype(np.float32)
        wordless = [not clean(each).strip() for each in cleaned.to_list()]
        found[np.asarray(wordless)] = np.nan
        return found
    reference = labelled_by(frame)
    if reference and reference != model.reference:
        say(f"Fichier étiqueté par « {reference} » ; les mots sont colorés d'après « {model.reference} ».")
    numbers = frame.select(pl.col(columns).str.replace(",", ".", literal=True).cast(pl.Float32, strict=False))
    return numbers.fill_null(float("nan")).to_numpy()


def _inclusions(frame: pl.DataFrame, sample: str | None, say: Say) -> NDArray[np.float64]:
    """Give each row's probability of having been drawn, NaN where it was not: from the file, or from a sheet."""
    own = frame[INCLUSION] if INCLUSION in frame.columns else pl.Series([""] * frame.height, dtype=pl.String)
    found = own.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    inclusions: NDArray[np.float64] = found.copy()
    if sample is not None:
        _mark_sample(frame, sample, inclusions, say)
    return inclusions


def _mark_sample(frame: pl.DataFrame, sample: str, inclusions: NDArray[np.float64], say: Say) -> None:
    sheet = pl.concat([chunk.frame for chunk in open_table(sample).chunks()])
    by_id = "id" in sheet.columns and "id" in frame.columns
    if INCLUSION not in sheet.columns or not (by_id or ROW in sheet.columns):
        raise InputError(
            f"{shown(sample)} n'est pas une feuille d'audit : elle doit avoir « {INCLUSION} », et « id » ou « {ROW} »."
        )
    names = frame["id"].to_list() if by_id else [str(number) for number in range(1, frame.height + 1)]
    places = {name: place for place, name in enumerate(names)}
    values = sheet[INCLUSION].str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    unknown = []
    for name, value in zip(sheet["id" if by_id else ROW].to_list(), values.to_list(), strict=True):
        if name in places and value is not None:
            inclusions[places[name]] = value
        else:
            unknown.append(name)
    if unknown:
        raise InputError(
            f"{shown(sample)} : {len(unknown)} lignes (dont « {unknown[0]} ») ne sont pas dans le fichier, ou n'ont "
            "pas de probabilité lisible : donner la feuille tirée de ce fichier."
        )
    say(f"{shown(sample)} : {sheet.height} lignes à juger à l'aveugle.")


def items_of(source: str, model_name: str, say: Say) -> list[Item]:
    """Give a file's rows with their suggestion, as other tools exchange them."""
    rows = load_rows(source, load_model(model_name), say)
    return [rows.item(position) for position in range(len(rows))]
