"""The view of the first layer's weights as small pictures."""

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.language import mark, tr
from mlp.page.draw.networks import answering
from mlp.page.session_var import ControlVar
from mlp.page.style import theme
from mlp.page.style.signed_pictures import signed_url
from mlp.page.visitors.visitor import Visitor

_shown = ControlVar("first_layer_of", "")
"""The shown numbers of the first layer; a control."""

SHOWN = 128
PICTURES = mark(
    "{caption}. Each picture is one neuron of the first layer: its 28 × 28 weights. Ink in "
    '<span class="ink-for">orange</span> places raises its sum; ink in <span class="ink-against">blue</span> ones '
    "lowers it."
)
CHANGES = mark(
    "{caption}. Each picture is one neuron of the first layer: its 28 × 28 weights minus those that it started with. "
    'Ink in <span class="ink-for">orange</span> places raises its sum; ink in <span class="ink-against">blue</span> '
    "ones lowers it."
)
WEIGHTS, LEARNED = mark("The weights"), mark("What it has learned")


def choices(visitor: Visitor, _data: Dataset) -> tuple[str] | None:
    """Draw the choice between the weights of a run and their changes, if its first ones are known."""
    job = answering(visitor).shelved.job
    if job is None or job.first_network is None:
        return None
    return (_shown.choice(tr("Showing"), [WEIGHTS, LEARNED], format_func=tr),)


def view(visitor: Visitor, _data: Dataset, showing: str = WEIGHTS) -> None:
    """Draw the weights of the first layer, or their changes, as a mosaic."""
    answerer, text = answering(visitor), PICTURES
    numbers = answerer.network.dense_layers[0].weight.value.T
    job = answerer.shelved.job
    first = job.first_network if job is not None and showing == LEARNED else None
    if first is not None and first.layer_sizes == answerer.network.layer_sizes:
        numbers = numbers - first.dense_layers[0].weight.value.T
        text = CHANGES
    shown = numbers[:SHOWN]
    pictures = np.nan_to_num(shown).reshape(-1, 28, 28)
    pictures = pictures / max(float(np.percentile(np.abs(pictures), 99.9)), 1e-12)
    words = tr(text, caption=answerer.caption)
    if len(numbers) > len(shown):
        words += " " + tr("These are the first {n} of {total:,}.", n=len(shown), total=len(numbers))
    st.html(f'<p class="ink-note">{words}</p>')
    neurons = [tr("neuron {number}", number=place + 1) for place in range(len(pictures))]
    images = "".join(
        f'<figure><img src="{signed_url(picture, theme.colors())}" alt="{neuron}"></figure>'
        for picture, neuron in zip(pictures, neurons, strict=True)
    )
    label = tr("Weights of the first layer")
    st.html(f'<div class="ink-mosaic" role="group" aria-label="{label}">{images}</div>')
