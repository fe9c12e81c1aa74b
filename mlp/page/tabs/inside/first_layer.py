"""The view of the first layer's weights as small pictures."""

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page.draw.networks import answering
from mlp.page.style import theme
from mlp.page.style.signed_pictures import Sheet, scaled
from mlp.page.visitors.visitor import Visitor

SHOWN = 128


def view(visitor: Visitor, _data: Dataset) -> None:
    """Draw the weights of the first layer as a mosaic."""
    now = answering(visitor)
    numbers = now.network.dense_layers[0].weight.value.T
    shown = numbers[:SHOWN]
    sheet = Sheet(scaled(np.nan_to_num(shown), each=False), theme.colors())
    left_out = f" These are the first {len(shown)} of {len(numbers):,}." if len(numbers) > len(shown) else ""
    st.html(
        f'<p class="ink-note">{now.caption}. Each picture is one neuron of the first layer: its 28 × 28 weights. Ink '
        'in <span class="ink-for">orange</span> places raises its sum; ink in '
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
