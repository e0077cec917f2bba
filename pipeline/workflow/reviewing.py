"""``domaines review``: a labelled file's rows, explained as they are shown, and the store of decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline import schema
from pipeline.domains import BY_KEY
from pipeline.errors import InputError
from pipeline.explanation import explain
from pipeline.neighbours import Examples
from pipeline.registry import Model, load_model
from pipeline.review import Desk, Example, Piece, ReviewRow, annotator_name
from pipeline.review.exchange import Item
from pipeline.review.rows import AUDIT, DOUBTFUL, PAIR, Positions
from pipeline.review.server import open_door
from pipeline.tables import Table, find_column, open_table
from pipeline.text import clean
from pipeline.wordtable import WordTable
from pipeline.workflow.pieces import pieces_of
from pipeline.workflow.reading import Say, shown, text_column
from pipeline.workflow.stores import open_journal

INCLUSION, ROW, REASON = "probabilite_inclusion", "ligne", "raison"
NEAREST = 3
# Only so much of a long text is explained: 50 kB would take a second.
EXPLAINED = 4_000
# Rows kept as shown: a decision needs again what was shown just before.
SHOWN = 1_024

Floats = NDArray[np.float32]


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
) -> None:
    """Serve the review page of a file until interrupted; ``link`` is given its address once it is open."""
    name = annotator_name(annotator) if annotator else ""
    model = load_model(model_name)
    journal = open_journal(store, read_only=read_only, labels=model.scoring.labels)
    try:
        annotated = [*examples, *((each.text, each.after) for each in journal.labels())]
        rows = load_rows(source, model, say, text=text, sample=sample, examples=annotated, lang=lang)
        desk = Desk(rows, journal, read_only=read_only)
        door = open_door(desk, host=host, port=port, lang=lang, name=name)
        link(door.link)
        door.run()
        say(f"Page fermée ; les décisions sont dans « {store} ».")
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
) -> LabelledRows:
    """Read the rows of a labelled file (or any file: the model then labels it), and the audit's sample if any."""
    table = open_table(source)
    say(f"{shown(source)} : {table.decision}")
    chosen = text_column(table, text, say)
    frame = _frame(table, chosen, model.scoring.labels, say)
    if frame.is_empty():
        raise InputError(f"{shown(source)} n'a qu'un en-tête : il n'y a rien à relire.")
    probabilities = _probabilities(frame, model, say)
    inclusions = _inclusions(frame, sample, say)
    return LabelledRows(frame, probabilities, inclusions, model, source, examples, lang)


class LabelledRows:
    """The rows of a file in memory: texts and probabilities; what explains a row is computed when it is shown."""

    def __init__(
        self,
        frame: pl.DataFrame,
        probabilities: Floats,
        inclusions: NDArray[np.float64],
        model: Model,
        source: str,
        examples: Sequence[tuple[str, str]],
        lang: str,
    ) -> None:
        self.labels, self.source = model.scoring.labels, source
        self.model = _labelled_by(frame) or model.reference
        self._texts = frame["text"]
        self._identifiers = frame["id"] if "id" in frame.columns else None
        self._reasons = frame[REASON] if REASON in frame.columns else None
        self._probabilities, self._inclusions, self._lang = probabilities, inclusions, lang
        self._scoring = model.scoring
        self._examples = examples
        self._index = Examples.of([each for each, _ in examples]) if examples else None
        self._sampled = ~np.isnan(inclusions)
        ranked = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
        self._first, self._second = ranked[:, 0], ranked[:, 1]
        best = np.take_along_axis(probabilities, ranked, axis=1)
        self._margins = best[:, 0] - best[:, 1]
        self._open = ~np.isnan(self._margins) & ~self._sampled
        self.queues = (DOUBTFUL, *((AUDIT,) if self._sampled.any() else ()), *self._pairs())
        self.row: Callable[[int], ReviewRow] = lru_cache(maxsize=SHOWN)(self._row)

    def __len__(self) -> int:
        return len(self._texts)

    def identity(self, position: int) -> tuple[str, str]:
        """Give the identifier (the row's number where the file has none) and the text."""
        identifier = self._identifiers[position] if self._identifiers is not None else f"ligne {position + 1}"
        return str(identifier), str(self._texts[position])

    def order(self, queue: str) -> Positions:
        """Give a queue's positions: the smallest margins first; the sample in the file's order.

        A sampled row is in the sample's queue alone, or its suggestion would be seen before it is judged blind.
        """
        if queue == AUDIT:
            return np.flatnonzero(self._sampled)
        inside = self._open
        if queue.startswith(PAIR):
            one, other = sorted(self.labels.index(label) for label in queue.removeprefix(PAIR).split("|"))
            inside = inside & (self._couples() == one * len(self.labels) + other)
        found = np.flatnonzero(inside)
        return found[np.argsort(self._margins[found], kind="stable")]

    def positions(self, identifiers: Sequence[str]) -> Mapping[str, int]:
        """Find rows by identifier."""
        if self._identifiers is None:
            numbers = {each: int(each.removeprefix("ligne ")) for each in identifiers if _is_row_name(each)}
            return {each: number - 1 for each, number in numbers.items() if number <= len(self)}
        wanted = pl.Series(identifiers, dtype=pl.String).unique()
        found = self._identifiers.is_in(wanted.implode()).arg_true()
        return {str(self._identifiers[int(position)]): int(position) for position in found}

    def find(self, words: str, limit: int) -> list[int]:
        """Give the first rows whose text has these words one after the other, whatever the case."""
        pattern = "(?i)" + r"\s+".join(_escaped(word) for word in words.split())
        return [int(position) for position in self._texts.str.contains(pattern).arg_true().head(limit)]

    def item(self, position: int) -> Item:
        """Give a row as other tools exchange it, unanswered."""
        known = not np.isnan(self._margins[position])
        identifier, text = self.identity(position)
        return Item(
            identifier if self._identifiers is not None else "",
            position + 1,
            text,
            self.labels[int(self._first[position])] if known else "",
            round(float(np.max(self._probabilities[position])), 6) if known else None,
            self.model,
        )

    def _row(self, position: int) -> ReviewRow:
        identifier, text = self.identity(position)
        known = not np.isnan(self._margins[position])
        blind = bool(self._sampled[position])
        explained = known and not blind
        return ReviewRow(
            number=position + 1,
            id=identifier if self._identifiers is not None else "",
            text=text,
            suggestion=self.labels[int(self._first[position])] if known else "",
            probabilities=tuple(self._probabilities[position].tolist()) if known else (),
            pieces=self._pieces(text) if explained else (),
            reason="" if blind else self._reason(position),
            nearest=self._nearest(text) if explained else (),
            inclusion=float(self._inclusions[position]) if blind else None,
            blind=blind,
        )

    def _pieces(self, text: str) -> tuple[Piece, ...]:
        found = explain(self._scoring, text[:EXPLAINED])
        return tuple(
            Piece(part, () if word is None else tuple(found.contributions[word].tolist()))
            for part, word in pieces_of(text, found.words)
        )

    def _nearest(self, text: str) -> tuple[Example, ...]:
        if self._index is None:
            return ()
        places, similarities = self._index.nearest([text[:EXPLAINED]], NEAREST + 1)
        found = zip(places[0].tolist(), similarities[0].tolist(), strict=True)
        near = [Example(self._examples[at][0], self._examples[at][1], alike) for at, alike in found if alike > 0]
        return tuple(example for example in near if example.text != text)[:NEAREST]

    def _reason(self, position: int) -> str:
        """Say why a row deserves a look: the file's own reason where it gives one, else how the model hesitates."""
        given = str(self._reasons[position]).strip() if self._reasons is not None else ""
        if given:
            return given
        if np.isnan(self._margins[position]):
            return (
                "Aucun mot : le modèle ne propose rien" if self._lang == "fr" else "No word: the model suggests nothing"
            )
        first, second = (self._name(int(each[position])) for each in (self._first, self._second))
        chances = np.sort(self._probabilities[position])[::-1][:2]
        one, other = (f"{100 * float(chance):.0f} %" for chance in chances)
        if self._lang == "fr":
            return f"Le modèle hésite : {first} {one}, {second} {other}"
        return f"The model hesitates: {first} {one}, {second} {other}"

    def _name(self, place: int) -> str:
        domain = BY_KEY.get(self.labels[place])
        return self.labels[place] if domain is None else domain.name if self._lang == "fr" else domain.name_en

    def _couples(self) -> Positions:
        low, high = np.minimum(self._first, self._second), np.maximum(self._first, self._second)
        return np.asarray(low * len(self.labels) + high, dtype=np.int64)

    def _pairs(self) -> tuple[str, ...]:
        """Name the pairs of labels between which some row hesitates, the most frequent first."""
        couples, counts = np.unique(self._couples()[self._open], return_counts=True)
        ordered = couples[np.argsort(-counts, kind="stable")][:10].tolist()
        size = len(self.labels)
        return tuple(f"{PAIR}{self.labels[couple // size]}|{self.labels[couple % size]}" for couple in ordered)


def _frame(table: Table, text: str, labels: Sequence[str], say: Say) -> pl.DataFrame:
    """Keep the columns the page needs, under our names, all text."""
    identifier = find_column(table.columns, None, schema.IDENTIFIER, "l'identifiant")
    wanted = {text: "text"} | ({identifier: "id"} if identifier else {})
    given = [f"p_{label}" for label in labels]
    others = [INCLUSION, REASON, "modele", ROW, *(given if set(given) <= set(table.columns) else ())]
    wanted |= {name: name for name in others if name in table.columns and name not in wanted}
    chunks = [chunk.frame.select(pl.col(name).alias(ours) for name, ours in wanted.items()) for chunk in table.chunks()]
    # PostgreSQL cannot hold NUL: one spelling for both stores, so that a row is recognised in either.
    frame = pl.concat(chunks).with_columns(pl.col("text").str.replace_all("\0", "\ufffd", literal=True))
    if "id" in frame.columns and (frame["id"].n_unique() != frame.height or (frame["id"] == "").any()):
        say(
            f"{shown(table.path)} : la colonne « {identifier} » a des valeurs vides ou en double ; "
            "les lignes sont reconnues par leur numéro, que l'ordre du fichier ne doit donc pas changer."
        )
        frame = frame.drop("id")
    return frame


def _probabilities(frame: pl.DataFrame, model: Model, say: Say) -> Floats:
    """Take the file's probabilities, or the model's where the file has none; NaN where a text has no word."""
    columns = [f"p_{label}" for label in model.scoring.labels]
    if not set(columns) <= set(frame.columns):
        cleaned = frame["text"]
        found = WordTable(model.scoring).probabilities(cleaned).astype(np.float32)
        wordless = [not clean(each).strip() for each in cleaned.to_list()]
        found[np.asarray(wordless)] = np.nan
        return found
    reference = _labelled_by(frame)
    if reference and reference != model.reference:
        say(f"Fichier étiqueté par « {reference} » ; les mots sont colorés d'après « {model.reference} ».")
    numbers = frame.select(pl.col(columns).str.replace(",", ".", literal=True).cast(pl.Float32, strict=False))
    return numbers.fill_null(float("nan")).to_numpy()


def _labelled_by(frame: pl.DataFrame) -> str:
    return next(iter(frame["modele"].head(1).to_list()), "") if "modele" in frame.columns else ""


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
    if INCLUSION not in sheet.columns or not {"id", ROW} & set(sheet.columns):
        raise InputError(
            f"{shown(sample)} n'est pas une feuille d'audit : elle doit avoir « {INCLUSION} », et « id » ou « {ROW} »."
        )
    by_id = "id" in sheet.columns and "id" in frame.columns
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


def _is_row_name(name: str) -> bool:
    number = name.removeprefix("ligne ")
    return name.startswith("ligne ") and number.isascii() and number.isdigit() and int(number) > 0


def _escaped(word: str) -> str:
    """Escape a word for the regular expressions of Polars."""
    return "".join(letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}" for letter in word)


def items_of(source: str, model_name: str, say: Say) -> list[Item]:
    """Give a file's rows with their suggestion, as other tools exchange them."""
    rows = load_rows(source, load_model(model_name), say)
    return [rows.item(position) for position in range(len(rows))]
