"""Multilayer perceptron: Dense layers with an activation between each two."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mlp.language import Later, mark
from mlp.nn.dropout import RATE, Dropout
from mlp.nn.layers import ACTIVATIONS, Dense, Layer, checked_dtype, checked_layer_sizes
from mlp.nn.parameters import Parameter
from mlp.nn.sequential import Sequential


class MLP(Sequential):
    """A stack of Dense layers with an activation between each two, as a shorthand for `Sequential`.

    Parameters
    ----------
    layer_sizes : sequence of int
        Inputs, the width of each hidden layer, outputs: ``[784, 100, 200, 10]``. At least two, each at least 1.
    activation : {"relu", "tanh", "sigmoid"}
        The activation between the Dense layers.
    rng : numpy.random.Generator
        Draws the initial weights.
    dtype : numpy dtype
        float32, or float64 to check gradients.
    initialization : {"xavier", "he", "gabor"}
        How the initial weights are drawn, see `Dense.initialize`; ``"gabor"`` applies to the first layer, and ``"he"``
        to the others.
    dropout : float
        Fraction of the hidden neurons that training skips, drawn anew for each image, at least 0 and less than 1, see
        `Dropout`. With 0 there is no such layer.

    Raises
    ------
    ValueError
        If a size, the activation, the type, the initialization or the dropout is invalid.
    TypeError
        If ``rng`` is not a generator.

    Notes
    -----
    All parameters are views into one flat array, ``values``, and all gradients into another, ``grads``, layer by layer,
    weight then bias: a copy of one array is a copy of the network.

    Examples
    --------
    >>> network = MLP([784, 100, 200, 10], rng=np.random.default_rng(42))
    >>> network.predict(np.zeros((5, 28, 28), np.uint8)).shape
    (5,)
    >>> network.n_parameters
    100710
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        *,
        activation: str = "relu",
        rng: np.random.Generator,
        dtype: Any = np.float32,
        initialization: str = "xavier",
        dropout: float = 0.0,
    ) -> None:
        self._lay_out(layer_sizes, activation, dropout, dtype)
        for number, dense in enumerate(self.dense_layers):
            dense.initialize(rng, "he" if number and initialization == "gabor" else initialization)

    @classmethod
    def zeros(
        cls, layer_sizes: Sequence[int], activation: str, *, dropout: float = 0.0, dtype: Any = np.float32
    ) -> "MLP":
        """Return a network whose parameters are all 0, to copy others into."""
        network = object.__new__(cls)
        network._lay_out(layer_sizes, activation, dropout, dtype)
        return network

    def _lay_out(self, layer_sizes: Sequence[int], activation: str, dropout: float, dtype: Any) -> None:
        """Make all layers, with parameters that are parts of a flat one and still 0."""
        if activation not in ACTIVATIONS:
            rule = mark("{name} must be one of {choices}, got {value}")
            raise ValueError(Later(rule, name="activation", choices=", ".join(ACTIVATIONS), value=repr(activation)))
        sizes = checked_layer_sizes(layer_sizes)
        self._layer_sizes, self._activation, self._dropout = sizes, activation, RATE.checked(dropout)
        self._all = Parameter(np.zeros(count_parameters(sizes), checked_dtype(dtype)))
        layers: list[Layer] = []
        start = 0
        for n_in, n_out in pairwise(sizes):
            weight, bias = self._all.part(start, (n_in, n_out)), self._all.part(start + n_in * n_out, (n_out,))
            start += (n_in + 1) * n_out
            layers += [Dense.of(weight, bias), ACTIVATIONS[activation](), *([Dropout(dropout)] if dropout else [])]
        super().__init__(layers[: -2 if dropout else -1])

    @property
    def layer_sizes(self) -> list[int]:
        """Inputs, the width of each hidden layer, outputs; a new list each time."""
        return list(self._layer_sizes)

    @property
    def activation(self) -> str:
        """Name of the activation between the Dense layers."""
        return self._activation

    @property
    def dropout(self) -> float:
        """Fraction of the hidden neurons that training skips, drawn anew for each image."""
        return self._dropout

    @property
    def values(self) -> np.ndarray:
        """All parameters; assigning copies into them."""
        return self._all.value

    @values.setter
    def values(self, numbers: np.ndarray) -> None:
        self._all.value = numbers

    @property
    def grads(self) -> np.ndarray:
        """All gradients of the last ``backward``; assigning copies into them."""
        return self._all.grad

    @grads.setter
    def grads(self, numbers: np.ndarray) -> None:
        self._all.grad = numbers

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return self.values.size

    def copy(self, dtype: Any = None, dropout: float | None = None) -> "MLP":
        """Return an independent copy of the parameters only, with another ``dtype`` or ``dropout`` if given."""
        twin = MLP.zeros(
            self.layer_sizes,
            self.activation,
            dropout=self.dropout if dropout is None else dropout,
            dtype=self.dtype if dtype is None else dtype,
        )
        twin.values[...] = self.values
        return twin

    def __repr__(self) -> str:
        """Return the shape, such as ``MLP(784 → 100 → 10, relu)``."""
        return f"MLP({' → '.join(map(str, self.layer_sizes))}, {self.activation})"


def count_parameters(layer_sizes: Sequence[int]) -> int:
    """Return the number of weights and biases of a network of these sizes.

    >>> count_parameters([784, 100, 200, 10])
    100710
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(layer_sizes))
