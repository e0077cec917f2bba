"""Faults put in on purpose: kills, disks, loads; ``python -m tests.reliability`` (``make reliability``) counts what was lost."""
