"""The network as a picture, at one image: what each neuron looks at, how it fires, and what carries most."""

import html
from itertools import pairwise

import numpy as np
import streamlit as st

from mlp.analysis.attribution import input_gradients
from mlp.analysis.trace import LayerTrace, links, trace
from mlp.images.input_image import InputImage
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.answer import percent
from mlp.page.draw.networks import Answering
from mlp.page.style.signed_pictures import Sheet, scaled, signed_url
from mlp.page.style.theme import image_url
from mlp.page.tabs.inside.network_widget import network_widget

SHOWN = 12  # neurons a layer
LINKS = 30  # between two layers


def draw(now: Answering, looked_at: InputImage, colours: dict[str, str]) -> None:
    """Draw the network at an image."""
    network = now.network
    if not np.isfinite(network.values).all():
        st.info("This network’s weights have grown beyond all bounds: there is nothing left to see.")
        return
    image = now.seen(looked_at.image)
    layers = trace(network, image, SHOWN)
    st.html(_said(now, looked_at))
    network_widget(_picture(now.reader, image, looked_at.name, layers, colours))
    st.html(_all_activations(network, layers, colours))


def _said(now: Answering, looked_at: InputImage) -> str:
    return (
        f'<p class="ink-said">{now.said}, at work on <b>{html.escape(looked_at.name)}</b>. '
        "Point at a neuron, or tap it, for its sum.</p>"
        '<div class="ink-legend">'
        '<div><i class="tile"></i><span>ink at <b class="ink-for">orange</b> places would raise this neuron’s sum, at '
        '<b class="ink-against">blue</b> ones lower it</span></div>'
        '<div><i class="lamp"></i>white: it fires strongly; black: it is silent</div>'
        '<div><i class="up"></i>pushes the next neuron up</div>'
        '<div><i class="down"></i>holds it down</div></div>'
    )


def _picture(reader: Reader, image: np.ndarray, name: str, layers: list[LayerTrace], colours: dict[str, str]) -> str:
    pictures = []
    for number, layer in enumerate(layers):
        directions = np.zeros((len(layer.shown), len(layer.sums)))
        directions[np.arange(len(layer.shown)), layer.shown] = 1
        pictures.append(input_gradients(reader.network, image, directions, layer=number))
    sheet = Sheet(scaled(np.concatenate(pictures), each=True), colours)
    rows = max(len(layer.shown) for layer in layers)
    parts = [
        _head(0, "Input", "28 × 28"),
        f'<img class="seen" src="{image_url(image)}" alt="{html.escape(name)}">',
    ]
    number = 0
    probabilities = softmax(layers[-1].sums / reader.temperature)
    for depth, layer in enumerate(layers, start=1):
        last = depth == len(layers)
        across = depth / len(layers)
        of = f"{len(layer.shown)} of {len(layer.sums):,}"
        parts.append(_head(across, *(("Answer", "its chance") if last else (f"Layer {depth}", of))))
        lights = probabilities if last else np.abs(layer.outputs) / max(float(np.abs(layer.outputs).max()), 1e-12)
        for row, neuron in enumerate(layer.shown):
            place = f"--x:{across:.4f};--y:{_down(layer, neuron, rows):.4f};--lit:{lights[neuron]:.0%}"
            chance = float(probabilities[neuron]) if last else None
            best = last and neuron == int(probabilities.argmax())
            named = f'id="neuron-{depth}-{neuron}" data-layer="{depth}" data-row="{row}"'
            parts.append(_neuron(layer, depth, neuron, named, place, sheet.place(number), chance, best))
            number += 1
    return (
        '<div class="net" role="group" aria-label="The network, layer by layer" '
        f'style="--rows:{rows};{sheet.style}">'
        f"{_wires(layers, rows)}{''.join(parts)}</div>"
    )


def _down(layer: LayerTrace, neuron: int, rows: int) -> float:
    """Where the middle of a neuron is, 0 at the top to 1 at the bottom; a layer with few is centred."""
    return (layer.shown.index(neuron) + 0.5 + (rows - len(layer.shown)) / 2) / rows


def _head(across: float, name: str, below: str) -> str:
    return f'<div class="head" style="--x:{across:.4f}">{name}<small>{below}</small></div>'


def _neuron(
    layer: LayerTrace, depth: int, neuron: int, named: str, place: str, piece: str, chance: float | None, best: bool
) -> str:
    name = f"Neuron {neuron + 1} of layer {depth}" if chance is None else f"Answer {neuron}"
    told = [f"sum {_signed(layer.sums[neuron])}, with a bias of {_signed(_bias(layer, neuron))}"]
    told.append(f"fires with {layer.outputs[neuron]:.2f}" if chance is None else f"its chance is {percent(chance)}")
    if depth > 1:
        told.append(f"most comes from {_most(layer, neuron)}")
    says = "" if chance is None else f'<span class="says"><strong>{neuron}</strong> {percent(chance)}</span>'
    return (
        f'<div class="neuron{" best" if best else ""}" role="img" {named} '
        f'aria-label="{name}: {"; ".join(told)}" style="{place}"><i class="piece" style="{piece}"></i><b></b>{says}'
        f'<span class="tip" aria-hidden="true"><strong>{name}</strong><br>{"<br>".join(told)}</span></div>'
    )


def _bias(layer: LayerTrace, neuron: int) -> float:
    return float(layer.dense.bias.value[neuron])


def _most(layer: LayerTrace, neuron: int) -> str:
    contributions = layer.contributions(neuron)
    strongest = np.argsort(-np.abs(contributions), kind="stable")[:3]
    return ", ".join(f"neuron {source + 1} ({_signed(contributions[source])})" for source in strongest)


def _signed(number: float) -> str:
    """Write a number with its sign, a true minus.

    Examples
    --------
    >>> _signed(1.234), _signed(-0.5)
    ('+1.23', '−0.50')
    """
    return f"{number:+.2f}".replace("-", "−")


def _wires(layers: list[LayerTrace], rows: int) -> str:
    """Draw the lines, all places in percent, so that they fit any width."""
    lines = []
    sums = layers[0].sums - layers[0].dense.bias.value
    reach = max(float(np.abs(sums[list(layers[0].shown)]).max()), 1e-12)
    for neuron in layers[0].shown:
        ends = (0.0, 0.5, 1 / len(layers), _down(layers[0], neuron, rows))
        lines.append(_line("input", f"neuron-1-{neuron}", *ends, float(sums[neuron]) / reach))
    for depth, (before, after) in enumerate(pairwise(layers), start=1):
        carried = links(before, after, LINKS)
        reach = max((abs(link.contribution) for link in carried), default=1.0)
        for link in carried:
            names = (f"neuron-{depth}-{link.source}", f"neuron-{depth + 1}-{link.target}")
            start, end = _down(before, link.source, rows), _down(after, link.target, rows)
            ends = (depth / len(layers), start, (depth + 1) / len(layers), end)
            lines.append(_line(*names, *ends, link.contribution / reach))
    return f'<svg class="wires" aria-hidden="true">{"".join(lines)}</svg>'


def _line(source: str, target: str, x1: float, y1: float, x2: float, y2: float, strength: float) -> str:
    weight = abs(strength)
    return (
        f'<line class="{"up" if strength > 0 else "down"}" data-from="{source}" data-to="{target}" x1="{x1:.1%}" '
        f'y1="{y1:.1%}" x2="{x2:.1%}" y2="{y2:.1%}" stroke-width="{0.5 + 2.5 * weight:.1f}" '
        f'opacity="{0.12 + 0.78 * weight:.2f}"/>'
    )


def _all_activations(network: MLP, layers: list[LayerTrace], colours: dict[str, str]) -> str:
    figures = []
    for depth, layer in enumerate(layers[:-1], start=1):
        n = len(layer.outputs)
        across, cell_px = (min(n, 25), 11) if n <= 300 else (40, 7)
        cells = np.zeros(-(-n // across) * across, np.float32)
        cells[:n] = layer.outputs / max(float(np.abs(layer.outputs).max()), 1e-12)
        grid = cells.reshape(-1, across)
        url = signed_url(grid, colours) if network.activation == "tanh" else image_url(grid)
        fire = int((layer.outputs > 0).sum())
        said = f"Layer {depth}: {fire:,} of {n:,} fire, the strongest with {layer.outputs.max():.1f}"
        figures.append(
            f'<figure><img src="{url}" alt="{said}" width="{across * cell_px}" height="{len(grid) * cell_px}">'
            f"<figcaption>{said}</figcaption></figure>"
        )
    return (
        '<p class="ink-said" style="margin-bottom:0.6rem"><b>All neurons</b> of the hidden layers, one square each: '
        f'white fires, black is silent.</p><div class="ink-layers">{"".join(figures)}</div>'
    )
