"""Dropout: in training, neurons that sit out a step, so that no few of them are relied on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mlp.checks import checked
from mlp.nn.layers import FloatArray, Layer


class Dropout(Layer):
    """Set a share of the inputs to 0 at random, and scale the others up to make up for it (inverted dropout).

    ``outputs = inputs · mask``, where an entry of the mask is 0 with probability ``rate``, else ``1 / (1 − rate)``
    (Srivastava et al. 2014, with the scaling in training, so that predicting needs none).

    `mlp.train` draws a mask for each step and takes it away after it; in a loop of your own, `dropping` does. A mask
    that `draw` made stays, so that a gradient can be held against finite differences. Without a mask, and in ``apply``,
    everything passes.

    Parameters
    ----------
    rate : float
        0 up to but not 1.

    Raises
    ------
    ValueError
        If the rate is not in that range.

    Examples
    --------
    >>> layer = Dropout(0.5)
    >>> layer.forward(np.ones((1, 4))).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    >>> with dropping([layer], np.random.default_rng(0)):
    ...     layer.forward(np.ones((1, 4))).tolist()
    [[2.0, 2.0, 2.0, 0.0]]
    """

    def __init__(self, rate: float) -> None:
        self.rate = checked("dropout", rate, low=0, high=1, open_high=True)
        self.mask: np.ndarray | None = None
        self.rng: np.random.Generator | None = None

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> None:
        """Draw the mask for inputs of this shape; the same generator gives the same mask."""
        self.mask = dropout_mask(shape, self.rate, rng)

    def apply(self, inputs: FloatArray) -> FloatArray:
        """Pass everything: a network that reads uses all its neurons."""
        return inputs

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Multiply by the mask, a new one where `dropping` says where chance comes from."""
        if self.rng is not None:
            self.draw(inputs.shape, self.rng)
        return inputs if self.mask is None else inputs * self.mask

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by the same mask."""
        return grad_outputs if self.mask is None else grad_outputs * self.mask

    def __repr__(self) -> str:
        """Show the rate, as ``Dropout(0.5)``."""
        return f"Dropout({self.rate:g})"


def dropout_mask(shape: tuple[int, ...], rate: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a float32 mask: 0 with probability ``rate``, else ``1 / (1 − rate)``."""
    stays = rng.random(shape, dtype=np.float32) >= np.float32(rate)
    return stays * np.float32(1 / (1 - rate))


@contextmanager
def dropping(layers: Iterable[Any], rng: np.random.Generator) -> Iterator[None]:
    """Let each ``forward`` of the Dropout layers among these draw a mask, and leave none at the end."""
    dropouts = [layer for layer in layers if isinstance(layer, Dropout)]
    for dropout in dropouts:
        dropout.rng = rng
    try:
        yield
    finally:
        for dropout in dropouts:
            dropout.rng = dropout.mask = None
