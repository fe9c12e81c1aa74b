"""Switch off neurons in the network's picture, and show how the network reads without them."""

import html
from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.lab.lesions import Lesion, lesioned, n_affordable, n_right
from mlp.images.input_image import with_article
from mlp.images.mnist import Split
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.draw.networks import Answering
from mlp.page.style.bars import percent
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor


def switched_off_in(network: MLP) -> list[set[int]]:
    """Return the neurons of each hidden layer that are off, without those that this network does not have."""
    off = state.lab_off.get()
    return [
        {neuron for layer, neuron in off if layer == number and neuron < width}
        for number, width in enumerate(network.layer_sizes[1:-1])
    ]


def switch(layer: int, neuron: int) -> None:
    """Switch a neuron off, or on again; for callbacks."""
    off, place = state.lab_off.get(), (layer, neuron)
    state.lab_off.set(tuple(one for one in off if one != place) if place in off else (*off, place))


def remaining_network(network: MLP) -> MLP:
    """Return the network without the neurons that are off, or the network itself if none is."""
    return lesioned(network, Lesion(state.lab_off.get())) if any(switched_off_in(network)) else network


def right_with_and_without(now: Answering, visitor: Visitor, split: Split, lesion: Lesion, left: MLP) -> list[float]:
    """Return the shares of images that a network reads right, whole and lesioned.

    It uses as many images as can be read in time. While the network's run plays, it measures from time to time only.
    """
    n = n_affordable(now.network, len(split))
    plays = now.kind == "run" and visitor.job is not None and visitor.job.playing
    right = partial(_n_right, now.reader, split.images[:n], split.labels[:n])
    whole = within_budget("lab_whole", (now.network, split, n), partial(right, now.network), plays=plays)
    rest = within_budget("lab_lesion", (now.network, split, n, hash(lesion)), partial(right, left), plays=plays)
    return [whole / n, rest / n]


def _n_right(reader: Reader, images: np.ndarray, labels: np.ndarray, network: MLP) -> int:
    return n_right(network, reader.as_seen(images), labels)


def draw(now: Answering, visitor: Visitor, validation: Split, image: np.ndarray) -> None:
    """Draw how the network reads images without the neurons that are off, and a button that resets them."""
    n_off = sum(map(len, switched_off_in(now.network)))
    with st.container(horizontal=True, vertical_alignment="center"):  # always drawn, so that nothing moves
        st.html(
            f'<p class="ink-status" role="status">{_effect_text(now, visitor, validation, image, n_off)}</p>',
            width="stretch",
        )
        st.button("All on", key="inside_heal", on_click=_heal, icon=":material/healing:", disabled=not n_off)


def _effect_text(now: Answering, visitor: Visitor, validation: Split, image: np.ndarray, n_off: int) -> str:
    if not n_off:
        return "Press a neuron to switch it off, and see how the answer and the accuracy change."
    left, image = remaining_network(now.network), now.seen(image)
    before, after = (
        softmax(network.logits(image[None]) / now.reader.temperature)[0] for network in (now.network, left)
    )
    old, new = int(before.argmax()), int(after.argmax())
    names = [html.escape(name) for name in now.reader.names]
    answer = (
        f"it still reads {with_article(names[new])}" if old == new else f"<b>{names[old]} turns into {names[new]}</b>"
    )
    whole, rest = right_with_and_without(now, visitor, validation, Lesion(state.lab_off.get()), left)
    what = "digits" if now.reader.reads_digits else "drawings"
    return (
        f"<b>{n_off} neuron{'' if n_off == 1 else 's'} off</b>: {answer} ({percent(float(before[old]))} → "
        f"{percent(float(after[new]))}) and {rest:.1%} of validation {what} right; whole: {whole:.1%}."
    )


def _heal() -> None:
    state.lab_off.pop()
