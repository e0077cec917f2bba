"""The model card, in Hugging Face's form (front matter, then Markdown) under the headings of UNECE's QF4SA.

QF4SA: Yung et al., A Quality Framework for Statistical Algorithms, Statistical Journal of the IAOS 38 (2022).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.domains import BY_KEY
from pipeline.results import Evaluation

COVERAGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0)


def model_card(
    name: str,
    version: str,
    labels: Sequence[str],
    unseen: Evaluation,
    curve: Sequence[tuple[float, float, float]],
    reliability: Sequence[tuple[float, float, int]],
    provenance: Mapping[str, Any],
) -> str:
    """Write the card; ``labels`` are those of the training texts, ``curve`` (coverage, index, accuracy)."""
    scores: Mapping[str, Any] = provenance["scores"]
    parts = [
        _front_matter(name, scores),
        f"# {name} {version}\n\nClasse la description en français d'un service numérique d'une commune dans un "
        "domaine. Ce n'est pas une mesure de la qualité du service ni une lecture de son site.",
        _explainability(labels),
        _accuracy(unseen, scores, curve, reliability),
        _reproducibility(provenance),
        "## Actualité (timeliness)\n\nLes textes décrivent des services de 2000 à 2026. Un vocabulaire plus récent "
        "(nouvelles marques, nouveaux dispositifs) baisse l'indice de confiance avant de tromper : surveiller la part "
        "de lignes à relire, et réentraîner quand elle monte.",
        "## Coût (cost effectiveness)\n\nÉtiqueter se fait sur un processeur ordinaire, sans carte graphique ni "
        "réseau ; les débits mesurés sont dans `BENCHMARKS.md`. Réentraîner tient en quelques minutes (`make model`).",
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(name: str, scores: Mapping[str, Any]) -> str:
    return (
        "---\nlanguage: fr\nlicense: mit\nlibrary_name: domaines-numeriques\npipeline_tag: text-classification\n"
        f"model-index:\n- name: {name}\n  results:\n  - task:\n      type: text-classification\n    dataset:\n"
        "      name: corpora/annotated, types de service jamais vus\n      type: csv\n    metrics:\n    - type: f1\n"
        f"      name: macro-F1\n      value: {scores['unseen_kinds_macro_f1']}\n---"
    )


def _explainability(labels: Sequence[str]) -> str:
    counts = Counter(labels)
    rows = [
        f"| `{label}` | {BY_KEY[label].name if label in BY_KEY else label} | {counts[label]} |"
        for label in sorted(counts)
    ]
    return (
        "## Explicabilité (explainability)\n\nChaque mot a une ligne de poids (`words.csv`) ; le score d'un texte "
        "est la somme des lignes de ses mots et de ses paires de mots, puis calibrée. "
        '`domaines explain "texte"` donne l\'apport de chaque mot.\n\n'
        "| étiquette | domaine | textes d'apprentissage |\n| --- | --- | --- |\n" + "\n".join(rows)
    )


def _accuracy(
    unseen: Evaluation,
    scores: Mapping[str, Any],
    curve: Sequence[tuple[float, float, float]],
    reliability: Sequence[tuple[float, float, int]],
) -> str:
    domains = [
        f"| `{s.domain}` | {s.precision:.3f} | {s.recall:.3f} | {s.f1:.3f} | {s.support} |" for s in unseen.by_domain
    ]
    covered = [f"| {100 * coverage:.0f} % | {index:.3f} | {100 * right:.1f} % |" for coverage, index, right in curve]
    bins = [f"| {stated:.3f} | {right:.3f} | {count} |" for stated, right, count in reliability]
    return (
        "## Exactitude (accuracy)\n\nValidation croisée en quatre parts où un type de service n'est jamais à la fois "
        "en apprentissage et en test ; probabilités calibrées sur les autres parts. "
        "Le découpage ordinaire, en trois parts, où les types sont connus, sert au seuil de relecture et aux deux "
        "derniers tableaux.\n\n"
        f"- macro-F1, types jamais vus : {unseen.macro_f1:.3f} (95 % : {unseen.macro_f1_low:.3f} à "
        f"{unseen.macro_f1_high:.3f}), n = {unseen.n}\n"
        f"- macro-F1, découpage ordinaire : {scores['stratified_macro_f1']:.3f}\n"
        f"- erreur de calibration (ECE) : {unseen.ece or 0.0:.3f}\n"
        f"- seuil de relecture : indice de confiance {scores['review_threshold']:.3f} ; "
        f"{100 * scores['coded_automatically']:.1f} % des lignes au-dessus, justes à 97 %\n\n"
        "| domaine | précision | rappel | F1 | textes |\n| --- | --- | --- | --- | --- |\n"
        + "\n".join(domains)
        + "\n\nLignes codées sans relecture, des plus sûres aux moins sûres :\n\n"
        "| lignes codées | indice minimal | justes |\n| --- | --- | --- |\n"
        + "\n".join(covered)
        + "\n\nCe que valent les probabilités (dix tranches de même taille) :\n\n"
        "| probabilité annoncée | part de justes | textes |\n| --- | --- | --- |\n"
        + "\n".join(bins)
        + "\n\n![Fiabilité : probabilité annoncée et part de justes](reliability.svg)"
        + "\n\nLes textes d'apprentissage ont été écrits pour ce projet : sur de vraies réponses d'enquête, faire "
        "vérifier un échantillon avant de publier une part."
    )


def _reproducibility(provenance: Mapping[str, Any]) -> str:
    files = [f"| `{item['file']}` | {item['bytes']} | `{item['sha256'][:16]}` |" for item in provenance["corpora"]]
    libraries = ", ".join(f"{name} {version}" for name, version in provenance["libraries"].items())
    return (
        f"## Reproductibilité (reproducibility)\n\nGraine {provenance['seed']}, Python {provenance['python']}, "
        f"{libraries}. Les mêmes fichiers et les mêmes versions redonnent les mêmes octets.\n\n"
        "| corpus | octets | SHA-256 |\n| --- | --- | --- |\n" + "\n".join(files)
    )
