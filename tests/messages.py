"""The words of every error, found in the sources: ``python -m tests.messages`` writes tests/messages.txt.

Writing the table is not enough: read the new line in the diff as the person who will meet it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

FAMILY = {"DomainesError", "UsageError", "InputError", "OutputError", "ModelError"}
TABLE = Path(__file__).with_name("messages.txt")


def messages() -> list[str]:
    """Give ``module | error | words`` for each raise of the family, ``{}`` for what it quotes; sorted, each once."""
    found = set()
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = path.relative_to(ROOT / "pipeline").as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in FAMILY and node.args:
                found |= {f"{module} | {_name(node.func)} | {words}" for words in _words(node.args[0], tree)}
    return sorted(found)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _words(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Give the words of an expression; those a function of the module returns, or a name is given, are followed."""
    if isinstance(node, ast.Constant):
        yield str(node.value).replace("\n", "\\n")
    elif isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
        yield "".join(parts).replace("\n", "\\n")
    elif isinstance(node, ast.BinOp):
        yield from (left + right for left in _words(node.left, tree) for right in _words(node.right, tree))
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body, tree)
        yield from _words(node.orelse, tree)
    else:
        followed = list(_followed(node, tree))
        yield from followed or ["{}"]


def _followed(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    wanted = _name(node.func) if isinstance(node, ast.Call) else _name(node)
    # What is called on words (``.format``) has the words of what it is called on.
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from (words for words in _words(node.func.value, tree) if words != "{}")
    # ``sentences.nothing_filled(…)``: the words are in the module of that name.
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        for path in (ROOT / "pipeline").rglob(f"{node.func.value.id}.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
    for part in ast.walk(tree):
        if isinstance(part, ast.FunctionDef) and part.name == wanted:
            for inside in ast.walk(part):
                if isinstance(inside, ast.Return) and inside.value is not None:
                    yield from _words(inside.value, tree)
        elif isinstance(part, ast.Assign) and any(_name(target) == wanted for target in part.targets):
            yield from _words(part.value, tree)


if __name__ == "__main__":
    TABLE.write_text("\n".join(messages()) + "\n", encoding="utf-8")
    print(f"{len(messages())} messages")
