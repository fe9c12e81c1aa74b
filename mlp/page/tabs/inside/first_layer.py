"""The view of the first layer's weights as small pictures."""

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.session_var import SessionVar
from mlp.page.style import theme
from mlp.page.style.signed_pictures import Sheet, scaled
from mlp.page.visitors.visitor import Visitor

_first_layer_of = SessionVar[str | None]("first_layer_of", None)
"""The shown numbers of the first layer; a control."""
_own_scale = SessionVar[bool]("own_scale", False)
"""Whether each of its pictures has its own scale; a control."""


SHOWN = 128
WEIGHTS, LEARNED = "The weights", "What it has learned"


def choices(visitor: Visitor, _data: Dataset) -> None:
    """Draw the choice between weights and their changes, and the choice of scale."""
    if state.network.get() == "run" and _first(visitor) is not None:
        st.segmented_control("Showing", [WEIGHTS, LEARNED], default=WEIGHTS, key=_first_layer_of.key, required=True)
    st.toggle(
        "Each in its own scale",
        key=_own_scale.key,
        help="Scales each picture by its own largest weight, so that you can see faint ones too. Without it, a faint "
        "picture means small weights.",
    )


def _first(visitor: Visitor) -> MLP | None:
    return None if visitor.job is None else visitor.job.first_network


def view(visitor: Visitor, _data: Dataset) -> None:
    """Draw the weights of the first layer as a mosaic."""
    now = answering(visitor)
    numbers = now.network.dense_layers[0].weight.value.T
    text = "its 28 × 28 weights"
    first = _first(visitor) if now.kind == "run" and _first_layer_of.get() == LEARNED else None
    if first is not None:
        numbers = numbers - first.dense_layers[0].weight.value.T
        text = "its 28 × 28 weights minus those that it started with"
    shown = numbers[:SHOWN]
    sheet = Sheet(scaled(np.nan_to_num(shown), each=_own_scale.get()), theme.colors())
    left_out = f" These are the first {len(shown)} of {len(numbers):,}." if len(numbers) > len(shown) else ""
    st.html(
        f'<p class="ink-note">{now.caption}. Each picture is one neuron of the first layer: {text}. Ink in '
        '<span class="ink-for">orange</span> places raises its sum; ink in '
        f'<span class="ink-against">blue</span> ones lowers it.{left_out}</p>'
    )
    pieces = "".join(
        f'<i class="ink-piece" role="img" aria-label="neuron {number + 1}" title="neuron {number + 1}" '
        f'style="{sheet.place(number)}"></i>'
        for number in range(len(shown))
    )
    st.html(
        '<div class="ink-mosaic" role="group" aria-label="Weights of the first layer" '
        f'style="{sheet.style}">{pieces}</div>'
    )
