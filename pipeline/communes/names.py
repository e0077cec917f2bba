"""Codes and names of communes as people write them, brought to one form."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = re.compile(r"^(?:le|la|les|l|aux?|commune de|ville de|mairie de) ")
_BRACKETED_ARTICLE = re.compile(r"^(.*?)\s*\(\s*(le|la|les|l['’])\s*\)\s*$", re.IGNORECASE)
_MAYOTTE = re.compile(r"^985(\d\d)$")
# Codes of before 2007, 2008 and 2011, which no list of former communes holds.
_MOVED = {"97123": "97701", "97127": "97801"}


def fold_name(name: str) -> str:
    """Fold a name so that case, accents, hyphens, « St » and the article no longer matter.

    >>> fold_name("SAINT-ÉTIENNE"), fold_name("St Etienne"), fold_name("Mans (Le)"), fold_name("L'Haÿ-les-Roses")
    ('saint etienne', 'saint etienne', 'mans', 'hay les roses')
    """
    name = _BRACKETED_ARTICLE.sub(r"\1", name.strip())
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    spaced = re.sub(r"[\W_]+", " ", bare).strip()
    spaced = re.sub(r"\bst\b", "saint", re.sub(r"\bste\b", "sainte", spaced))
    return _ARTICLES.sub("", spaced)


def tidy_code(code: str) -> str:
    """Give a code its five characters back: blanks, a spreadsheet's « .0 », lost zeros, a small letter.

    >>> tidy_code(" 1004 "), tidy_code("1004.0"), tidy_code("2a004"), tidy_code("97411")
    ('01004', '01004', '2A004', '97411')
    """
    bare = re.sub(r"\s", "", code).upper()
    bare = re.sub(r"^(\d+)[.,]0+$", r"\1", bare)
    return bare.zfill(5) if bare.isdigit() and len(bare) == 4 else bare


def other_codes(code: str) -> tuple[str, ...]:
    """Give the codes an old code may have become: Corsica before 1976, Saint-Barthélemy, Saint-Martin, Mayotte.

    >>> other_codes("20004"), other_codes("97127"), other_codes("98511"), other_codes("35238")
    (('2A004', '2B004'), ('97801',), ('97611',), ())
    """
    if code in _MOVED:
        return (_MOVED[code],)
    if re.fullmatch(r"20\d{3}", code):
        return (f"2A{code[2:]}", f"2B{code[2:]}")
    mayotte = _MAYOTTE.match(code)
    return (f"976{mayotte[1]}",) if mayotte else ()


def tidy_department(department: str) -> str:
    """Give a department's code from « 1 », « 01 », « Ain (01) » or « 2a »; nothing when there is none in it.

    >>> [tidy_department(text) for text in ("1", "Ain (01)", "2a", "974", "Ain")]
    ['01', '01', '2A', '974', '']
    """
    found = re.search(r"(?<![0-9A-Za-z])(\d{1,3}|2[ABab])(?![0-9A-Za-z])", department)
    if found is None:
        return ""
    code = found[1].upper()
    return code.lstrip("0").zfill(2) if code.isdigit() else code


def department_of(code: str) -> str:
    """Give the department a code of commune begins with; three characters overseas.

    >>> department_of("01004"), department_of("97411"), department_of("2A004")
    ('01', '974', '2A')
    """
    return code[:3] if code.startswith(("97", "98")) else code[:2]
