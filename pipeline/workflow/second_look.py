"""Rows that people have labelled already: which to look at again, and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.domains import BY_KEY
from pipeline.errors import nearest
from pipeline.registry import Model
from pipeline.tables import find_column
from pipeline.workflow.reading import Say, shown

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Every text is compared with every other: past so many, only those whose label the model finds least likely.
MOST_JUDGED = 20_000


def annotation_column(columns: Sequence[str], labels: Sequence[str]) -> str | None:
    """Name the column of people's labels: those checked, else those of a file (« domaine » is a model's once labelled).

    >>> annotation_column(("description", "domaine"), ("a", "b")), annotation_column(("domaine", "p_a"), ("a", "b"))
    ('domaine', None)
    >>> annotation_column(("domaine_entree", "domaine", "modele"), ("a", "b"))
    'domaine_entree'
    """
    if schema.VERIFIED.name in columns:
        return schema.VERIFIED.name
    ours = set(schema.output_columns(tuple(labels))) - {schema.ANNOTATION.name}
    if not ours & set(columns):
        return find_column(columns, None, schema.ANNOTATION, "l'annotation")
    kept = schema.ANNOTATION.name + schema.INPUT_SUFFIX
    others = [name for name in columns if name != schema.ANNOTATION.name]
    return kept if kept in columns else find_column(others, None, schema.ANNOTATION, "l'annotation")


def labels_given(source: str, given: pl.Series, labels: Sequence[str], say: Say) -> dict[int, int]:
    """Give each annotated row's label by position, both from 0; what is not a label is counted, said and left aside."""
    names = given.str.strip_chars()
    number = {label: place for place, label in enumerate(labels)}
    found = names.replace_strict(number, default=None, return_dtype=pl.Int64)
    odd = (found.is_null() & (names != "")).arg_true()
    if len(odd):
        name = names[int(odd[0])]
        close = nearest(name, labels)
        hint = f"vouliez-vous dire « {close} » ?" if close else f"étiquettes connues : {', '.join(labels)}."
        say(
            f"{shown(source)} : {len(odd)} annotations inconnues, laissées de côté "
            f"(ligne {int(odd[0]) + 1} : « {name} ») ; {hint}"
        )
    rows = found.is_not_null().arg_true()
    return dict(zip(rows.to_list(), found.drop_nulls().to_list(), strict=True))


def doubted_rows(
    texts: Sequence[str],
    given: Integers,
    probabilities: Array,
    model: Model,
    examples: Sequence[tuple[str, str]],
    lang: str,
) -> list[tuple[int, str]]:
    """Give the rows (from 0, of n) whose label is doubted, most doubted first, each with its reasons as a sentence.

    ``given`` (n) are the labels' numbers, ``probabilities`` (n × K) the file's; a text that taught the model is judged
    by the probabilities kept with it, of a model that had not seen it. ``examples`` are other annotated texts.
    """
    # SciPy and what it brings are of no use to a file without annotations.
    from pipeline.corpus import fingerprint
    from pipeline.doubts import doubtful_rows
    from pipeline.doubts.evidence import gather

    prints = [fingerprint(text) for text in texts]
    believed = not_learnt(prints, probabilities, model)
    kept = np.arange(len(texts))
    if len(texts) > MOST_JUDGED:
        likely = believed[kept, given]
        kept = np.sort(np.argsort(likely, kind="stable")[:MOST_JUDGED])
    own, labels = {prints[row] for row in kept.tolist()}, model.scoring.labels
    others = [
        (text, labels.index(label)) for text, label in examples if label in labels and fingerprint(text) not in own
    ]
    chosen = kept.tolist()
    evidence = gather(
        [texts[row] for row in chosen], given[kept], believed[kept], [prints[row] for row in chosen], (), others
    )
    return [
        (chosen[doubt.row], _sentence(labels[int(given[chosen[doubt.row]])], doubt.reasons, lang))
        for doubt in doubtful_rows(evidence)
    ]


def not_learnt(prints: Sequence[str], probabilities: Array, model: Model) -> Array:
    """Put in place of the probabilities those of a model that had not seen the text, where the model learnt it."""
    size = probabilities.shape[1]
    # A text without a word: nothing is more likely.
    found = np.where(np.isnan(probabilities), 1.0 / size, probabilities).astype(np.float64)
    held_out = model.held_out()
    if held_out is not None:
        at = held_out.rows_of(prints)
        found[at >= 0] = held_out.probabilities[at[at >= 0]]
    return found


def _sentence(label: str, reasons: Sequence[str], lang: str) -> str:
    from pipeline.doubts.ranking import REASONS

    french = lang == "fr"
    names = {reason.key: reason.name if french else reason.name_en for reason in REASONS}
    named = ", ".join(names[key] for key in reasons)
    domain = BY_KEY.get(label)
    if french:
        return f"Annoté « {label if domain is None else domain.name} », à revoir : {named}"
    return f"Labelled “{label if domain is None else domain.name_en}”, to see again: {named}"
