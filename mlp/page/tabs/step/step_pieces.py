"""Pieces that the stages of a slow step share: the followed image, names and tables, and the source code that runs."""

import html
import inspect
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

import mlp
from mlp.analysis.slow_motion import SlowStep
from mlp.class_names import in_words
from mlp.images.input_image import with_article
from mlp.language import tr
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.style import theme
from mlp.page.style.html import html_table
from mlp.page.style.theme import plain

SHOWN_IMAGES = 64


def followed(step: SlowStep) -> int:
    """Return the number of the followed image, from 0; by default the one with the least certain answer.

    For an image that is read with certainty, all gradients are 0 and there is little to see.
    """
    number = state.slow_picture.get()
    if number is None:
        return int(np.nan_to_num(step.probabilities.max(axis=1), nan=1.0).argmin())
    return min(number, len(step.labels) - 1)


def names(network: MLP) -> list[str]:
    """Return the names of the parameter arrays as in the formulas: W1, b1, …"""
    return [f"{kind}{number}" for number in range(1, len(network.dense_layers) + 1) for kind in "Wb"]


def html_name(name: str) -> str:
    """Return the name of a parameter array as HTML, with its number as subscript."""
    return f"{name[0]}<sub>{html.escape(name[1:])}</sub>"


def image_and_formula(step: SlowStep, i: int, formula: str) -> None:
    """Draw the followed image with a formula beside it."""
    name = html.escape(true_name(step, i))
    alt, caption = tr("an image of {}").format(name), tr("image {i}, {thing}", i=i, thing=with_article(name))
    left, right = st.columns([1, 4], vertical_alignment="center")
    with left:
        st.html(
            f'<div class="ink-layers"><figure><img src="{theme.image_url(step.inputs[i].reshape(28, 28))}" width="140" '
            f'height="140" alt="{alt}"><figcaption>{caption}</figcaption></figure></div>'
        )
    with right:
        st.latex(formula)


def images_of(
    step: SlowStep, places: Sequence[int], captions: Sequence[str], *, alt: str, marked: int | None = None
) -> None:
    """Draw images of the minibatch with their captions; ``alt`` describes each, and ``marked`` is one of them."""
    images = (step.inputs[list(places)] * 255).round().astype(np.uint8)
    st.html(theme.digits(images, captions, alt=alt, marked=marked))


def true_name(step: SlowStep, i: int) -> str:
    """Return the true digit or sign of an image in the minibatch."""
    return step.settings.names[step.labels[i]]


def step_table(heads: Sequence[str], rows: Sequence[Sequence[str]], marked: int | None = None) -> str:
    """Return the numbers of a step as an HTML table; the cells are trusted HTML."""
    return html_table(tr("Numbers of this step"), heads, rows, marked=marked, numbers=True)


ROOT = Path(mlp.__file__).resolve().parents[1]


def location(function: Callable[..., Any]) -> str:
    """Return the file and line of a function, as text."""
    function = inspect.unwrap(function)  # below its decorators
    path = Path(inspect.getsourcefile(function) or "").resolve()
    file, line = path.relative_to(ROOT).as_posix(), inspect.getsourcelines(function)[1]
    return tr("{file}, line {line}", file=file, line=line)


def show_code(*functions: Callable[..., Any]) -> None:
    """Draw the source of functions, folded, each with its file and line."""
    names = in_words([f"`{function.__qualname__}`" for function in functions])
    with st.expander(tr("The code: {names}", names=names), icon=":material/code:"):
        for function in functions:
            name, place = f"`{function.__qualname__}`", plain(location(function))
            st.caption(tr("{name} in {place}", name=name, place=place))
            st.code(textwrap.dedent(inspect.getsource(function)), language="python")
