"""What the first layer looks for: its weights as small pictures, which grow while it trains."""

import numpy as np
import streamlit as st

from mlp.page.networks import Reader
from mlp.page.signed import Sheet, scaled

SHOWN = 128


def choice() -> None:
    """Draw the choice of the scale."""
    st.toggle(
        "Each in its own scale",
        key="own_scale",
        help="Off: all neurons share one scale, so a faint picture is a neuron with small weights. "
        "On: each is as strong as its own largest weights, and the faint ones can be seen too.",
    )


def draw(now: Reader, colours: dict[str, str]) -> None:
    """Draw the weights of the first layer as a mosaic."""
    weights = now.network.dense_layers[0].weight.value.T
    shown = weights[:SHOWN]
    each = bool(st.session_state.get("own_scale"))
    sheet = Sheet(scaled(np.nan_to_num(shown), each=each), colours)
    left_out = f" These are the first {len(shown)} of {len(weights):,}." if len(weights) > len(shown) else ""
    st.html(
        f'<p class="ink-said">{now.said}. Each picture is one neuron of the first layer, its 28 × 28 weights: ink '
        'at the <span class="ink-for">orange</span> places speaks for it, ink at the '
        '<span class="ink-against">blue</span> ones against it. Random at first, they become strokes and edges as it '
        f"learns.{left_out}</p>"
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
