"""Finding, in a text as written, the words that were made of it once cleaned."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A word further than this was not made of what is there: cleaning took a tag or an address out.
_REACH = 200
_NUMBER = re.compile(r"\d+")
_WRITTEN = {"wifi": ("wifi", "wi-fi"), "aujourdhui": ("aujourdhui", "aujourd'hui", "aujourd’hui")}


def pieces_of(text: str, words: Sequence[str]) -> list[tuple[str, int | None]]:
    """Cut a text into stretches, each with the place of its word or ``None``; joined, they are the text.

    >>> pieces_of("Le Wi-Fi, 3 bornes", ["le", "wifi", "#", "bornes"])
    [('Le', 0), (' ', None), ('Wi-Fi', 1), (', ', None), ('3', 2), (' ', None), ('bornes', 3)]
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        # Some capitals (İ) have two letters in lower case: the places would not be the same.
        return [(text, None)]
    pieces: list[tuple[str, int | None]] = []
    at = 0
    for number, word in enumerate(words):
        found = _find(lowered, word, at)
        if found is None:
            continue
        begin, end = found
        if begin > at:
            pieces.append((text[at:begin], None))
        pieces.append((text[begin:end], number))
        at = end
    return [*pieces, (text[at:], None)] if at < len(text) else pieces


def _find(text: str, word: str, at: int) -> tuple[int, int] | None:
    if word == "#":
        match = _NUMBER.search(text, at, at + _REACH)
        return match.span() if match else None
    for written in _WRITTEN.get(word, (word, word.replace("'", "’"))):
        begin = text.find(written, at, at + _REACH)
        if begin >= 0:
            return begin, begin + len(written)
    return None
