"""Dropout: training skips random neurons, others for each image, so that the network relies on no single one."""

import numpy as np

from mlp.checks import Number
from mlp.nn.layers import FloatArray, Layer

RATE = Number("dropout", low=0, high=1, open_high=True)
"""The fraction to skip, as an attribute of a class."""


class Dropout(Layer):
    """Set a fraction of the inputs to 0 at random, and scale up the others to compensate (inverted dropout).

    ``outputs = inputs · mask``, where an entry of the mask is 0 with probability ``rate``, else ``1 / (1 − rate)``
    (Srivastava et al. 2014, with the scaling in training, so that predictions need none).

    Only a ``forward`` with a generator skips inputs, others for each row: `mlp.train` hands its own to each step. In
    your own loop, write ``network.forward(images, rng)``. Generators in the same state draw the same mask, so that a
    gradient can be compared with finite differences.

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
    >>> layer.forward(np.ones((1, 4)), np.random.default_rng(0)).tolist()
    [[2.0, 2.0, 2.0, 0.0]]
    """

    rate = RATE

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.mask: np.ndarray | None = None  # of the last forward

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return a float32 mask: 0 with probability ``rate``, else ``1 / (1 − rate)``."""
        stays = rng.random(shape, dtype=np.float32) >= np.float32(self.rate)
        return stays * np.float32(1 / (1 - self.rate))

    def forward(self, inputs: FloatArray, rng: np.random.Generator | None = None) -> FloatArray:
        """Multiply by a new mask; without ``rng``, return the inputs."""
        self.mask = None if rng is None else self.draw(inputs.shape, rng)
        return inputs if self.mask is None else inputs * self.mask

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by the same mask."""
        return grad_outputs if self.mask is None else grad_outputs * self.mask

    def __repr__(self) -> str:
        """Return the layer with its rate, such as ``Dropout(0.5)``."""
        return f"Dropout({self.rate:g})"
