"""Faults put in on purpose: kills, disks, loads; ``make reliability`` counts what was lost."""
