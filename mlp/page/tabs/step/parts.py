"""What the stages of a slow step share: the picture that is followed, and tables."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep
from mlp.images.input_image import with_article
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.session_var import SessionVar
from mlp.page.style import theme
from mlp.page.style.tables import html_table

SHOWN_IMAGES = 64


def followed(step: SlowStep) -> int:
    """Return the number of the image that the visitor followed last, from 0; at first the network's least certain one.

    Of one that is read with certainty, all gradients are 0 and softmax has nothing to share out.
    """
    number = state.slow_picture.get()
    if number is None:
        return int(np.nan_to_num(step.probabilities.max(axis=1), nan=1.0).argmin())
    return min(number, len(step.labels) - 1)


def names(network: MLP) -> list[str]:
    """Name the parameter arrays as the formulas do: W₁, b₁, …, as W1, b1."""
    return [f"{kind}{number}" for number in range(1, len(network.dense_layers) + 1) for kind in "Wb"]


def html_name(name: str) -> str:
    """Write the name of a parameter array with its number below the line."""
    return f"{name[0]}<sub>{html.escape(name[1:])}</sub>"


def number_between(label: str, n: int, chosen: SessionVar[int]) -> int:
    """Let the visitor choose a number from 0 up to but not ``n``."""
    if not 0 <= chosen.get() < n:
        chosen.pop()
    return int(st.number_input(f"{label}, 0 to {n - 1}", 0, n - 1, chosen.default, key=chosen.key))


def picture_beside(step: SlowStep, i: int, formula: str) -> None:
    """Show the picture that is followed, and a formula at its side."""
    name = html.escape(true_name(step, i))
    left, right = st.columns([1, 4], vertical_alignment="center")
    with left:
        st.html(
            f'<div class="ink-way"><figure><img src="{theme.image_url(step.inputs[i].reshape(28, 28))}" width="140" '
            f'height="140" alt="a handwritten {name}"><figcaption>picture {i}, {with_article(name)}</figcaption>'
            "</figure></div>"
        )
    with right:
        st.latex(formula)


def true_name(step: SlowStep, i: int) -> str:
    """Return what the writer meant by a picture of the minibatch."""
    return step.settings.names[step.labels[i]]


def step_table(heads: Sequence[str], rows: Sequence[Sequence[str]], marked: int | None = None) -> str:
    """Give the numbers of a step as an HTML table; the cells are our own text."""
    return html_table("Numbers of this step", heads, rows, marked=marked, numbers=True)
