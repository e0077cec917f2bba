"""Polluted tables, made by a script, each with the table it means: ``python -m tests.messy`` prints the score."""
