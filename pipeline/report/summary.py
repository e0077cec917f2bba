"""What a report says, before how it looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.results import Comparison, Shares

# Words that tell nothing of a domain: articles, prepositions, auxiliaries, and the act of buying.
_EMPTY = """
# a à afin ainsi au aussi autre aux avec avoir c' car ce ces cette chaque chez comme courriel d' dans de depuis des deux
du elle elles en entre es est et eu fait ici il ils j' je l' la le les leur leurs lors lui m' mais me mes moins mon même
n' ne nos notre nous on ont ou où par pas peut plus pour qu' quand que qui s' sa sans se sera ses si son sont sous sur
t' tous tout toute toutes trois très un une url vers via vos votre vous y être
"""
EMPTY_WORDS = frozenset(_EMPTY.split())


@dataclass(frozen=True)
class WordCount:
    """A word frequent in a domain: in how many of its texts it stands."""

    word: str
    texts: int


@dataclass(frozen=True)
class Summary:
    """Everything a report page says about one labelled file; ``audit_notes`` is what reading the audit had to say."""

    source: str
    rows: int
    shares: Shares
    to_review: int
    faults: int
    models: tuple[str, ...]
    words: Mapping[str, Sequence[WordCount]]
    card: str | None
    made_on: str
    comparisons: tuple[Comparison, ...] = ()
    audit_notes: tuple[str, ...] = ()


def frequent_words(texts: Mapping[str, Sequence[Sequence[str]]], most: int = 15) -> dict[str, list[WordCount]]:
    """Give the words of each domain found in most of its texts, among those more common there than elsewhere.

    ``texts`` maps a domain to its texts as lists of words. A word is kept when its share of the
    domain's texts exceeds its share of all texts; without that every list would begin with "mairie".

    >>> found = frequent_words({"a": [["wifi", "mairie"]], "b": [["école", "mairie"]]})
    >>> [(count.word, count.texts) for count in found["a"]]
    [('wifi', 1)]
    """
    counts = {domain: Counter(word for text in listed for word in set(text)) for domain, listed in texts.items()}
    everywhere: Counter[str] = sum(counts.values(), Counter())
    total = sum(len(listed) for listed in texts.values())
    kept = {}
    for domain, counter in counts.items():
        share = len(texts[domain]) / total if total else 0.0
        specific = [
            WordCount(word, count)
            for word, count in counter.items()
            if word not in EMPTY_WORDS and len(word) > 1 and count > share * everywhere[word]
        ]
        kept[domain] = sorted(specific, key=lambda item: (-item.texts, item.word))[:most]
    return kept
