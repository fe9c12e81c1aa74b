"""Multilayer perceptron: Dense layers with an activation between each two."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mlp.nn.dropout import Dropout
from mlp.nn.layers import ACTIVATIONS, Dense, Layer, checked_dtype, checked_sizes
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
        Fraction of the hidden neurons to skip at each step of training, at least 0 and less than 1, see `Dropout`. With
        0 there is no such layer.

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
        self.layer_sizes = checked_layer_sizes(layer_sizes)
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
        dtype = checked_dtype(dtype)
        dense_layers = []
        for number, (n_in, n_out) in enumerate(pairwise(self.layer_sizes)):
            kind = "he" if number and initialization == "gabor" else initialization
            dense_layers.append(Dense(n_in, n_out, rng=rng, initialization=kind, dtype=dtype))
        self._stack(dense_layers, activation, Dropout(dropout).rate)

    def _stack(self, dense_layers: list[Dense], activation: str, dropout: float) -> None:
        """Put an activation, and dropout if any, after each Dense layer but the last."""
        self.activation, self.dropout = activation, dropout
        layers: list[Layer] = []
        for dense in dense_layers:
            layers += [dense, ACTIVATIONS[activation](), *([Dropout(dropout)] if dropout else [])]
        super().__init__(layers[: -2 if dropout else -1])
        self._join_parameters()

    def _join_parameters(self) -> None:
        """Move all parameters into one flat array, and their gradients into another."""
        size = count_parameters(self.layer_sizes)
        self._all = Parameter(np.zeros(size, self.dtype))
        start = 0
        for parameter in self.parameters():
            place, shape = slice(start, start + parameter.value.size), parameter.value.shape
            parameter.move(self.values[place].reshape(shape), self.grads[place].reshape(shape))
            start = place.stop

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

    @property
    def dropouts(self) -> list[Dropout]:
        """The Dropout layers, one after each hidden layer, or none."""
        return [layer for layer in self.layers if isinstance(layer, Dropout)]

    def draw_masks(self, n: int, rng: np.random.Generator) -> None:
        """Draw the hidden neurons to skip, for each of ``n`` examples, until `remove_masks`."""
        for dense, dropout in zip(self.dense_layers, self.dropouts, strict=False):
            dropout.draw((n, dense.n_out), rng)

    def take_masks(self, other: "MLP") -> None:
        """Skip the same neurons as another network of this shape."""
        for own, others in zip(self.dropouts, other.dropouts, strict=True):
            own.mask = others.mask

    def remove_masks(self) -> None:
        """Use all neurons again."""
        for dropout in self.dropouts:
            dropout.mask = None

    def __getstate__(self) -> dict[str, Any]:
        """Pickle each parameter once, by its layer."""
        return {name: kept for name, kept in vars(self).items() if name != "_all"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the flat arrays; an optimizer that was pickled with the parameters keeps working on them."""
        self.__dict__.update(state)
        self._join_parameters()

    def copy(self, dtype: Any = None, dropout: float | None = None) -> "MLP":
        """Return an independent copy of the parameters only, with another ``dtype`` or ``dropout`` if given."""
        dtype = self.dtype if dtype is None else checked_dtype(dtype)
        twin = object.__new__(MLP)
        twin.layer_sizes = list(self.layer_sizes)
        dense_layers = [
            Dense.of(layer.weight.value.astype(dtype, copy=False), layer.bias.value.astype(dtype, copy=False))
            for layer in self.dense_layers
        ]  # copied into the flat array
        twin._stack(dense_layers, self.activation, self.dropout if dropout is None else Dropout(dropout).rate)
        return twin

    def __repr__(self) -> str:
        """Return the shape, such as ``MLP(784 → 100 → 10, relu)``."""
        return f"MLP({' → '.join(map(str, self.layer_sizes))}, {self.activation})"


def checked_layer_sizes(layer_sizes: Iterable[int]) -> list[int]:
    """Return the sizes as Python ints, or raise a ValueError that names the wrong one."""
    sizes = list(layer_sizes)
    if len(sizes) < 2:
        shown = " -> ".join(map(str, sizes)) or "none"
        raise ValueError(f"a network needs at least two layer sizes, inputs and outputs, got {shown}")
    return checked_sizes(sizes)


def count_parameters(layer_sizes: Sequence[int]) -> int:
    """Return the number of weights and biases of a network of these sizes.

    Examples
    --------
    >>> count_parameters([784, 100, 200, 10])
    100710
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(layer_sizes))
