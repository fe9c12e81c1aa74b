"""The view of the network at one image: each neuron's pattern, its output, and the strongest links."""

import html
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.analysis.trace import LayerTrace, trace
from mlp.images.input_image import InputImage
from mlp.language import number, tr
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.draw.networks import Answerer
from mlp.page.draw.scene import activity, legend, network_widget, scene_of
from mlp.page.style.picking import Pick
from mlp.page.style.signed_pictures import signed_url
from mlp.page.style.theme import colors
from mlp.training.setting_entry import MAX_HIDDEN_LAYERS, MAX_WIDTH

SHOWN = 12  # neurons in each layer
SIDE = 28  # of a neuron's pattern
NUMBERS = range(MAX_HIDDEN_LAYERS * MAX_WIDTH)
"""The numbers by which hidden neurons are picked."""


def number_of(layer: int, neuron: int) -> int:
    """Return the number by which a neuron is picked; layer and neuron count from 0."""
    return layer * MAX_WIDTH + neuron


def switched_off_in(network: MLP) -> list[set[int]]:
    """Return the neurons of each hidden layer that are off, without those that this network does not have."""
    off = state.lab_off.get()
    return [
        {neuron for layer, neuron in off if layer == number and neuron < width}
        for number, width in enumerate(network.layer_sizes[1:-1])
    ]


def switch(pick: Pick) -> None:
    """Switch the picked neuron off, or on again; for callbacks."""
    off, place = state.lab_off.get(), divmod(pick.number, MAX_WIDTH)
    state.lab_off.set(tuple(neuron for neuron in off if neuron != place) if place in off else (*off, place))


class ShownLayer(NamedTuple):
    """A layer as it is now, its sums in the whole network, and its neurons that are off, None without switches."""

    trace: LayerTrace
    whole_sums: np.ndarray
    off: set[int] | None


def draw(answerer: Answerer, looked_at: InputImage, damaged: MLP | None = None) -> None:
    """Draw the network at an image; with a ``damaged`` network, that one, and its hidden neurons are switches."""
    image, network = answerer.seen(looked_at.image), answerer.network if damaged is None else damaged
    whole = trace(answerer.network, image, SHOWN)
    off = [*([None] * (len(whole) - 1) if damaged is None else switched_off_in(network)), None]
    activations = network.activations(image[np.newaxis])
    layers = [
        ShownLayer(_without_off(layer, before.shown, gone or set()), before.sums, gone)
        for layer, before, gone in zip(trace(network, image, SHOWN, activations), whole, off, strict=True)
    ]
    traces = [layer.trace for layer in layers]
    probabilities = softmax(traces[-1].sums / answerer.reader.temperature)
    names = answerer.reader.names
    picture = scene_of(network, image, traces, activations, probabilities, names, n_patterns=len(traces))
    packed = {
        **picture.packed(SIDE),
        "neurons": _neurons(layers, probabilities, names),
        "description": tr("The network, layer by layer"),
    }
    st.html(_caption(answerer, looked_at) + legend())
    network_widget("network_picture", packed, () if damaged is None else NUMBERS, switch)
    if damaged is None:
        st.html(_all_activations(network, traces))


def _without_off(layer: LayerTrace, shown: tuple[int, ...], off: set[int]) -> LayerTrace:
    """Return a layer that shows the whole network's most active neurons, which keep their places, and those off."""
    outputs = layer.outputs.copy()
    outputs[list(off)] = 0
    return replace(layer, outputs=outputs, shown=tuple(sorted({*shown, *sorted(off)[:SHOWN]})))


def _caption(answerer: Answerer, looked_at: InputImage) -> str:
    text = tr(
        "{caption}: <b>{image}</b>. Point at a neuron or tap it to see its sum: "
        'ink in <b class="ink-for">orange</b> places raises it, and in <b class="ink-against">blue</b> ones lowers it.',
        caption=answerer.caption,
        image=html.escape(tr(looked_at.name)),
    )
    if answerer.reader.test_time_augmentation:
        text += " " + tr("Elsewhere the network also reads shifted copies of the image.")
    return f'<p class="ink-note">{text}</p>'


def _neurons(layers: list[ShownLayer], probabilities: np.ndarray, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the neurons and answers to pick, as `network_widget` takes them."""
    return [
        {
            "number": number_of(depth, neuron),
            "name": tr("Answer {name}", name=names[neuron])
            if layer is layers[-1]
            else tr("Neuron {neuron} of layer {layer}", neuron=neuron + 1, layer=depth + 1),
            "texts": _texts(layer, depth, neuron, probabilities[neuron] if layer is layers[-1] else None),
            "pressed": None if layer.off is None else neuron in layer.off,
            "share": percent(float(probabilities[neuron])) if layer is layers[-1] else "",
        }
        for depth, layer in enumerate(layers)
        for neuron in layer.trace.shown
    ]


def _texts(layer: ShownLayer, depth: int, neuron: int, share: float | None) -> list[str]:
    """Return what there is to say about a neuron, or about an answer with its probability."""
    if layer.off and neuron in layer.off:
        return [tr("switched off"), tr("in the whole network its sum is {sum}", sum=_signed(layer.whole_sums[neuron]))]
    traced, bias = layer.trace, float(layer.trace.dense.bias.value[neuron])
    texts = [tr("sum {sum}, with a bias of {bias}", sum=_signed(traced.sums[neuron]), bias=_signed(bias))]
    texts.append(
        tr("output {output}", output=_signed(traced.outputs[neuron]))
        if share is None
        else tr("its probability is {share}", share=percent(share))
    )
    if depth:
        contributions = traced.contributions(neuron)
        strongest = np.argsort(-np.abs(contributions), kind="stable")[:3]
        listed = ", ".join(
            tr("neuron {number} ({part})", number=source + 1, part=_signed(contributions[source]))
            for source in strongest.tolist()
        )
        texts.append(tr("most comes from {neurons}", neurons=listed))
    return texts


def _signed(value: float) -> str:
    """Return a number as text with its sign, with a true minus."""
    return number(value, "+.2f").replace("-", "−")


def _all_activations(network: MLP, layers: list[LayerTrace]) -> str:
    figures = []
    for depth, layer in enumerate(layers[:-1], start=1):
        outputs, n = layer.outputs, len(layer.outputs)
        across, cell_px = (min(n, 25), 11) if n <= 300 else (40, 7)
        cells = np.zeros(-(-n // across) * across, np.float32)
        cells[:n] = activity(network, outputs)
        grid = cells.reshape(-1, across)
        above = int((outputs > 0).sum())
        text = tr(
            "Layer {layer}: {above:,} of {n:,} above 0; from {low} to {high}",
            layer=depth,
            above=above,
            n=n,
            low=_signed(outputs.min()),
            high=_signed(outputs.max()),
        )
        figures.append(
            f'<figure><img src="{signed_url(grid, colors())}" alt="{text}" width="{across * cell_px}" '
            f'height="{len(grid) * cell_px}"><figcaption>{text}</figcaption></figure>'
        )
    text = tr("<b>All outputs</b> of the hidden layers, one square each: orange above 0, blue below.")
    note = f'<p class="ink-note" style="margin-bottom:0.6rem">{text}</p>'
    return f'{note}<div class="ink-layers">{"".join(figures)}</div>'
