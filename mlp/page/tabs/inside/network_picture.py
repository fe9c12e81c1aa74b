"""The view of the network at one image: each neuron's pattern, its output, and the strongest links."""

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.attribution import input_gradients
from mlp.analysis.scores import percent
from mlp.analysis.trace import LayerTrace, trace, wires
from mlp.images.input_image import InputImage
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.page.draw.networks import Answering
from mlp.page.style.signed_pictures import Sheet, scaled, signed_url
from mlp.page.style.theme import image_url
from mlp.page.tabs.inside.network_widget import network_widget
from mlp.page.tabs.inside.switched_off import switch, switched_off_in

SHOWN = 12  # neurons in each layer
LINKS = 30  # between two layers


class Layer(NamedTuple):
    """A layer without the neurons that are off, the whole layer, and whether its neurons are switches."""

    now: LayerTrace
    whole: LayerTrace
    off: set[int]
    switches: bool


def draw(now: Answering, looked_at: InputImage, colors: dict[str, str], damaged: MLP | None = None) -> None:
    """Draw the network at an image; with a ``damaged`` network, that one, and its hidden neurons are switches."""
    if not np.isfinite(now.network.values).all():
        st.info("This network’s weights have grown without limit, so there is nothing to show.")
        return
    image = now.seen(looked_at.image)
    activations = now.network.activations(image[np.newaxis])
    whole = trace(now.network, image, SHOWN, activations)
    network, off = now.network, [set[int]() for _ in whole]
    if damaged is not None:
        network, off = damaged, [*switched_off_in(damaged), set()]
        activations = network.activations(image[np.newaxis])
    layers = [
        Layer(_showing(one, before.shown, gone), before, gone, damaged is not None)
        for one, before, gone in zip(trace(network, image, SHOWN, activations), whole, off, strict=True)
    ]
    layers[-1] = layers[-1]._replace(switches=False)
    st.html(_caption(now, looked_at))
    sheet = Sheet(scaled(_looked_at(now.network, network, image, layers, activations), each=True), colors)
    seen = f'<img class="seen" src="{image_url(image)}" alt="{html.escape(looked_at.name)}">'
    picture = _picture(seen, layers, sheet, now.reader.temperature, now.reader.names)
    network_widget(picture, None if damaged is None else switch)
    if damaged is None:
        st.html(_all_activations(network, layers, colors))


def _showing(layer: LayerTrace, shown: tuple[int, ...], off: set[int]) -> LayerTrace:
    """Return a layer that shows the whole network's most active neurons, which keep their places, and those off."""
    return replace(layer, shown=tuple(sorted({*shown, *sorted(off)[:SHOWN]})))


def _caption(now: Answering, looked_at: InputImage) -> str:
    once = " The network reads the image once here, without test-time augmentation."
    return (
        f'<p class="ink-note">{now.caption}: <b>{html.escape(looked_at.name)}</b>. '
        f"Point at a neuron or tap it to see its sum.{once if now.reader.test_time_augmentation else ''}</p>"
        '<div class="ink-net-legend">'
        '<div><i class="tile"></i><span>ink in <b class="ink-for">orange</b> places raises a neuron’s sum; in '
        '<b class="ink-against">blue</b> ones it lowers it</span></div>'
        '<div><i class="lamp"></i>white: output far from 0; black: output 0</div>'
        '<div><i class="up"></i>raises the next sum</div>'
        '<div><i class="down"></i>lowers it</div></div>'
    )


def _looked_at(
    whole: MLP, network: MLP, image: np.ndarray, layers: list[Layer], activations: Sequence[np.ndarray]
) -> np.ndarray:
    """Return the pattern that each shown neuron looks for, (n, 784); neurons that are off keep theirs."""
    pictures = []
    for number, layer in enumerate(layers):
        directions = layer.now.directions()
        pictures.append(input_gradients(network, image, directions, layer=number, activations=activations))
        for row, neuron in enumerate(layer.now.shown):
            if neuron in layer.off:
                pictures[-1][row] = input_gradients(whole, image, directions[row : row + 1], layer=number)[0]
    return np.concatenate(pictures)


def _picture(seen: str, layers: list[Layer], sheet: Sheet, temperature: float, names: Sequence[str]) -> str:
    rows = max(len(layer.now.shown) for layer in layers)
    parts = [_head(0, "Input", "28 × 28"), seen]
    number = 0
    probabilities = softmax(layers[-1].now.sums / temperature)
    for depth, layer in enumerate(layers, start=1):
        last = depth == len(layers)
        across = depth / len(layers)
        of = f"{len(layer.now.shown)} of {len(layer.now.sums):,}"
        parts.append(_head(across, *(("Answer", "its chance") if last else (f"Layer {depth}", of))))
        lights = probabilities if last else _lights(layer)
        for row, neuron in enumerate(layer.now.shown):
            place = f"--x:{across:.4f};--y:{_down(layer.now, neuron, rows):.4f};--lit:{lights[neuron]:.0%}"
            chance = float(probabilities[neuron]) if last else None
            best = last and neuron == int(probabilities.argmax())
            named = f'id="neuron-{depth}-{neuron}" data-layer="{depth}" data-row="{row}"'
            answer = html.escape(names[neuron]) if last else None
            parts.append(_neuron(layer, depth, neuron, answer, named, place, sheet.place(number), chance, best))
            number += 1
    return (
        '<div class="net" role="group" aria-label="The network, layer by layer" '
        f'style="--rows:{rows};{sheet.style}">'
        f"{_wires([layer.now for layer in layers], rows)}{''.join(parts)}</div>"
    )


def _lights(layer: Layer) -> np.ndarray:
    """Return the size of each output of a hidden layer, 0 to 1; neurons that are off get 0."""
    lights = np.abs(layer.now.outputs)
    lights[list(layer.off)] = 0
    shares: np.ndarray = lights / max(float(lights.max()), 1e-12)
    return shares


def _down(layer: LayerTrace, neuron: int, rows: int) -> float:
    """Return the y position of a neuron, 0 at the top to 1 at the bottom; small layers are centered."""
    return (layer.shown.index(neuron) + 0.5 + (rows - len(layer.shown)) / 2) / rows


def _head(across: float, name: str, below: str) -> str:
    return f'<div class="head" style="--x:{across:.4f}">{name}<small>{below}</small></div>'


def _neuron(
    layer: Layer,
    depth: int,
    neuron: int,
    answer: str | None,
    named: str,
    place: str,
    piece: str,
    chance: float | None,
    best: bool,
) -> str:
    name = f"Neuron {neuron + 1} of layer {depth}" if answer is None else f"Answer {answer}"
    if neuron in layer.off:
        texts = ["switched off", f"in the whole network its sum is {_signed(layer.whole.sums[neuron])}"]
    else:
        texts = [f"sum {_signed(layer.now.sums[neuron])}, with a bias of {_signed(_bias(layer.now, neuron))}"]
        texts.append(
            f"output {_signed(layer.now.outputs[neuron])}"
            if chance is None
            else f"its probability is {percent(chance)}"
        )
        if depth > 1:
            texts.append(f"most comes from {_strongest_inputs(layer.now, neuron)}")
    reading = "" if chance is None else f'<span class="reading"><strong>{answer}</strong> {percent(chance)}</span>'
    role = f'role="button" aria-pressed="{str(neuron in layer.off).lower()}"' if layer.switches else 'role="img"'
    return (
        f'<div class="neuron{" best" if best else ""}" {role} {named} '
        f'aria-label="{name}: {"; ".join(texts)}" style="{place}"><i class="piece" style="{piece}"></i><b></b>{reading}'
        f'<span class="tip" aria-hidden="true"><strong>{name}</strong><br>{"<br>".join(texts)}</span></div>'
    )


def _bias(layer: LayerTrace, neuron: int) -> float:
    return float(layer.dense.bias.value[neuron])


def _strongest_inputs(layer: LayerTrace, neuron: int) -> str:
    contributions = layer.contributions(neuron)
    strongest = np.argsort(-np.abs(contributions), kind="stable")[:3]
    return ", ".join(f"neuron {source + 1} ({_signed(contributions[source])})" for source in strongest)


def _signed(number: float) -> str:
    """Return a number as text with its sign, with a true minus.

    Examples
    --------
    >>> _signed(1.234), _signed(-0.5)
    ('+1.23', '−0.50')
    """
    return f"{number:+.2f}".replace("-", "−")


def _wires(layers: list[LayerTrace], rows: int) -> str:
    """Return the lines as SVG, with positions in percent, so that they fit any width."""
    lines = []
    for depth, source, target, strength in wires(layers, LINKS):
        begin = f"neuron-{depth}-{source}" if depth else "input"
        start = _down(layers[depth - 1], source, rows) if depth else 0.5
        ends = (depth / len(layers), start, (depth + 1) / len(layers), _down(layers[depth], target, rows))
        lines.append(_line(begin, f"neuron-{depth + 1}-{target}", *ends, strength))
    return f'<svg class="wires" aria-hidden="true">{"".join(lines)}</svg>'


def _line(source: str, target: str, x1: float, y1: float, x2: float, y2: float, strength: float) -> str:
    weight = abs(strength)
    return (
        f'<line class="{"up" if strength > 0 else "down"}" data-from="{source}" data-to="{target}" x1="{x1:.1%}" '
        f'y1="{y1:.1%}" x2="{x2:.1%}" y2="{y2:.1%}" stroke-width="{0.5 + 2.5 * weight:.1f}" '
        f'opacity="{0.12 + 0.78 * weight:.2f}"/>'
    )


def _all_activations(network: MLP, layers: list[Layer], colors: dict[str, str]) -> str:
    figures = []
    has_signs = network.activation == "tanh"
    meaning = "orange above 0, blue below" if has_signs else "the whiter, the larger"
    for depth, layer in enumerate(layers[:-1], start=1):
        outputs = layer.now.outputs.copy()
        outputs[list(layer.off)] = 0
        n = len(outputs)
        across, cell_px = (min(n, 25), 11) if n <= 300 else (40, 7)
        cells = np.zeros(-(-n // across) * across, np.float32)
        cells[:n] = outputs / max(float(np.abs(outputs).max()), 1e-12)
        grid = cells.reshape(-1, across)
        url = signed_url(grid, colors) if has_signs else image_url(grid)
        above = int((outputs > 0).sum())
        text = f"Layer {depth}: {above:,} of {n:,} above 0; from {_signed(outputs.min())} to {_signed(outputs.max())}"
        figures.append(
            f'<figure><img src="{url}" alt="{text}" width="{across * cell_px}" height="{len(grid) * cell_px}">'
            f"<figcaption>{text}</figcaption></figure>"
        )
    return (
        '<p class="ink-note" style="margin-bottom:0.6rem"><b>All outputs</b> of the hidden layers, one square each: '
        f'{meaning}.</p><div class="ink-layers">{"".join(figures)}</div>'
    )
