"""``python -m tests.messy``: read every polluted file, print the score by kind; 1 when one is wrong in silence."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.messy.score import OUTCOMES, WRONG, all_cases, counted, judge, write_case


def main() -> int:
    """Print a line for each case with ``--all``, else for each that is wrong in silence; then the score."""
    by_kind: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in all_cases():
            outcome, said = judge(case, write_case(case, Path(folder)))
            by_kind.setdefault(case.kind, []).append(outcome)
            if outcome == WRONG or "--all" in sys.argv:
                print(f"{outcome:<24} {case.name:<44} {said[:200]!r}")
    print(f"{'':<16}{'files':>6}" + "".join(f"{name:>26}" for name in OUTCOMES))
    every = [outcome for outcomes in by_kind.values() for outcome in outcomes]
    for kind, outcomes in [*by_kind.items(), ("all", every)]:
        print(f"{kind:<16}{len(outcomes):>6}" + "".join(f"{n:>26}" for n in counted(outcomes).values()))
    return int(WRONG in every)


if __name__ == "__main__":
    sys.exit(main())
