"""The whole program, a module per command: each joins the stages, which do not know one another.

Nothing is imported here: a command loads its own module, so that start-up stays short.
"""
