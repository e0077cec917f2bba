"""Makes text less broken by named fixes in one table, and can explain what it did.

A fix is a pure function of a string. :data:`FIXES` is the listing and the order; their cases,
negatives included, are data in ``tests/text_cases.csv``. The form follows ftfy's ``FIXERS``.

Every fix works inside a run of non-blank characters or not at all on *plain* text (see
:func:`is_plain`), so cleaning a plain text word by word equals cleaning it whole. The fast
path of labelling rests on this: only rows that are not plain are cleaned here, one by one.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# The passes of ``clean`` until nothing changes: "&amp;amp;lt;" needs several. Bounded for hostile text.
MAX_PASSES = 12
# A text is shouted when so much of its letters are capitals; up to twelve letters may be abbreviations in a row
# ("TBI ET ENT"), and stay.
SHOUTED, ABBREVIATED = 0.8, 12

_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,500}>")
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.)[^\s<>\"«»]+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}")
# C1 controls too: lower-casing the letter before them would make them look like UTF-8 read as Latin-1.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_APOSTROPHE = re.compile("[\u2018\u2019\u02bc\u00b4\u2032\u0060\uff07]")
_HYPHENATION = re.compile(r"(?<=[^\W\d_]{2})[-\u2010] ?\n\s*(?=[a-zà-ÿ]{2})")
_MARKS = "!?.,;:…*=_~#-"
_REPEATED = re.compile(rf"([{_MARKS}])\1{{2,}}")
_THREE = tuple(mark * 3 for mark in _MARKS)
_COMPATIBLE = re.compile("[\ufb00-\ufb06\uff01-\uff5e]")
_MARKUP_TO_BLANK = str.maketrans("&<>", "   ")
_MOJIBAKE_SIGN = re.compile("[ÃÂâÅ\u0080-\u009f]")

# A plain text holds nothing that a fix could join, split or remove across blanks; a text is plain when its
# pieces are, so that the test is made once per distinct piece. What is missed here is tested: for plain
# text both ways must give the same words.
_PLAIN = re.compile(
    r"[ -%'-;=?A-Z\[-_a-z{-~\n\t"
    r"\xa0«»°²³€œŒæÆàâäçéèêëîïìòôöûüùúÿñáíóÀÄÇÉÈÊËÎÏÔÖÛÜÙ’‘–—…•·×]*"
)
# "â" beside such signs may be UTF-8 misread, or become it once in lower case ("€Â"); "théâtre" is French.
_NOT_PLAIN = re.compile(r"://|(?i:www\.)|â[^\x00-\x7f]|[^\x00-\x7fàâäçéèêëîïìòôöûüùúñáíó’‘]â|- ?\n")


@dataclass(frozen=True)
class Fix:
    """A named fix: what it mends, in a few words, and the function that mends it."""

    name: str
    mends: str
    apply: Callable[[str], str]


@dataclass(frozen=True)
class Step:
    """What one fix did to one text."""

    name: str
    before: str
    after: str


def _fix_mojibake(text: str) -> str:
    if not _MOJIBAKE_SIGN.search(text):
        return text
    # A tenth of the time to start, for the few texts that show the sign.
    import ftfy

    return ftfy.fix_encoding(text)


def _unescape_entities(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _remove_tags(text: str) -> str:
    return _TAG.sub(" ", text) if "<" in text else text


def _remove_controls(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _remove_zero_width(text: str) -> str:
    return _ZERO_WIDTH.sub("", text)


def _compose(text: str) -> str:
    # NFKC would also fold "²" and "½"; compatibility forms are folded only where they are letters.
    if text.isascii():
        return text
    expanded = _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return unicodedata.normalize("NFC", expanded)


def _join_hyphenation(text: str) -> str:
    return _HYPHENATION.sub("", text) if "\n" in text else text


def _mask_url(text: str) -> str:
    return _URL.sub("[url]", text) if "://" in text or "www." in text.lower() else text


def _mask_email(text: str) -> str:
    return _EMAIL.sub("[courriel]", text) if "@" in text else text


def _shorten_repeats(text: str) -> str:
    # To look for each mark three times takes a third of the time of looking for a mark that comes back.
    return _REPEATED.sub(r"\1\1", text) if any(three in text for three in _THREE) else text


def _lower_shouting(text: str) -> str:
    # Most texts have one capital or a few: their letters need not be counted.
    if text[1:].islower():
        return text
    capitals = sum(map(str.isupper, text))
    if capitals < SHOUTED * (ABBREVIATED + 1):
        return text
    letters = sum(map(str.isalpha, text))
    return text.lower() if letters > ABBREVIATED and capitals >= SHOUTED * letters else text


def _collapse_blanks(text: str) -> str:
    return " ".join(text.split())


FIXES: tuple[Fix, ...] = (
    Fix("mojibake", "UTF-8 lu comme cp1252 : « MÃ©diathÃ¨que »", _fix_mojibake),
    Fix("entites_html", "entités : « &eacute; », « &nbsp; »", _unescape_entities),
    Fix("balises_html", "balises : « <br> », « </p> »", _remove_tags),
    Fix("controles", "caractères de contrôle et de remplacement", _remove_controls),
    Fix("largeur_nulle", "espaces de largeur nulle, césures conditionnelles, marques de sens", _remove_zero_width),
    Fix("formes_composees", "accents décomposés, ligatures « ﬁ », lettres pleine chasse", _compose),
    Fix("apostrophes", "apostrophes typographiques ou accents à leur place", lambda t: _APOSTROPHE.sub("'", t)),
    Fix("cesures", "mots coupés en fin de ligne", _join_hyphenation),
    Fix("urls", "adresses de sites", _mask_url),
    Fix("courriels", "adresses électroniques", _mask_email),
    Fix("ponctuation_repetee", "« !!!!! », « ...... »", _shorten_repeats),
    Fix("capitales", "texte entier en capitales", _lower_shouting),
    Fix("blancs", "suites de blancs", _collapse_blanks),
)

# What the others mend is not in a plain text: half the time for most texts.
_OF_PLAIN = tuple(fix for fix in FIXES if fix.name in ("apostrophes", "ponctuation_repetee", "capitales", "blancs"))


def explain_cleaning(text: str) -> tuple[str, tuple[Step, ...]]:
    """Clean a text and say which fixes changed it, in order.

    >>> explain_cleaning("Wifi&nbsp;gratuit")[1][0]
    Step(name='entites_html', before='Wifi&nbsp;gratuit', after='Wifi\\xa0gratuit')
    """
    steps = []
    for _ in range(MAX_PASSES):
        start = text
        for fix in FIXES:
            after = fix.apply(text)
            if after != text:
                steps.append(Step(fix.name, text, after))
                text = after
        if text == start:
            break
    return text, tuple(steps)


def clean(text: str) -> str:
    """Apply every fix, again until nothing changes.

    ``clean(clean(t)) == clean(t)`` for every text that settles within :data:`MAX_PASSES` passes.

    >>> clean("MÃ©diathÃ¨que&nbsp;: wifi <b>GRATUIT</b>!!!!")
    'Médiathèque : wifi GRATUIT !!'
    """
    fixes = _OF_PLAIN if is_plain(text) and not _MOJIBAKE_SIGN.search(text) else FIXES
    for _ in range(2):
        for _ in range(MAX_PASSES):
            start = text
            for fix in fixes:
                text = fix.apply(text)
            if text == start:
                return text
        # Still changing: entities escaped a dozen times over, which only hostile text does.
        text = text.translate(_MARKUP_TO_BLANK)
    return text


def is_plain(text: str) -> bool:
    """Tell whether cleaning ``text`` word by word is sure to equal cleaning it whole.

    >>> is_plain("L’école, le wifi"), is_plain("http://exemple.fr"), is_plain("&eacute;")
    (True, False, False)
    """
    return _PLAIN.fullmatch(text) is not None and _NOT_PLAIN.search(text) is None


def clean_plain(text: str) -> str:
    """Clean a plain text (see :func:`is_plain`) as far as its words go, five times faster than :func:`clean`.

    Of all fixes, only those of the encoding and of apostrophes change the words of a plain text.

    >>> clean_plain("l’école...."), clean("l’école....")
    ("l'école....", "l'école..")
    """
    return clean(text) if _MOJIBAKE_SIGN.search(text) else _APOSTROPHE.sub("'", text)
