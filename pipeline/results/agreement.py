"""How far annotators agree: over all, for each pair of them, for each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PairAgreement:
    """Two annotators on the ``n`` rows both labelled: share of equal labels (0 to 1), and Cohen's kappa."""

    one: str
    other: str
    n: int
    observed: float
    kappa: float | None


@dataclass(frozen=True)
class RuleAgreement:
    """One rule of the codebook, that is one label against the rest; ``n`` rows where someone chose it."""

    label: str
    n: int
    alpha: float | None


@dataclass(frozen=True)
class Agreement:
    """Agreement on the ``n`` rows that two people or more labelled; a coefficient that means nothing is ``None``."""

    n: int
    alpha: float | None
    pairs: tuple[PairAgreement, ...]
    rules: tuple[RuleAgreement, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the agreement as documented JSON."""
        return {
            "n": self.n,
            "alpha": self.alpha,
            "pairs": [dict(vars(pair)) for pair in self.pairs],
            "rules": [dict(vars(rule)) for rule in self.rules],
        }

    def as_text(self, lang: str = "fr") -> str:
        """Say it in sentences, one a line."""
        words = _WORDS[lang]
        if not self.n:
            return words["none"]
        lines = [words["all"].format(n=self.n, alpha=_number(self.alpha, lang))]
        for pair in self.pairs:
            kappa, same = _number(pair.kappa, lang), _number(100 * pair.observed, lang, 1)
            lines.append(words["pair"].format(one=pair.one, other=pair.other, n=pair.n, same=same, kappa=kappa))
        lines += [
            words["rule"].format(label=rule.label, n=rule.n, alpha=_number(rule.alpha, lang)) for rule in self.rules
        ]
        return "\n".join(lines)


_WORDS = {
    "fr": {
        "none": "Aucune ligne n'a été annotée par deux personnes : l'accord ne peut être mesuré.",
        "all": "{n} lignes annotées par deux personnes ou plus : alpha de Krippendorff {alpha}.",
        "pair": "{one} et {other} : {n} lignes, {same} % d'étiquettes égales, kappa de Cohen {kappa}.",
        "rule": "{label}, contre les autres : {n} lignes, alpha {alpha}.",
    },
    "en": {
        "none": "No row was labelled by two people: agreement cannot be measured.",
        "all": "{n} rows labelled by two people or more: Krippendorff's alpha {alpha}.",
        "pair": "{one} and {other}: {n} rows, {same} % of equal labels, Cohen's kappa {kappa}.",
        "rule": "{label}, against the rest: {n} rows, alpha {alpha}.",
    },
}


def _number(value: float | None, lang: str, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace(".", "," if lang == "fr" else ".")
