"""``make audit``: say what pip-audit's report (JSON, on standard input) found, and fail where it could look at nothing.

pip-audit alone ends well, with "No known vulnerabilities found", when the database it asked knew none of the packages.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

#: spaCy's models are published by spaCy, not in the index that advisories are about.
ELSEWHERE = ("fr-core-news-md", "fr-core-news-sm")


def verdict(report: Mapping[str, Any]) -> tuple[list[str], int]:
    """Give the lines to print and the exit code: 1 for a vulnerability, or a package that could not be looked at.

    >>> verdict({"dependencies": [{"name": "fr-core-news-sm", "skip_reason": "not found"}]})
    (['0 packages audited, 0 vulnerabilities, 0 not audited.'], 0)
    """
    audited = [package for package in report["dependencies"] if "skip_reason" not in package]
    skipped = [
        package["name"]
        for package in report["dependencies"]
        if "skip_reason" in package and package["name"] not in ELSEWHERE
    ]
    found = [(package, fault) for package in audited for fault in package["vulns"]]
    lines = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or '-'}."
        for package, fault in found
    ]
    if skipped:
        lines.append(f"Not audited, unknown to the database that was asked: {', '.join(skipped)}.")
    lines.append(f"{len(audited)} packages audited, {len(found)} vulnerabilities, {len(skipped)} not audited.")
    return lines, int(bool(found or skipped))


def main() -> int:
    """Read the report and print the verdict."""
    content = sys.stdin.read()
    if not content.strip():
        print("pip-audit gave no report: it could not reach the database (its message is above).")
        return 1
    lines, code = verdict(json.loads(content))
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
