"""Joining what teaches a model: corpora, annotated files, stores of decisions; with where each label comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.corpus import AnnotatedText, fingerprint
from pipeline.memory import without_collection
from pipeline.workflow.corpora import SHOWN, corpus_files, read_corpus
from pipeline.workflow.reading import Say, shown

STORE_SUFFIXES = (".db", ".sqlite", ".sqlite3")
STORE_SCHEMES = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class Superseded:
    """A label that a later source replaced: where it stood, what it was, what it became, and by whom."""

    file: str
    row: int
    before: str
    after: str
    by: str


@dataclass(frozen=True)
class Joined:
    """The texts that train, the files they come from (stores apart), and how the sources were joined."""

    texts: tuple[AnnotatedText, ...]
    files: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]
    superseded: tuple[Superseded, ...]
    set_aside: int

    def as_json(self) -> dict[str, Any]:
        """Give what the model's manifest records."""
        replaced = [vars(item) for item in self.superseded]
        return {"sources": list(self.sources), "superseded": replaced, "set_aside": self.set_aside}


@without_collection()
def join_sources(sources: Sequence[str], tests: Sequence[str], say: Say, held_apart: Sequence[str] = ()) -> Joined:
    """Read sources in order; of a text labelled by several, the later one decides.

    A folder is one source: two labels of a text within one source stay a contradiction, which training refuses.
    A text already there keeps its row, its kind and its weight, and takes the later label. ``tests`` are texts
    that must never train: they are recognised by fingerprint, whatever the source, and counted. ``held_apart``
    are those of a test file: a store's are set aside too, because nobody can take a decision out of a journal,
    while a file's are left for training to refuse with their rows.
    """
    forbidden = {fingerprint(text) for text in tests}
    apart = forbidden | {fingerprint(text) for text in held_apart}
    joined: list[AnnotatedText] = []
    rows_of: dict[str, list[int]] = {}
    files: list[str] = []
    records, superseded, set_aside = [], [], 0
    for source in sources:
        items, paths = _read(source)
        files += paths
        never = apart if is_store(source) else forbidden
        kept = [item for item in items if item.term or fingerprint(item.text) not in never]
        set_aside += len(items) - len(kept)
        new, replaced = _added(joined, rows_of, kept)
        superseded += replaced
        for item in new:
            rows_of.setdefault(fingerprint(item.text), []).append(len(joined))
            joined.append(item)
        records.append(_record(source, kept, len(new), len(replaced)))
        if is_store(source):
            say(f"{shown(source)} : {len(kept)} décisions, {len(new)} textes nouveaux, {len(replaced)} corrections.")
    if set_aside:
        say(f"{set_aside} textes des sources sont aussi dans un test : ils n'apprennent pas.")
    for one in superseded[:SHOWN]:
        say(f"{one.file}, ligne {one.row} : « {one.before} » devient « {one.after} » ({one.by}).")
    if len(superseded) > SHOWN:
        say(f"… et {len(superseded) - SHOWN} autres corrections, toutes notées dans la fiche du modèle.")
    return Joined(tuple(joined), tuple(files), tuple(records), tuple(superseded), set_aside)


def is_store(source: str) -> bool:
    """Tell whether a source is a store of decisions.

    >>> is_store("annotations.db"), is_store("nouveau.csv")
    (True, False)
    """
    return source.startswith(STORE_SCHEMES) or source.casefold().endswith(STORE_SUFFIXES)


def _added(
    joined: list[AnnotatedText], rows_of: dict[str, list[int]], items: Sequence[AnnotatedText]
) -> tuple[list[AnnotatedText], list[Superseded]]:
    """Relabel in place the texts already there; give those that are new, and what was replaced."""
    new, replaced = [], []
    for item in items:
        earlier = [] if item.term or item.pair else rows_of.get(fingerprint(item.text), [])
        for row in earlier:
            before = joined[row]
            if before.label != item.label:
                by = f"{Path(item.file).name}, ligne {item.row}" if not is_store(item.file) else Path(item.file).name
                replaced.append(Superseded(before.file, before.row, before.label, item.label, by))
                joined[row] = replace(before, label=item.label)
        if not any(not (joined[row].term or joined[row].pair) for row in earlier):
            new.append(item)
    return new, replaced


def _read(source: str) -> tuple[list[AnnotatedText], list[str]]:
    if not is_store(source):
        files = corpus_files([source])
        return [item for file in files for item in read_corpus(file)], files
    from pipeline.workflow.stores import open_journal

    # Opened for reading alone: training must not change what people decided.
    journal = open_journal(source, read_only=True)
    try:
        decisions = journal.labels()
    finally:
        journal.close()
    number = {decision.key: place for place, decision in enumerate(decisions, start=1)}
    # Two rows of the same words are one text: the last decision on it holds.
    last = {fingerprint(decision.text): decision for decision in sorted(decisions, key=lambda decision: decision.at)}
    return [AnnotatedText(d.text, d.after, source, number[d.key]) for d in last.values()], []


def _record(source: str, items: Sequence[AnnotatedText], new: int, replaced: int) -> dict[str, Any]:
    content = sorted(f"{fingerprint(item.text)} {item.label}" for item in items)
    digest = hashlib.sha256("\n".join(content).encode()).hexdigest()
    name = "postgresql" if source.startswith(STORE_SCHEMES) else Path(source).name
    return {"source": name, "texts": len(items), "new": new, "superseding": replaced, "labels_sha256": digest}
