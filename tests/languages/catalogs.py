"""Find the texts of a Python file for pybabel, with those in an f-string's braces, which its own way misses."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from mlp.page.style.theme import TEXT_IN_SCRIPT

ROOT = Path(__file__).parents[2]
FUNCTIONS = ("tr", "mark", "Later", "several", "tr_as")
Key = tuple[str | None, tuple[str, ...]]


def extract(
    fileobj: Any, keywords: Collection[str], comment_tags: object, options: object
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """Yield each call of these functions: its line, its name, the texts among its arguments, and no comments."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            given = (argument.value if isinstance(argument, ast.Constant) else None for argument in node.args)
            texts = tuple(text if isinstance(text, str) else None for text in given)
            if any(texts):
                yield node.lineno, node.func.id, texts, []


def texts() -> set[Key]:
    """Return the context and the forms of each text in the code."""
    found: set[Key] = set()
    for path in [ROOT / "app.py", *sorted((ROOT / "mlp").rglob("*.py"))]:
        with path.open("rb") as file:
            for _, name, given, _ in extract(file, FUNCTIONS, (), {}):
                context, forms = (given[0], given[1:2]) if name == "tr_as" else (None, given[: 1 + (name == "several")])
                found.add((context, tuple(map(str, forms))))
    for path in (ROOT / "mlp/page").rglob("*.js"):
        found |= {(None, (text,)) for text in TEXT_IN_SCRIPT.findall(path.read_text(encoding="utf-8"))}
    return found
