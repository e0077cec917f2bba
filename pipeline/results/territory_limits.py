"""The sentences of what a survey could not tell: what it would have needed, and what it would have shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pipeline.results.written_numbers import written

if TYPE_CHECKING:
    from pipeline.results.territory import Detectable, Needed

_NEEDED = {
    "fr": {
        "begin": "Pour montrer l'absence d'influence, il aurait fallu ",
        "margin": "une marge d'au moins {margins}",
        "ratio": "{low} à {high} % du nombre de services",
        "and": " et ",
        "or": " ; ou, ",
        "communes": "si rien n'influe en vérité, environ {n} communes comme celles-ci",
    },
    "en": {
        "begin": "To show no influence: ",
        "margin": "a margin of at least {margins}",
        "ratio": "{low} to {high} % of the number of services",
        "and": " and ",
        "or": "; or, ",
        "communes": "if nothing moves in truth, about {n} such communes",
    },
}


_DETECTABLE = {
    "fr": {
        "shown": "Cette enquête aurait montré, quatre fois sur cinq, {effects}.",
        "contradicted": "Cette enquête aurait contredit le constat, quatre fois sur cinq, s'il y avait eu {effects}.",
        "points": "un écart de {points} points sur un domaine",
        "ratio": "un nombre de services de {low} % plus bas ou {high} % plus haut",
        "rural": "un nombre de services de {low} % plus bas",
        "correlation": "une corrélation de rang de {correlation}",
        "and": " et ",
        "or": ", ou ",
    },
    "en": {
        "shown": "Four times in five this survey would have shown {effects}.",
        "contradicted": "Four times in five this survey would have contradicted the finding, had there been {effects}.",
        "points": "a change of {points} points in one domain",
        "ratio": "a number of services {low} % lower or {high} % higher",
        "rural": "a number of services {low} % lower",
        "correlation": "a rank correlation of {correlation}",
        "and": " and ",
        "or": ", or ",
    },
}


def needed_sentence(needed: Needed, lang: str) -> str:
    """Say what would have shown no influence.

    >>> from pipeline.results.territory import Needed
    >>> needed_sentence(Needed(7.25, None, 2900), "en")
    'To show no influence: a margin of at least ±7.3 points; or, if nothing moves in truth, about 2,900 such communes.'
    """
    words, margins = _NEEDED[lang], []
    if needed.points is not None:
        margins.append(f"±{written(_up(needed.points, 10), lang, 1)} points")
    if needed.ratio is not None:
        low, high = (written(value, lang, 0) for value in (10_000 / _up(100 * needed.ratio), _up(100 * needed.ratio)))
        margins.append(words["ratio"].format(low=low, high=high))
    said = [words["margin"].format(margins=words["and"].join(margins))] if margins else []
    if needed.communes is not None:
        said.append(words["communes"].format(n=written(_rounded(needed.communes), lang, 0)))
    return words["begin"] + words["or"].join(said) + "."


def detectable_sentence(effects: Detectable, key: str, lang: str) -> str:
    """Say the smallest effects that would have been shown; for a claim of no influence, that would contradict it.

    >>> from pipeline.results.territory import Detectable
    >>> detectable_sentence(Detectable(None, 1.25, None), "d", "en")
    'Four times in five this survey would have shown a number of services 20 % lower.'
    """
    words, said = _DETECTABLE[lang], []
    if effects.correlation is not None:
        # Rounded up as the others, but never to 1, which would say that nothing could be shown.
        correlation = min(_up(effects.correlation, 100), 0.99)
        said.append(words["correlation"].format(correlation=written(correlation, lang, 2)))
    if effects.ratio is not None:
        low, high = (written(_up(100 * change), lang, 0) for change in (1 - 1 / effects.ratio, effects.ratio - 1))
        said.append(words["rural" if key == "d" else "ratio"].format(low=low, high=high))
    if effects.points is not None:
        said.append(words["points"].format(points=written(_up(effects.points, 10), lang, 1)))
    none = key in "ce"
    return words["contradicted" if none else "shown"].format(effects=words["or" if none else "and"].join(said))


def _up(value: float, parts: int = 1) -> float:
    """Round up, so that what is written is enough."""
    return math.ceil(round(value * parts, 9)) / parts


def _rounded(communes: int) -> float:
    """Keep two digits, rounded up: the number rests on guesses."""
    scale = 10 ** max(0, len(str(communes)) - 2)
    return float(math.ceil(communes / scale) * scale)
