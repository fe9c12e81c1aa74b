"""Find the texts of a Python file for pybabel, also those within the braces of an f-string, which its own way misses."""

import ast
from collections.abc import Collection, Iterator
from typing import Any


def extract(
    file: Any, keywords: Collection[str], _tags: object, _options: object
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """Yield each call of these functions: its line, its name, the texts among its arguments, and no comments."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            given = (argument.value if isinstance(argument, ast.Constant) else None for argument in node.args)
            texts = tuple(text if isinstance(text, str) else None for text in given)
            if any(texts):
                yield node.lineno, node.func.id, texts, []
