"""The compact picture of the network on the stage: its most telling neurons and what carries this drawing."""

import base64
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from mlp.analysis.attribution import input_gradients
from mlp.analysis.trace import LayerTrace, links, trace
from mlp.nn.network import MLP
from mlp.page.style.signed_pictures import scaled

SHOWN = 7
"""Neurons of a hidden layer, those with the largest outputs."""
LINKS = 26
"""Lines between two layers, those that carry most."""
LEVELS = 100


@dataclass(frozen=True)
class Scene:
    """What the browser needs to draw the picture.

    Attributes
    ----------
    data : dict
        ``layers``: of each hidden layer how many neurons there are, and how brightly each shown one is lit, 0 to 1;
        ``pictures``: what each looks for, 28 × 28 signed bytes each, in base64; ``image``: the input, as bytes;
        ``lines``: (layer, from row, to row, strength −1 to 1); ``asleep``: whether nothing is drawn.
    said : str
        The same in a sentence, for those who do not see it.
    """

    data: dict[str, Any]
    said: str


def scene(network: MLP, image: np.ndarray | None, probabilities: np.ndarray | None = None) -> Scene | None:
    """Compute the picture of a network that reads an image, or waits for one; None if its weights are not finite.

    Parameters
    ----------
    network : MLP
    image : float array, shape (28, 28), 0..1, or None
    probabilities : float array, shape (10,), optional
        What it answers.
    """
    seen = np.zeros((28, 28), np.float32) if image is None else image
    activations = network.activations(seen[np.newaxis])
    if not np.isfinite(activations[-1]).all() or not np.isfinite(network.values).all():
        return None
    layers = trace(network, seen, SHOWN, activations)
    layers[-1] = replace(layers[-1], shown=tuple(range(len(layers[-1].sums))))  # all answers, beside their bars
    pictures = [
        input_gradients(network, seen, layer.directions(), layer=number, activations=activations)
        for number, layer in enumerate(layers[:-1])
    ]
    lit = [np.zeros(len(layer.shown)) if image is None else _brightness(layer) for layer in layers[:-1]]
    data = {
        "layers": [
            {"n": len(layer.sums), "lit": np.round(bright, 2).tolist()}
            for layer, bright in zip(layers[:-1], lit, strict=True)
        ],
        "pictures": _as_bytes(scaled(np.concatenate(pictures), each=True)) if pictures else "",
        "image": base64.b64encode((np.clip(seen, 0, 1) * 255).astype(np.uint8).tobytes()).decode("ascii"),
        "lines": _lines([replace(layer, outputs=np.ones_like(layer.outputs)) for layer in layers])
        if image is None
        else _lines(layers),
        "asleep": image is None,
    }
    return Scene(data, _said(layers, probabilities))


def _brightness(layer: LayerTrace) -> np.ndarray:
    outputs = np.abs(layer.outputs[list(layer.shown)])
    brightness: np.ndarray = outputs / max(float(outputs.max(initial=0)), 1e-12)
    return brightness


def _as_bytes(pictures: np.ndarray) -> str:
    levels = np.clip(np.nan_to_num(pictures) * LEVELS, -LEVELS, LEVELS).round().astype(np.int8)
    return base64.b64encode(levels.tobytes()).decode("ascii")


def _lines(layers: list[LayerTrace]) -> list[tuple[int, int, int, float]]:
    first = layers[0]
    sums = (first.sums - first.dense.bias.value)[list(first.shown)]
    reach = max(float(np.abs(sums).max(initial=0)), 1e-12)
    lines = [(0, 0, row, round(float(each) / reach, 3)) for row, each in enumerate(sums)]
    for depth, (before, after) in enumerate(pairwise(layers), start=1):
        carried = links(before, after, LINKS)
        reach = max((abs(link.contribution) for link in carried), default=1.0)
        lines += [
            (
                depth,
                before.shown.index(link.source),
                after.shown.index(link.target),
                round(link.contribution / reach, 3),
            )
            for link in carried
        ]
    return lines


def _said(layers: list[LayerTrace], probabilities: np.ndarray | None) -> str:
    hidden = ", then ".join(f"{len(layer.shown)} of {len(layer.sums):,} neurons" for layer in layers[:-1])
    way = f"The drawing, {hidden + ', then ' if hidden else ''}ten answers"
    if probabilities is None:
        return f"{way}; nothing is drawn yet."
    return f"{way}; the strongest lines lead to {int(probabilities.argmax())}."
