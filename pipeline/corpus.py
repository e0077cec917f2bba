"""What makes annotated texts fit to train on: fingerprints, near-duplicates, contradictions, openings.

Pure functions of lists; nothing here reads a file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.errors import nearest
from pipeline.text import clean
from pipeline.words import fold

FEWEST_TEXTS = 5
# Jaccard similarity of character 4-grams from which two texts count as near-duplicates.
SIMILAR = 0.6
# Rows compared with all others at once: bounds the memory of a product.
_BLOCK = 512
_NOT_WORD = re.compile(r"\W+")


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

    The overlaps of a block of rows with all others are one sparse product: 2 seconds for 8,000 texts.
    MinHash would be faster past some 10⁵, and approximate.
    """
    from scipy import sparse

    sets = [_grams(text) for text in texts]
    number = {gram: column for column, gram in enumerate(sorted(set().union(*sets)))}
    starts = np.cumsum([0] + [len(found) for found in sets])
    columns = np.fromiter((number[gram] for found in sets for gram in found), dtype=np.int32, count=starts[-1])
    shape = (len(texts), len(number))
    held = sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), columns, starts), shape=shape)
    sizes = np.diff(starts)
    alike = []
    for first in range(0, len(texts), _BLOCK):
        shared = (held[first : first + _BLOCK] @ held.T).tocoo()
        rows = shared.row + first
        similarity = shared.data / (sizes[rows] + sizes[shared.col] - shared.data)
        kept = np.flatnonzero((rows < shared.col) & (similarity >= similar))
        alike += [(int(rows[k]), int(shared.col[k]), float(similarity[k])) for k in kept]
    return alike


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


def _normal(text: str) -> str:
    return _NOT_WORD.sub(" ", fold(clean(text).lower())).strip()


def _grams(text: str) -> set[str]:
    normal = _normal(text)
    return {normal[start : start + 4] for start in range(max(1, len(normal) - 3))}
