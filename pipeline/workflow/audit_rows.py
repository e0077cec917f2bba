"""What the audit looks at: labelled rows with people's labels, or the annotated corpus under cross-validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.domains import LABELS
from pipeline.errors import InputError, ModelError
from pipeline.registry import Model, load_model
from pipeline.tables import Table, find_column, open_table
from pipeline.workflow.auditing import read_audited
from pipeline.workflow.corpora import check_corpus, corpus_files, read_corpus
from pipeline.workflow.reading import Say, labelled_column, labels_of, shown, text_column

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


SIZES = (
    (2_000, "moins de 2 000 habitants"),
    (10_000, "2 000 à 10 000 habitants"),
    (50_000, "10 000 à 50 000 habitants"),
)


@dataclass(frozen=True)
class AuditedRows:
    """Rows to audit: n texts, where each stands, people's labels (n), the model's probabilities (n × K).

    ``inclusion`` (n) are the probabilities of being drawn; ``columns`` hold the values of other columns, by name.
    """

    source: str
    texts: tuple[str, ...]
    places: tuple[str, ...]
    domains: tuple[str, ...]
    truth: Integers
    probabilities: Array
    inclusion: Array
    columns: Mapping[str, Sequence[str]]
    notes: tuple[str, ...]
    model: Model | None
    terms: tuple[AnnotatedText, ...] = ()


def audited_rows(labelled: str, audited: str, say: Say) -> AuditedRows:
    """Join a labelled file and its audited rows; rows without a probability (no text) are set aside, and counted."""
    table = open_table(labelled)
    labelled_column(table)
    domains = labels_of(table)
    missing = [name for name in domains if f"p_{name}" not in table.columns]
    if missing:
        raise InputError(
            f"{shown(labelled)} n'a pas de colonne « p_{missing[0]} » : l'étiqueter avec « domaines label »."
        )
    sample = read_audited(audited, labelled, domains)
    for note in sample.notes:
        say(note)
    frame = _rows_at(table, sample.rows)
    stated = frame.select(pl.col(f"p_{name}").str.replace(",", ".").cast(pl.Float64, strict=False) for name in domains)
    probabilities = stated.to_numpy().astype(np.float64)
    kept = np.flatnonzero(~np.isnan(probabilities).any(axis=1))
    notes = tuple(fault.reason for fault in sample.faults[:5])
    if len(kept) < frame.height:
        say(f"{frame.height - len(kept)} lignes auditées sans domaine prédit (sans texte), laissées de côté.")
    if not len(kept):
        raise InputError(f"{shown(audited)} n'a aucune ligne vérifiée dont le texte ait été étiqueté : rien à auditer.")
    frame = frame[pl.Series(kept, dtype=pl.UInt32)]
    text = text_column(table, None, say)
    # A code is not a number to cut into quarters; region and size say what it could.
    code = find_column(table.columns, None, schema.COMMUNE_CODE, "le code")
    left_out = {text, code, schema.IDENTIFIER.name, *schema.output_columns(tuple(domains))}
    return AuditedRows(
        Path(labelled).name,
        tuple(frame[text].to_list()),
        tuple(str(int(row) + 1) for row in sample.rows[kept]),
        tuple(domains),
        sample.labels[kept],
        probabilities[kept],
        sample.inclusion[kept],
        {name: frame[name].to_list() for name in frame.columns if name not in left_out} | _commune_columns(frame),
        notes,
        _model_of(frame),
    )


def _rows_at(table: Table, rows: Integers) -> pl.DataFrame:
    """Read the rows (positions from 0, rising) of a table, one block in memory at a time."""
    found, before = [], 0
    for chunk in table.chunks():
        within = rows[(rows >= before) & (rows < before + chunk.frame.height)] - before
        found.append(chunk.frame[pl.Series(within, dtype=pl.UInt32)])
        before += chunk.frame.height
    return pl.concat(found)


def corpus_rows(sources: Sequence[str], model: str, seed: int, say: Say) -> AuditedRows:
    """Read an annotated corpus with predictions of models that did not learn from the row they judge.

    The predictions kept with the model serve when it knows every text; otherwise the corpus is
    cross-validated again, which takes minutes.
    """
    files = corpus_files(sources)
    texts = [item for file in files for item in read_corpus(file)]
    check_corpus(texts)
    judged = [item for item in texts if not (item.term or item.pair)]
    loaded = load_model(model)
    kept = _kept_with(loaded, judged)
    if kept is None:
        from pipeline.workflow.held_out import cross_validated

        say("Le modèle ne garde pas de prédictions de ces textes : validation croisée, quelques minutes.")
        kept = cross_validated(texts, seed).probabilities
    return AuditedRows(
        ", ".join(Path(source).name for source in sources),
        tuple(item.text for item in judged),
        tuple(f"{Path(item.file).name} {item.row}" for item in judged),
        LABELS,
        np.array([LABELS.index(item.label) for item in judged], dtype=np.int64),
        kept,
        np.ones(len(judged)),
        _corpus_columns(files, judged),
        (),
        loaded,
        tuple(item for item in texts if item.term),
    )


def _kept_with(model: Model, judged: Sequence[AnnotatedText]) -> Array | None:
    held_out = model.held_out()
    if held_out is None or model.scoring.labels != LABELS:
        return None
    rows = held_out.rows_of([fingerprint(item.text) for item in judged])
    return None if rows.min() < 0 else np.asarray(held_out.probabilities[rows])


def _corpus_columns(files: Sequence[str], judged: Sequence[AnnotatedText]) -> dict[str, list[str]]:
    """Give the corpus's other columns, and the codebook's rule of each kind when ``frame.csv`` is nearby."""
    frames = {file: pl.concat([chunk.frame for chunk in open_table(file).chunks()]) for file in files}
    names = sorted({name for frame in frames.values() for name in frame.columns if name in ("source", "voice", "kind")})
    rows = {
        file: {name: frame[name].to_list() for name in names if name in frame.columns} for file, frame in frames.items()
    }
    columns = {name: [rows[item.file].get(name, [""] * item.row)[item.row - 1] for item in judged] for name in names}
    nearby = (Path(file).resolve().parents[1] / "frame.csv" for file in files)
    frame = next((path for path in nearby if path.is_file()), None)
    if frame is not None and "kind" in columns:
        kinds = pl.concat([chunk.frame for chunk in open_table(str(frame)).chunks()])
        rule = dict(kinds.select("kind_id", "rule").iter_rows())
        columns["rule"] = [rule.get(kind, "") for kind in columns["kind"]]
    return columns


def _commune_columns(frame: pl.DataFrame) -> dict[str, list[str]]:
    """Give the region and the size of each row's commune, from its code and the table shipped with the program."""
    code = find_column(tuple(frame.columns), None, schema.COMMUNE_CODE, "le code")
    if code is None:
        return {}
    from pipeline.communes import Matcher, Request, reference_communes, reference_former

    matcher = Matcher(reference_communes(), reference_former())
    communes = matcher.communes
    places = [matcher.place(Request(value)) for value in frame[code].to_list()]
    regions = ["" if place is None else communes.regions[place] for place in places]
    sizes = ["" if place is None else size_band(float(communes.population[place])) for place in places]
    return {"taille_commune": sizes} | ({} if "region" in frame.columns else {"region": regions})


def size_band(population: float) -> str:
    """Name the band of a commune's population; empty when it is not known.

    >>> size_band(1_999.0), size_band(10_000.0), size_band(float("nan"))
    ('moins de 2 000 habitants', '10 000 à 50 000 habitants', '')
    """
    if np.isnan(population):
        return ""
    return next((name for most, name in SIZES if population < most), "50 000 habitants et plus")


def _model_of(frame: pl.DataFrame) -> Model | None:
    """Give the model that labelled the rows, when it is the one still there."""
    if "modele" not in frame.columns or not frame.height:
        return None
    reference = frame["modele"][0]
    try:
        model = load_model(reference.split(" ")[0])
    except ModelError:
        return None
    return model if model.reference == reference else None
