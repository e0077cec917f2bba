"""Agreement between annotators: Cohen's kappa and Krippendorff's alpha, nominal. Pure functions.

Cohen, A coefficient of agreement for nominal scales (1960); Krippendorff, Computing Krippendorff's
alpha-reliability (2011).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from pipeline.results import Agreement, PairAgreement, RuleAgreement


def cohen_kappa(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Give kappa of two lists of labels of the same rows, or ``None`` when chance alone would make them agree.

    >>> yes, no = "o", "n"
    >>> kappa = cohen_kappa([yes] * 25 + [no] * 25, [yes] * 20 + [no] * 5 + [yes] * 10 + [no] * 15)
    >>> round(kappa, 6)
    0.4
    """
    n = len(one)
    if not n:
        return None
    observed = sum(a == b for a, b in zip(one, other, strict=True)) / n
    mine, theirs = Counter(one), Counter(other)
    expected = sum(mine[label] * theirs[label] for label in mine) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Give alpha of units (rows), each with the labels it was given; rows with one label do not count.

    >>> round(krippendorff_alpha(zip("aabbdcccedda", "babbbccceddd")), 3)
    0.692
    """
    pairable = [labels for labels in units if len(labels) > 1]
    totals: Counter[str] = Counter(label for labels in pairable for label in labels)
    n = sum(totals.values())
    apart = sum(
        sum(a != b for a in labels for b in labels) / (len(labels) - 1) for labels in pairable
    )  # ordered pairs of different labels, each row weighing as many as its labels
    expected = n**2 - sum(count**2 for count in totals.values())
    return None if expected == 0 else 1 - (n - 1) * apart / expected


def agreement(answers: Mapping[str, Mapping[tuple[str, str], str]], labels: Sequence[str]) -> Agreement:
    """Measure agreement of annotators (name → row → label) over all, by pair, and by label against the rest."""
    rows: dict[tuple[str, str], list[str]] = {}
    for given in answers.values():
        for row, label in given.items():
            rows.setdefault(row, []).append(label)
    shared = [found for found in rows.values() if len(found) > 1]
    rules = [
        RuleAgreement(
            label,
            sum(label in found for found in shared),
            krippendorff_alpha([[str(each == label) for each in found] for found in shared]),
        )
        for label in labels
        if any(label in found for found in shared)
    ]
    pairs = [_pair(one, other, answers) for one, other in combinations(sorted(answers), 2)]
    return Agreement(len(shared), krippendorff_alpha(shared), tuple(pair for pair in pairs if pair.n), tuple(rules))


def _pair(one: str, other: str, answers: Mapping[str, Mapping[tuple[str, str], str]]) -> PairAgreement:
    both = sorted(answers[one].keys() & answers[other].keys())
    mine, theirs = [answers[one][row] for row in both], [answers[other][row] for row in both]
    observed = sum(a == b for a, b in zip(mine, theirs, strict=True)) / len(both) if both else 0.0
    return PairAgreement(one, other, len(both), observed, cohen_kappa(mine, theirs))
