"""The picture of the network: its most active neurons, the strongest links between them, and its component."""

import base64
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlp.analysis.attribution import pull_back
from mlp.analysis.inline_html import SCRIPTS
from mlp.analysis.trace import LayerTrace, trace, wires
from mlp.class_names import DIGITS, in_words
from mlp.language import mark, number, tr
from mlp.nn.network import MLP
from mlp.page.script.link import hidable
from mlp.page.style.picking import Pick, pick_from
from mlp.page.style.signed_pictures import scaled
from mlp.page.style.theme import colors

SHOWN = {1: 8, 2: 7, 3: 6, 4: 4}
"""Neurons in each hidden layer of a compact picture, by the number of layers, so that the browser gets at most 4 kB."""
LINKS = 26
"""Lines between two layers, those that carry the most."""
LEVELS = 7
"""Brightness levels of a neuron's picture in the browser, on either side of zero."""
SMALL = 14
"""Side of a neuron's picture in the browser."""

_JS = "export default (component) => inkling.drawNetwork(component, inkling.openInside);"
_CSS = (SCRIPTS / "network_widget.css").read_text(encoding="utf-8")

LEGEND = {
    "up": mark("raises the next sum"),
    "down": mark("lowers it"),
    "tile": mark("what a neuron looks for"),
    "lamp": mark("how active it is"),
}
"""The signs of a picture, by their classes in the style sheet, and what they mean."""

hidable("stage-network", "The network at work")


def legend() -> str:
    """Return the line below a picture, as HTML."""
    meanings = (f'<span><i class="{sign}"></i>{tr(meaning)}</span>' for sign, meaning in LEGEND.items())
    return f'<p class="ink-net-legend">{"".join(meanings)}</p>'


def activity(network: MLP, outputs: np.ndarray) -> np.ndarray:
    """Return how active neurons of a hidden layer are, −1 to 1.

    Outputs of a sigmoid or tanh are that themselves. Those of a ReLU have no limit, so the layer's largest one is 1.
    """
    return outputs / max(float(outputs.max(initial=0)), 1e-12) if network.activation == "relu" else outputs


@dataclass(frozen=True)
class Scene:
    """The content of the picture; without a drawing, its image is empty and its shares are 0."""

    widths: list[int]
    """Widths of the hidden layers."""
    lit: list[np.ndarray]
    """The `activity` of each shown neuron in a hidden layer."""
    zero: float
    """The place of zero in the range of a neuron's activity: 0.5 if it can be negative, else 0."""
    shares: np.ndarray
    """The probability of each answer."""
    pictures: np.ndarray
    """The pattern that each shown neuron looks for, (n, 28, 28), mostly −1 to 1; answers may have none."""
    image: np.ndarray
    """The input, (28, 28), 0 to 1."""
    lines: list[tuple[int, int, int, float]]
    """The layer where a line starts, its first row, its last row, and its strength, −1 to 1."""
    names: Sequence[str]
    """Names of the answers."""
    description: str
    """For screen readers."""

    def packed(self, side: int = SMALL) -> dict[str, Any]:
        """Return the scene for the browser, a compact one in at most 4 kB.

        Each picture has ``side`` × ``side`` numbers, −7 to 7 stored as 1 to 15, and ``image`` 28 × 28 numbers, 0 to 15,
        both two to a byte. Each line has four bytes, with the strength as −100 to 100. All are in base64.
        """
        shrunk = self.image.shape[0] // side
        small = self.pictures.reshape(-1, side, shrunk, side, shrunk).mean(axis=(2, 4)).reshape(-1, side * side)
        levels = np.clip(np.nan_to_num(scaled(small)) * LEVELS, -LEVELS, LEVELS).round() + LEVELS + 1
        lines = np.array([(*ends, round(100 * strength)) for *ends, strength in self.lines], np.int8)
        return {
            "layers": [
                {
                    "n": number(n, ","),
                    "of": f"{tr('{n} of', n=len(lit))} " if len(lit) < n else "",
                    "lit": np.round(lit, 2).tolist(),
                }
                for n, lit in zip(self.widths, self.lit, strict=True)
            ],
            "zero": self.zero,
            "shares": np.round(self.shares, 2).tolist(),
            "names": list(self.names),
            "side": side,
            "n_pictures": len(small),
            "pictures": _two_a_byte(levels),
            "image": _two_a_byte((np.clip(self.image, 0, 1) * 15).round()),
            "lines": base64.b64encode(lines.tobytes()).decode("ascii"),
            "description": self.description,
        }


def _two_a_byte(values: np.ndarray) -> str:
    pairs = values.astype(np.uint8).reshape(-1, 2)
    return base64.b64encode((pairs[:, 0] << 4 | pairs[:, 1]).tobytes()).decode("ascii")


@np.errstate(over="ignore", invalid="ignore")  # of a run that blew up
def scene(
    network: MLP, image: np.ndarray | None, probabilities: np.ndarray | None = None, names: Sequence[str] = DIGITS
) -> Scene | None:
    """Return the compact picture of a network, or None if its weights or what they add up to are not finite.

    The image is (28, 28), 0 to 1, and ``probabilities`` the answer to it; both may be missing.
    """
    seen = np.zeros((28, 28), np.float32) if image is None else image
    activations = network.activations(seen[np.newaxis])
    if not np.isfinite(activations[-1]).all() or not np.isfinite(network.values).all():
        return None
    layers = trace(network, seen, SHOWN.get(len(network.layer_sizes) - 2, 7), activations)
    layers[-1] = replace(layers[-1], shown=tuple(range(len(layers[-1].sums))))  # all answers, beside their bars
    picture = scene_of(network, image, layers, activations, probabilities, names, n_patterns=len(layers) - 1)
    return picture if np.isfinite(picture.pictures).all() else None


def scene_of(
    network: MLP,
    image: np.ndarray | None,
    layers: list[LayerTrace],
    activations: Sequence[np.ndarray],
    probabilities: np.ndarray | None,
    names: Sequence[str],
    n_patterns: int,
) -> Scene:
    """Return the picture of a network's ``layers``, with the patterns of the first ``n_patterns`` of them."""
    seen = np.zeros((28, 28), np.float32) if image is None else image
    patterns = [
        pull_back(network, activations, layer.directions(), layer=number)
        for number, layer in enumerate(layers[:n_patterns])
    ]
    lit = [activity(network, layer.outputs)[list(layer.shown)] for layer in layers[:-1]]
    if image is None:  # without outputs, lines are as thick as their weights are large
        lit = [np.zeros_like(each) for each in lit]
        layers = [replace(layer, outputs=np.ones_like(layer.outputs)) for layer in layers]
    return Scene(
        widths=[len(layer.sums) for layer in layers[:-1]],
        lit=lit,
        zero=0.5 if network.activation == "tanh" else 0,
        shares=np.zeros(len(names)) if probabilities is None else np.nan_to_num(probabilities),
        pictures=scaled(np.concatenate(patterns)).reshape(-1, *seen.shape) if patterns else np.empty((0, *seen.shape)),
        image=seen,
        lines=_lines(layers),
        names=names,
        description=_description(layers, probabilities, names),
    )


def _lines(layers: list[LayerTrace]) -> list[tuple[int, int, int, float]]:
    """Return the lines with the places of their ends among the shown neurons."""
    places = [[0], *(layer.shown for layer in layers)]
    return [
        (depth, places[depth].index(source), places[depth + 1].index(target), strength)
        for depth, source, target, strength in wires(layers, LINKS)
    ]


def _description(layers: list[LayerTrace], probabilities: np.ndarray | None, names: Sequence[str]) -> str:
    neurons = mark("{n} of {all:,} neurons")
    parts = [tr("The drawing"), *(tr(neurons, n=len(each.shown), all=len(each.sums)) for each in layers[:-1])]
    answers = mark("{n} answers") if names == DIGITS else mark("{n} answers: {names}")
    parts.append(tr(answers, n=len(names), names=in_words(names)))
    read = mark("Look inside the whole network. {parts}; it reads {answer}.")
    empty = mark("Look inside the whole network. {parts}; nothing is drawn yet.")
    answer = None if probabilities is None else names[int(probabilities.argmax())]
    return tr(empty if answer is None else read, parts=_one_after_another(parts), answer=answer)


def _one_after_another(parts: Sequence[str]) -> str:
    text = ", ".join(parts[:2])
    for part in parts[2:]:
        text = tr("{before}, then {next}", before=text, next=part)
    return text


def network_widget(key: str, scene: dict[str, Any], numbers: Container[int], on_pick: Callable[[Pick], None]) -> None:
    """Draw a packed `Scene`; without ``neurons``, it is one button with the number 0.

    In a large picture, ``neurons`` has for each neuron and answer its number, name, texts, whether it is pressed (None
    if it cannot be) and probability as text. ``on_pick`` is called with each press on one of ``numbers``.
    """
    shades = {name: shade for name, shade in colors().items() if name in ("accent", "second", "paper", "line")}
    pick_from(key, {**scene, "colors": shades}, _CSS, numbers, on_pick, _JS)
