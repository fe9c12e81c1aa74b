"""Dropout: training skips random neurons at each step, so that the network relies on no single one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mlp.checks import Number
from mlp.nn.layers import FloatArray, Layer


class Dropout(Layer):
    """Set a fraction of the inputs to 0 at random, and scale up the others to compensate (inverted dropout).

    ``outputs = inputs · mask``, where an entry of the mask is 0 with probability ``rate``, else ``1 / (1 − rate)``
    (Srivastava et al. 2014, with the scaling in training, so that predictions need none).

    `mlp.train` draws a mask for each step and removes it afterward; in your own loop, use `mlp.dropping`. A mask from
    `draw` stays, so that a gradient can be compared with finite differences. Without a mask, and in ``apply``, all
    inputs pass.

    Parameters
    ----------
    rate : float
        At least 0 and less than 1.

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

    rate = Number("dropout", low=0, high=1, open_high=True)

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.mask: np.ndarray | None = None
        self.rng: np.random.Generator | None = None

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> None:
        """Draw the mask for inputs of this shape; equal generators draw equal masks."""
        self.mask = dropout_mask(shape, self.rate, rng)

    def apply(self, inputs: FloatArray) -> FloatArray:
        """Return the inputs unchanged: a network that reads uses all its neurons."""
        return inputs

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Multiply by the mask; within `dropping`, by a new one."""
        if self.rng is not None:
            self.draw(inputs.shape, self.rng)
        return inputs if self.mask is None else inputs * self.mask

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by the same mask."""
        return grad_outputs if self.mask is None else grad_outputs * self.mask

    def __repr__(self) -> str:
        """Return the layer with its rate, such as ``Dropout(0.5)``."""
        return f"Dropout({self.rate:g})"


def dropout_mask(shape: tuple[int, ...], rate: float, rng: np.random.Generator) -> np.ndarray:
    """Return a float32 mask: 0 with probability ``rate``, else ``1 / (1 − rate)``."""
    stays = rng.random(shape, dtype=np.float32) >= np.float32(rate)
    return stays * np.float32(1 / (1 - rate))


@contextmanager
def dropping(layers: Iterable[Any], rng: np.random.Generator | None) -> Iterator[None]:
    """Make each ``forward`` of the Dropout layers among these draw a mask, and remove the masks at the end.

    For a training loop of your own: ``with mlp.dropping(network.layers, rng):`` around ``forward`` and ``backward``.

    Parameters
    ----------
    layers : iterable of Layer
        Such as ``network.layers``; others than Dropout stay as they are.
    rng : numpy.random.Generator
        Draws the masks. With None, nothing is dropped.

    Raises
    ------
    TypeError
        If ``rng`` is neither.
    """
    if not isinstance(rng, np.random.Generator | None):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    dropouts = [layer for layer in layers if isinstance(layer, Dropout)]
    for dropout in dropouts:
        dropout.rng = rng
    try:
        yield
    finally:
        for dropout in dropouts:
            dropout.rng = dropout.mask = None
