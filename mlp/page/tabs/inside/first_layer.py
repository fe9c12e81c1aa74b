"""The view of the first layer's weights as small pictures."""

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page.draw.networks import answering
from mlp.page.style import theme
from mlp.page.style.signed_pictures import signed_url
from mlp.page.visitors.visitor import Visitor

SHOWN = 128


def view(visitor: Visitor, _data: Dataset) -> None:
    """Draw the weights of the first layer as a mosaic."""
    now = answering(visitor)
    numbers = now.network.dense_layers[0].weight.value.T
    shown = numbers[:SHOWN]
    pictures = np.nan_to_num(shown).reshape(-1, 28, 28)
    pictures = pictures / max(float(np.percentile(np.abs(pictures), 99.9)), 1e-12)
    left_out = f" These are the first {len(shown)} of {len(numbers):,}." if len(numbers) > len(shown) else ""
    st.html(
        f'<p class="ink-note">{now.caption}. Each picture is one neuron of the first layer: its 28 × 28 weights. Ink '
        'in <span class="ink-for">orange</span> places raises its sum; ink in '
        f'<span class="ink-against">blue</span> ones lowers it.{left_out}</p>'
    )
    images = "".join(
        f'<figure><img src="{signed_url(picture, theme.colors())}" alt="neuron {number}"></figure>'
        for number, picture in enumerate(pictures, start=1)
    )
    st.html(f'<div class="ink-mosaic" role="group" aria-label="Weights of the first layer">{images}</div>')
