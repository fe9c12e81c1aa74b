"""Multilayer perceptron: Dense layers with an activation between each two."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mlp.nn.dropout import Dropout
from mlp.nn.layers import ACTIVATIONS, Dense, Layer
from mlp.nn.parameters import Flat
from mlp.nn.sequential import Sequential


class MLP(Sequential):
    """A stack of Dense layers with an activation between each two: the short way to a `Sequential` of them.

    Parameters
    ----------
    layer_sizes : sequence of int
        Inputs, the width of each hidden layer, outputs: ``[784, 100, 200, 10]``. At least two, each at least 1.
    activation : {"relu", "tanh", "sigmoid"}
        What stands between the Dense layers.
    rng : numpy.random.Generator
        Where the first weights come from.
    dtype : numpy dtype
        float32, or float64 to check gradients.
    initialization : {"xavier", "he", "gabor"}
        How the first weights are drawn, see `Dense.initialize`; ``"gabor"`` is for the layer that sees the image, and
        leaves the others to ``"he"``.
    dropout : float
        Share of the hidden neurons that sit out a step of training, 0 up to but not 1, see `Dropout`; their masks come
        from `draw_masks`. With 0 there is no such layer.

    Raises
    ------
    ValueError
        If a size, the activation, the type, the initialisation or the dropout is not one of these.
    TypeError
        If ``rng`` is not a generator.

    Notes
    -----
    All parameters are views into one flat array, ``values``, and all gradients into another, ``grads``, layer by layer,
    weight then bias: an optimizer can change them all in one call, and a copy of one array is a copy of the network.

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
        self.activation = activation
        self.dropout = Dropout(dropout).rate
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"a network's dtype must be float32 or float64, got {self.dtype}")
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
        self._build(np.zeros(count_parameters(self.layer_sizes), self.dtype))
        for number, layer in enumerate(self.dense_layers):
            layer.initialize(rng, "he" if number and initialization == "gabor" else initialization)

    def _build(self, values: np.ndarray) -> None:
        """Make the layers around one flat array of parameters."""
        flat = Flat(values)
        self.values, self._grads = flat.values, flat.grads
        layers: list[Layer] = []
        start = 0
        for n_in, n_out in pairwise(self.layer_sizes):
            weight = flat.part(start, (n_in, n_out))
            bias = flat.part(start + n_in * n_out, (n_out,))
            start += (n_in + 1) * n_out
            layers += [Dense(weight, bias)]
            if start < flat.values.size:  # the last Dense gives logits
                layers += [ACTIVATIONS[self.activation](), *([Dropout(self.dropout)] if self.dropout else [])]
        super().__init__(layers)

    @property
    def grads(self) -> np.ndarray:
        """All gradients of the last ``backward``."""
        for parameter in self.parameters():
            parameter.settle()
        return self._grads

    @property
    def n_parameters(self) -> int:
        """How many numbers training changes."""
        return self.values.size

    @property
    def dropouts(self) -> list[Dropout]:
        """The Dropout layers, one behind each hidden layer, or none."""
        return [layer for layer in self.layers if isinstance(layer, Dropout)]

    def draw_masks(self, n: int, rng: np.random.Generator) -> None:
        """Draw which hidden neurons sit out the next step, for each of ``n`` examples."""
        for dense, dropout in zip(self.dense_layers, self.dropouts, strict=False):
            dropout.draw((n, dense.n_out), rng)

    def take_masks(self, other: "MLP") -> None:
        """Let the same neurons sit out as in another network of this shape."""
        for own, others in zip(self.dropouts, other.dropouts, strict=True):
            own.mask = others.mask

    def __getstate__(self) -> dict[str, Any]:
        """Pickle one flat array and its shape; buffers and views are made anew."""
        return {
            "layer_sizes": self.layer_sizes,
            "activation": self.activation,
            "dropout": self.dropout,
            "dtype": self.dtype,
            "values": self.values,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the layers around the pickled parameters."""
        values = state.pop("values")
        self.__dict__.update(state)
        self._build(values)

    def copy(self, dtype: Any = None, dropout: float | None = None) -> "MLP":
        """Make an independent copy; with another ``dtype`` if given."""
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        twin = object.__new__(MLP)
        values = self.values.astype(dtype)  # a copy, also where the type stays
        dropout = self.dropout if dropout is None else dropout
        twin.__setstate__({**self.__getstate__(), "dtype": dtype, "dropout": dropout, "values": values})
        return twin

    def replica(self) -> "MLP":
        """Make a second network over the same parameters, with gradients and buffers of its own, for another thread."""
        twin = object.__new__(MLP)
        twin.__setstate__(self.__getstate__())
        return twin

    def __repr__(self) -> str:
        """Show the shape, as ``MLP(784 → 100 → 10, relu)``."""
        return f"MLP({' → '.join(map(str, self.layer_sizes))}, {self.activation})"


def checked_layer_sizes(layer_sizes: Iterable[int]) -> list[int]:
    """Give the sizes as Python ints, or raise a ValueError that names the wrong one."""
    sizes = list(layer_sizes)
    shown = " -> ".join(map(str, sizes)) or "none"
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least two layer sizes, inputs and outputs, got {shown}")
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
            raise ValueError(f"layer sizes must be whole numbers, got {shown}")
        if size < 1:
            raise ValueError(f"layer sizes must be at least 1, got {shown}")
    return [int(size) for size in sizes]


def count_parameters(layer_sizes: Sequence[int]) -> int:
    """Count the weights and biases of a network of these sizes.

    Examples
    --------
    >>> count_parameters([784, 100, 200, 10])
    100710
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(layer_sizes))
