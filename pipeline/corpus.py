"""What makes annotated texts fit to train on: fingerprints, near-duplicates, contradictions, openings.

Pure functions of lists; nothing here reads a file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import nearest
from pipeline.text import clean
from pipeline.words import MOST_KEPT, fold

if TYPE_CHECKING:
    from scipy import sparse

FEWEST_TEXTS = 5
# Jaccard similarity of character 4-grams from which two texts count as near-duplicates.
SIMILAR = 0.6
# A quotient may come out a little less than it is.
_TINY = 1e-9
# Rows compared with all others at once: bounds the memory of a product.
_BLOCK = 2048
# How many of their rarest 4-grams two texts must share before all of theirs are compared. Of 65,905 texts and sides,
# 4 leaves 8 million pairs to compare (44 s in all), 9 half a million, 13 a hundred thousand (13 s either way).
_SHARED = 11
_NOT_WORD = re.compile(r"\W+")

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class AnnotatedText:
    """One annotated text and where it comes from: file, and row from 1 after the header.

    ``weight`` is what it counts for in training; a term of a lexicon (``term``) trains, and is never scored.
    """

    text: str
    label: str
    file: str
    row: int
    kind: str = ""
    pair: str = ""
    weight: float = 1.0
    term: bool = False


@dataclass(frozen=True)
class Complaint:
    """Something wrong with annotated texts: where, and what, as a sentence."""

    file: str
    row: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}, ligne {self.row} : {self.what}"


@lru_cache(maxsize=MOST_KEPT)
def fingerprint(text: str) -> str:
    """Give a digest of the cleaned, folded text: the same for texts that differ by case, accents or blanks.

    >>> fingerprint("Wifi à l'École") == fingerprint("wifi  a l’ecole")
    True
    """
    return hashlib.sha256(_normal(text).encode()).hexdigest()[:16]


def opening(text: str, size: int = 3) -> str:
    """Give the first words of a text (blank-separated), folded, without punctuation.

    >>> opening("L'école : wifi gratuit partout")
    'lecole wifi gratuit'
    """
    found = [_NOT_WORD.sub("", piece) for piece in fold(clean(text).lower()).split()]
    return " ".join([piece for piece in found if piece][:size])


def shared_openings(texts: Sequence[str]) -> list[int]:
    """Give the rows whose opening is also that of another row."""
    openings = [opening(text) for text in texts]
    counts = Counter(openings)
    return [row for row, found in enumerate(openings) if counts[found] > 1]


def near_duplicates(texts: Sequence[str], similar: float = SIMILAR) -> list[tuple[int, int, float]]:
    """Give the pairs of rows whose character 4-grams overlap by at least ``similar`` (Jaccard), exactly.

    What two such sets share is at least ``similar`` of the larger: if each is put in one order, its first elements, but
    for so many less n, are then n in common (Wang, Li & Feng 2012). With the rarest first, few pairs have, and these
    alone are compared. MinHash would be faster past some 10⁵, and approximate.
    """
    sets = [_grams(text) for text in texts]
    order = np.array(sorted(range(len(sets)), key=lambda row: len(sets[row])), dtype=np.int64)
    held = _rarest_first([sets[row] for row in order])
    first, second = _candidates(held, similar)
    shared = np.asarray(held[first].multiply(held[second]).sum(axis=1)).ravel()
    sizes = np.diff(held.indptr)
    similarity = shared / (sizes[first] + sizes[second] - shared)
    kept = similarity >= similar
    ends = np.sort(np.column_stack([order[first[kept]], order[second[kept]]]), axis=1)
    return sorted(
        (int(one), int(other), float(alike)) for (one, other), alike in zip(ends, similarity[kept], strict=True)
    )


def _rarest_first(sets: Sequence[set[str]]) -> sparse.csr_matrix:
    """Say which elements each set holds (sets × elements, ones): the columns of the rarest come first."""
    from scipy import sparse

    starts = np.cumsum([0, *map(len, sets)])
    number = {element: column for column, element in enumerate(sorted(set().union(*sets)))}
    columns = np.fromiter((number[element] for each in sets for element in each), dtype=np.int64, count=starts[-1])
    rank = np.empty(len(number), dtype=np.int32)
    rank[np.argsort(np.bincount(columns, minlength=len(number)), kind="stable")] = np.arange(len(number))
    shape = (len(sets), len(number))
    held = sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), rank[columns], starts), shape=shape)
    held.sort_indices()
    return held


def _candidates(held: sparse.csr_matrix, similar: float) -> tuple[Integers, Integers]:
    """Give pairs of rows, which come by size, among which are all that are alike."""
    from scipy import sparse

    sizes = np.diff(held.indptr).astype(np.int64)
    least = np.ceil(similar * sizes - _TINY).astype(np.int64)
    lengths = np.minimum(sizes, sizes - least + _SHARED)
    early = np.arange(held.nnz) - np.repeat(held.indptr[:-1], sizes) < np.repeat(lengths, sizes)
    starts = np.append(0, np.cumsum(lengths))
    rarest = sparse.csr_matrix((held.data[early], held.indices[early], starts), shape=held.shape)
    asked = np.minimum(_SHARED, least)
    found = [np.zeros((2, 0), dtype=np.int64)]
    for start in range(0, len(sizes), _BLOCK):
        end = np.searchsorted(sizes, sizes[start : start + _BLOCK][-1] / similar + _TINY, side="right")
        product = (rarest[start : start + _BLOCK] @ rarest[start:end].T).tocoo()
        kept = (product.data >= asked[start + product.row]) & (product.row < product.col)
        found.append(np.stack([product.row[kept], product.col[kept]]).astype(np.int64) + start)
    first, second = np.concatenate(found, axis=1)
    return first, second


def label_faults(texts: Sequence[AnnotatedText], labels: Sequence[str]) -> list[Complaint]:
    """Find unknown labels (with the nearest one), empty texts, and the same text under two labels."""
    found = []
    first: dict[str, AnnotatedText] = {}
    for item in texts:
        if item.label not in labels:
            close = nearest(item.label, labels)
            hint = f" ; le plus proche est « {close} »" if close else f" ; étiquettes connues : {', '.join(labels)}"
            found.append(Complaint(item.file, item.row, f"étiquette inconnue « {item.label} »{hint}"))
        normal = _normal(item.text)
        if not normal:
            found.append(Complaint(item.file, item.row, "texte vide"))
            continue
        earlier = first.setdefault(normal, item)
        if earlier.label != item.label:
            what = (
                f"même texte que {earlier.file}, ligne {earlier.row}, "
                f"mais « {item.label} » au lieu de « {earlier.label} »"
            )
            found.append(Complaint(item.file, item.row, what))
    return found


def rare_labels(texts: Sequence[AnnotatedText], labels: Sequence[str]) -> Mapping[str, int]:
    """Give the labels with fewer than ``FEWEST_TEXTS`` texts, and how many they have."""
    counts = Counter(item.label for item in texts)
    return {label: counts[label] for label in labels if counts[label] < FEWEST_TEXTS}


def overlap(train: Sequence[str], test: Sequence[str]) -> list[int]:
    """Give the test rows whose fingerprint is among those of the training texts."""
    known = {fingerprint(text) for text in train}
    return [row for row, text in enumerate(test) if fingerprint(text) in known]


@lru_cache(maxsize=MOST_KEPT)
def _normal(text: str) -> str:
    return _NOT_WORD.sub(" ", fold(clean(text).lower())).strip()


def _grams(text: str) -> set[str]:
    normal = _normal(text)
    return {normal[start : start + 4] for start in range(max(1, len(normal) - 3))}
