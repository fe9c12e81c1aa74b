"""The image that drives a neuron, or an answer, furthest: ascent from noise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mlp.analysis.attribution import place_of_sums, pull_back
from mlp.nn.network import MLP

STEPS = 200
RATE, DECAY = 0.05, 1.0
MAX_SHIFT_PX = 2
SEED = 0
"""Of the noise and of each step's shift."""


@dataclass(frozen=True, eq=False)
class Wish:
    """An image that is changed step by step to increase a neuron's sum.

    The ascent is on ``sum(x) − decay · ‖x‖² / 2`` within 0..1, where ``sum`` is the neuron's, before its activation
    (Erhan et al. 2009; with decay Simonyan et al. 2014, equation 1). Its gradient is divided by its root mean square,
    so that networks of any scale take the same steps. Beyond the first layer, each step sees the image shifted by a few
    pixels, so that no single pixels are fitted (jitter, Mordvintsev et al. 2015). For a neuron of the first layer this
    is not needed: its image is the positive part of its weights, clipped to black and white.
    """

    network: MLP
    layer: int  # the Dense layer, from 0
    neuron: int  # its position in the layer
    image: np.ndarray  # (784,) float32, as it is now
    sums: tuple[float, ...] = ()  # the neuron's sum before each step

    @property
    def progress(self) -> float:
        """Fraction of the steps done, 0 to 1."""
        return len(self.sums) / STEPS

    @property
    def direction(self) -> np.ndarray:
        """Weights of the layer's sums, (1, width): 1 at the neuron."""
        row = np.zeros((1, self.network.layer_sizes[self.layer + 1]), self.network.dtype)
        row[0, self.neuron] = 1
        return row

    def remaining(self) -> Iterator["Wish"]:
        """Yield the ascent after each further step."""
        network, direction, place = self.network, self.direction, place_of_sums(self.network, self.layer)
        image, sums = self.image.copy(), list(self.sums)
        side = int(len(image) ** 0.5)
        most = MAX_SHIFT_PX if self.layer else 0
        while len(sums) < STEPS:
            down, right = np.random.default_rng((SEED, len(sums))).integers(-most, most + 1, 2)
            moved = np.roll(image.reshape(side, side), (down, right), (0, 1)).reshape(1, -1)
            activations = network.activations(moved)
            sums.append(float(activations[place][0, self.neuron]))
            slope = pull_back(network, activations, direction, layer=self.layer)[0]
            slope = np.roll(slope.reshape(side, side), (-down, -right), (0, 1)).ravel()
            size = float(np.sqrt(np.square(slope).mean()))
            image += RATE * (slope / max(size, 1e-12) - DECAY * image)
            np.clip(image, 0, 1, out=image)
            yield replace(self, image=image, sums=tuple(sums))


def wish(network: MLP, layer: int, neuron: int) -> Wish:
    """Return an ascent that starts from faint noise.

    Raises a ValueError if the network has no such layer or neuron.

    >>> begun = wish(MLP([784, 10], rng=np.random.default_rng(0)), 0, 7)
    >>> *_, found = begun.remaining()
    >>> found.progress
    1.0
    """
    widths = network.layer_sizes[1:]
    if not 0 <= layer < len(widths):
        raise ValueError(f"layer must be from 0 to {len(widths) - 1}, got {layer}")
    if not 0 <= neuron < widths[layer]:
        raise ValueError(f"neuron must be from 0 to {widths[layer] - 1}, got {neuron}")
    noise = np.random.default_rng(SEED).random(network.layer_sizes[0], np.float32)
    return Wish(network, layer, neuron, 0.2 * noise)


def sum_of(wish: Wish) -> float:
    """Return the neuron's sum, before its activation, for the current image."""
    activations = wish.network.activations(wish.image[np.newaxis])
    return float(activations[place_of_sums(wish.network, wish.layer)][0, wish.neuron])
