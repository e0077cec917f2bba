"""Finding the commune of a survey's row: by its code of any year, else by its name and department."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.communes.departments import department_code
from pipeline.communes.names import department_of, fold_name, other_codes, tidy_code
from pipeline.communes.table import Communes, Former

# Why a commune was not found, and what to do. The list of former communes holds the delegated ones only: a commune
# merged without becoming one has left no trace of where it went.
NOTHING_SAID = "ni code ni nom : remplir « code_commune », ou « commune » et « departement »"
UNKNOWN_CODE = "code inconnu : s'il est d'une commune fusionnée, mettre celui de la commune nouvelle, sinon le vérifier"
UNKNOWN_DEPARTMENT = "département inconnu : mettre son code (01, 2A, 974) ou son nom entier"
UNKNOWN_IN_DEPARTMENT = (
    "nom inconnu dans ce département : si la commune a fusionné, mettre le nom ou le code de la commune nouvelle"
)
SHARED_NAME = "nom porté par plusieurs communes : ajouter une colonne « departement », ou le code"
UNKNOWN_NAME = "nom inconnu : si la commune a fusionné, mettre le nom ou le code de la commune nouvelle"


@dataclass(frozen=True)
class Request:
    """What a row says of its commune; each part may be empty."""

    code: str
    name: str = ""
    department: str = ""


@dataclass(frozen=True)
class Unmatched:
    """A commune that was not found: what was written, on how many rows, why, and the nearest one known."""

    code: str
    name: str
    department: str
    rows: int
    reason: str
    nearest: str


class Matcher:
    """Finds communes in a table; former communes lead to the one that holds them today.

    >>> from pipeline.communes.table import reference_communes, reference_former
    >>> matcher = Matcher(reference_communes(), reference_former())
    >>> [matcher.communes.names[matcher.place(Request(code))] for code in ("75111", "1004", "2a004")]
    ['Paris', 'Ambérieu-en-Bugey', 'Ajaccio']
    >>> matcher.place(Request("", "St Malo", "35")) == matcher.place(Request("35288"))
    True
    """

    def __init__(self, communes: Communes, former: Former) -> None:
        self.communes = communes
        self._former_names = former
        self._places = {tidy_code(code): place for place, code in enumerate(communes.codes)}
        self._former = dict(zip(former.codes, former.current, strict=True))

    @cached_property
    def _by_name(self) -> dict[str, set[int]]:
        """Places by folded name: several communes may share one."""
        found: dict[str, set[int]] = defaultdict(set)
        for key, _, place in self._named():
            found[key].add(place)
        return found

    @cached_property
    def _by_department(self) -> dict[str, dict[str, int]]:
        """Places by department, then folded name; a commune of today wins over a former one, which comes later."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for key, department, place in self._named():
            found[department].setdefault(key, place)
        return found

    def _named(self) -> Iterator[tuple[str, str, int]]:
        """Give folded name, department and place of every commune, then of the former ones; costly, so done at need."""
        for place, (code, name) in enumerate(zip(self.communes.codes, self.communes.names, strict=True)):
            yield fold_name(name), self._department(place, code), place
        for code, name in zip(self._former_names.codes, self._former_names.names, strict=True):
            known = self._places.get(self._former[code])
            if known is not None:
                yield fold_name(name), department_of(code), known

    def _department(self, place: int, code: str) -> str:
        return department_code(self.communes.departments[place]) or department_of(tidy_code(code))

    def place(self, request: Request) -> int | None:
        """Give the place of a commune in the table, or ``None``; a code that is given decides alone."""
        if request.code.strip():
            return self._by_code(tidy_code(request.code))
        if not request.name.strip():
            return None
        department = department_code(request.department)
        if department:
            return self._by_department.get(department, {}).get(fold_name(request.name))
        found = self._by_name.get(fold_name(request.name), set())
        return next(iter(found)) if len(found) == 1 else None

    def _by_code(self, code: str) -> int | None:
        for candidate in (code, *other_codes(code)):
            place = self._places.get(candidate)
            if place is None and candidate in self._former:
                place = self._places.get(self._former[candidate])
            if place is not None:
                return place
        return None

    def explain(self, request: Request, rows: int) -> Unmatched:
        """Say why a request was not found, and the nearest commune."""
        code = tidy_code(request.code)
        if not code and not request.name.strip():
            return Unmatched("", "", request.department, rows, NOTHING_SAID, "")
        reason = UNKNOWN_CODE if code else self._unknown_name(request)
        return Unmatched(request.code, request.name, request.department, rows, reason, self._nearest(request, code))

    def _unknown_name(self, request: Request) -> str:
        if request.department.strip() and not department_code(request.department):
            return UNKNOWN_DEPARTMENT
        if department_code(request.department):
            return UNKNOWN_IN_DEPARTMENT
        return SHARED_NAME if len(self._by_name.get(fold_name(request.name), ())) > 1 else UNKNOWN_NAME

    def _nearest(self, request: Request, code: str) -> str:
        department = department_code(request.department) or (department_of(code) if code else "")
        names = self._by_department.get(department, {})
        if request.name.strip():
            folded = fold_name(request.name)
            names = names or self._beginning_as(folded)
            found = difflib.get_close_matches(folded, names, n=1, cutoff=0.6)
            return self._shown(names[found[0]]) if found else ""
        if not names:
            return ""
        # Without a name, the commune whose code follows in the department is the best there is to show.
        return self._shown(min(names.values(), key=lambda place: _distance(code, self.communes.codes[place])))

    def _beginning_as(self, folded: str) -> dict[str, int]:
        """Give the names that begin with the same two letters: a search among all 35,000 takes half a second."""
        return {name: min(places) for name, places in self._by_name.items() if name[:2] == folded[:2]}

    def _shown(self, place: int) -> str:
        return f"{self.communes.names[place]} ({self.communes.codes[place]})"

    def match(self, requests: Sequence[Request], rows: Sequence[int]) -> tuple[list[int | None], list[Unmatched]]:
        """Give the place of each request, and those not found, the most frequent first."""
        places = [self.place(request) for request in requests]
        missed = [
            self.explain(request, count)
            for request, count, place in zip(requests, rows, places, strict=True)
            if place is None
        ]
        return places, sorted(missed, key=lambda item: (-item.rows, item.code, item.name))


def _distance(code: str, other: str) -> tuple[int, int]:
    shared = next(
        (at for at, (a, b) in enumerate(zip(code, other, strict=False)) if a != b), min(len(code), len(other))
    )
    digits = (int("".join(c for c in text if c.isdigit()) or 0) for text in (code, other))
    return -min(shared, 2), abs(next(digits) - next(digits))
