"""Draw the source code of functions, read from the files that run."""

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

import mlp
from mlp.page.style.theme import plain

ROOT = Path(mlp.__file__).resolve().parents[1]


def location(function: Callable[..., Any]) -> str:
    """Return the file and line of a function.

    Examples
    --------
    >>> location(mlp.to_mnist).partition(", line ")[0]
    'mlp/images/drawing.py'
    """
    function = inspect.unwrap(function)  # below its decorators
    path = Path(inspect.getsourcefile(function) or "").resolve()
    return f"{path.relative_to(ROOT).as_posix()}, line {inspect.getsourcelines(function)[1]}"


def show_code(*functions: Callable[..., Any]) -> None:
    """Draw the source of functions, folded, each with its file and line."""
    names = [f"`{function.__qualname__}`" for function in functions]
    joined = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    with st.expander(f"The code: {joined}", icon=":material/code:"):
        for function in functions:
            st.caption(f"`{function.__qualname__}` in {plain(location(function))}")
            st.code(textwrap.dedent(inspect.getsource(function)), language="python")
