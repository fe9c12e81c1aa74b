"""The view of the first layer's weights as small pictures."""

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page.draw.networks import answering
from mlp.page.session_var import ControlVar
from mlp.page.style import theme
from mlp.page.style.signed_pictures import signed_url
from mlp.page.visitors.visitor import Visitor

_shown = ControlVar("first_layer_of", "")
"""The shown numbers of the first layer; a control."""

SHOWN = 128
WEIGHTS, LEARNED = "The weights", "What it has learned"


def choices(visitor: Visitor, _data: Dataset) -> tuple[str] | None:
    """Draw the choice between the weights of a run and their changes, if its first ones are known."""
    job = answering(visitor).shelved.job
    if job is None or job.first_network is None:
        return None
    return (_shown.choice("Showing", [WEIGHTS, LEARNED]),)


def view(visitor: Visitor, _data: Dataset, showing: str = WEIGHTS) -> None:
    """Draw the weights of the first layer, or their changes, as a mosaic."""
    answerer, text = answering(visitor), "its 28 × 28 weights"
    numbers = answerer.network.dense_layers[0].weight.value.T
    job = answerer.shelved.job
    first = job.first_network if job is not None and showing == LEARNED else None
    if first is not None and first.layer_sizes == answerer.network.layer_sizes:
        numbers = numbers - first.dense_layers[0].weight.value.T
        text += " minus those that it started with"
    shown = numbers[:SHOWN]
    pictures = np.nan_to_num(shown).reshape(-1, 28, 28)
    pictures = pictures / max(float(np.percentile(np.abs(pictures), 99.9)), 1e-12)
    left_out = f" These are the first {len(shown)} of {len(numbers):,}." if len(numbers) > len(shown) else ""
    st.html(
        f'<p class="ink-note">{answerer.caption}. Each picture is one neuron of the first layer: {text}. Ink in '
        '<span class="ink-for">orange</span> places raises its sum; ink in '
        f'<span class="ink-against">blue</span> ones lowers it.{left_out}</p>'
    )
    images = "".join(
        f'<figure><img src="{signed_url(picture, theme.colors())}" alt="neuron {number}"></figure>'
        for number, picture in enumerate(pictures, start=1)
    )
    st.html(f'<div class="ink-mosaic" role="group" aria-label="Weights of the first layer">{images}</div>')
