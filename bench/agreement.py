"""Agreement of the readings of the corpus: the writer's label and two blind readings, per rule of the codebook.

python bench/agreement.py
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from sklearn.metrics import cohen_kappa_score

CORPORA = Path(__file__).parents[1] / "corpora"


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kappa(pairs: list[tuple[str, str]]) -> str:
    """Give Cohen's kappa of pairs of labels; none when one label only was ever given."""
    first, second = zip(*pairs, strict=True)
    return "–" if len({*first, *second}) < 2 else f"{cohen_kappa_score(first, second):.3f}"


def main() -> None:
    """Print the table of the datasheet."""
    rule = {row["kind_id"]: row["rule"] for row in rows(CORPORA / "frame.csv")}
    annotated = [row for path in sorted((CORPORA / "annotated").glob("*.csv")) for row in rows(path)]
    by_rule: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in annotated:
        by_rule[rule[row["kind"]]].append(row)
    print("| rule | texts | final = reading 1 | read twice | same in both readings | kappa of the two readings |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, group in [*sorted(by_rule.items()), ("all", annotated)]:
        once = [row for row in group if row["lecture_1"]]
        twice = [row for row in once if row["lecture_2"]]
        same = sum(row["lecture_1"] == row["domaine"] for row in once)
        both = sum(row["lecture_1"] == row["lecture_2"] for row in twice)
        value = kappa([(row["lecture_1"], row["lecture_2"]) for row in twice]) if twice else "–"
        print(f"| {name} | {len(group)} | {same} of {len(once)} | {len(twice)} | {both} | {value} |")


if __name__ == "__main__":
    main()
