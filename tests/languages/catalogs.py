"""Find the texts of a Python file for pybabel, with those in an f-string's braces, which its own way misses."""

import ast
from collections.abc import Collection, Iterator
from typing import Any


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
