"""What makes annotated texts fit to train on: fingerprints, near-duplicates, contradictions, openings.

Pure functions of lists; nothing here reads a file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
_BLOCK = 512
# A 4-gram of more than this part of the texts is common: these make most of the products' cost, and tell little.
_COMMON = 0.04
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

    Rows are taken by size: two sets that overlap so much are of sizes as near, and the overlaps of a block with the
    larger sets it may be like are one sparse product, of uncommon 4-grams; what could still be alike with common ones
    is then counted whole. MinHash would be faster past some 10⁵, and approximate.
    """
    from scipy import sparse

    sets = [_grams(text) for text in texts]
    order = np.array(sorted(range(len(sets)), key=lambda row: len(sets[row])), dtype=np.int64)
    number = {gram: column for column, gram in enumerate(sorted(set().union(*sets)))}
    sizes = np.array([len(sets[row]) for row in order], dtype=np.int64)
    starts = np.append(0, np.cumsum(sizes))
    columns = np.fromiter((number[gram] for row in order for gram in sets[row]), dtype=np.int32, count=starts[-1])
    shape = (len(texts), len(number))
    held = sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), columns, starts), shape=shape)
    first, second, shared = _overlaps(held, sizes, similar)
    similarity = shared / (sizes[first] + sizes[second] - shared)
    kept = similarity >= similar
    ends = np.sort(np.column_stack([order[first[kept]], order[second[kept]]]), axis=1)
    return sorted(
        (int(one), int(other), float(alike)) for (one, other), alike in zip(ends, similarity[kept], strict=True)
    )


def _overlaps(held: sparse.csr_matrix, sizes: Integers, similar: float) -> tuple[Integers, Integers, Integers]:
    """Give pairs of rows, each once, among which are all that are alike, and how many 4-grams they share."""
    frequent = np.bincount(held.indices, minlength=held.shape[1]) > _COMMON * held.shape[0]
    rare, common = held[:, ~frequent], np.asarray(held[:, frequent].sum(axis=1)).ravel().astype(np.int64)
    # Rows of common 4-grams alone, or nearly, may be alike and share no uncommon one: all of theirs are counted.
    plain = np.flatnonzero(common >= similar * sizes - _TINY)
    found = [np.zeros((2, 0), dtype=np.int64)]
    for rows, matrix, unseen in ((np.arange(len(sizes)), rare, common), (plain, held[plain], np.zeros_like(sizes))):
        for first, second, shared in _products(matrix, sizes[rows], similar):
            found.append(_possible(rows[first], rows[second], shared, unseen, sizes, similar))
    first, second = np.unique(np.concatenate(found, axis=1), axis=1)
    shared = np.asarray(held[first].multiply(held[second]).sum(axis=1)).ravel()
    return first, second, shared.astype(np.int64)


def _products(
    matrix: sparse.csr_matrix, sizes: Integers, similar: float
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Give, block by block, pairs of rows of sizes near enough and how many columns they share; rows come by size."""
    for start in range(0, len(sizes), _BLOCK):
        end = np.searchsorted(sizes, sizes[start : start + _BLOCK][-1] / similar + _TINY, side="right")
        product = (matrix[start : start + _BLOCK] @ matrix[start:end].T).tocoo()
        yield product.row + start, product.col + start, product.data


def _possible(
    first: Integers, second: Integers, shared: Integers, common: Integers, sizes: Integers, similar: float
) -> Integers:
    """Keep the pairs (2 × n) that may be alike if they share all the common 4-grams they can."""
    most = shared + np.minimum(common[first], common[second])
    kept = (first < second) & ((1 + similar) * most >= similar * (sizes[first] + sizes[second]) - _TINY)
    return np.stack([first[kept], second[kept]]).astype(np.int64)


def label_faults(texts: Sequence[AnnotatedText], labels: Sequence[str]) -> list[Complaint]:
    """Find unknown labels (with the nearest one), empty texts, and the same text under two labels."""
    found = []
    first: dict[str, AnnotatedText] = {}
    for item in texts:
        if item.label not in labels:
            close = nearest(item.label, labels)
            hint = f" ; le plus proche est « {close} »" if close else f" ; étiquettes connues : {', '.join(labels)}"
            found.append(Complaint(item.file, item.row, f"étiquette inconnue « {item.label} »{hint}"))
        if not _normal(item.text):
            found.append(Complaint(item.file, item.row, "texte vide"))
            continue
        earlier = first.setdefault(fingerprint(item.text), item)
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
