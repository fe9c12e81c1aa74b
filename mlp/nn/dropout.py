"""Dropout: in training, neurons that sit out a step, so that no few of them are relied on."""

import numpy as np

from mlp.checks import checked
from mlp.nn.layers import FloatArray, Layer
from mlp.nn.products.buffer import Buffer


class Dropout(Layer):
    """Set a share of the inputs to 0 at random, and scale the others up to make up for it (inverted dropout).

    ``outputs = inputs · mask``, where an entry of the mask is 0 with probability ``rate``, else ``1 / (1 − rate)``
    (Srivastava et al. 2014, with the scaling in training, so that predicting needs none).

    The mask is drawn before a step, by `draw`, and stays until the next one: whoever trains says where chance comes
    from, and a gradient can be held against finite differences while the mask is fixed. Without a mask, and in
    ``apply``, everything passes.

    Parameters
    ----------
    rate : float
        0 up to but not 1.
    rng : numpy.random.Generator, optional
        Lets each ``forward`` draw a mask of its own, for a `Sequential` that `mlp.train` trains.

    Raises
    ------
    ValueError
        If the rate is not in that range.

    Examples
    --------
    >>> layer = Dropout(0.5)
    >>> layer.forward(np.ones((1, 4))).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    >>> layer.draw((1, 4), np.random.default_rng(0))
    >>> layer.forward(np.ones((1, 4))).tolist()
    [[2.0, 2.0, 2.0, 0.0]]
    """

    def __init__(self, rate: float, rng: np.random.Generator | None = None) -> None:
        self.rate = checked("dropout", rate, low=0, high=1, open_high=True)
        self.rng = rng
        self.mask: np.ndarray | None = None
        self._outputs = Buffer()

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> None:
        """Draw the mask for inputs of this shape; the same generator gives the same mask."""
        stays = rng.random(shape, dtype=np.float32) >= np.float32(self.rate)
        self.mask = stays * np.float32(1 / (1 - self.rate))

    def apply(self, inputs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Pass everything: a network that reads uses all its neurons."""
        if out is None:
            return inputs
        out[...] = inputs
        return out

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Multiply by the mask, into a buffer: the activation before it needs its outputs as they are."""
        if self.rng is not None:
            self.draw(inputs.shape, self.rng)
        if self.mask is None:
            return inputs
        return np.multiply(inputs, self.mask, out=self._outputs.rows(inputs.shape, inputs.dtype))

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by the same mask."""
        if self.mask is not None:
            grad_outputs *= self.mask
        return grad_outputs
