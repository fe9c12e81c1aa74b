"""The multilayer perceptron: layers in order, run forward to logits and backward to gradients."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mlp.nn.blas import one_blas_thread
from mlp.nn.layers import ACTIVATIONS, Buffer, Dense, Layer
from mlp.nn.looks import LOOKS, looks_at, mean_opinion
from mlp.nn.losses import softmax
from mlp.nn.parameters import Parameter

PREDICT_ROWS = 1_000  # examples at a time, so that predicting 60,000 needs no more memory than this many


class MLP:
    """A stack of Dense layers with an activation between each two.

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

    Raises
    ------
    ValueError
        If a size, the activation, the type or the initialisation is not one of these.
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
    ) -> None:
        self.layer_sizes = checked_layer_sizes(layer_sizes)
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
        self.activation = activation
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"a network's dtype must be float32 or float64, got {self.dtype}")
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
        self.temperature = 1.0
        self._looks = 1
        self.facts: dict[str, Any] = {}
        self._build(np.zeros(count_parameters(self.layer_sizes), self.dtype))
        for number, layer in enumerate(self.dense_layers):
            layer.initialize(rng, "he" if number and initialization == "gabor" else initialization)

    def _build(self, values: np.ndarray) -> None:
        """Make the layers around one flat array of parameters."""
        self.values = values
        self.grads = np.zeros_like(values)
        self.layers: list[Layer] = []
        self._inputs = Buffer()
        start = 0
        for n_in, n_out in pairwise(self.layer_sizes):
            pair = []
            for shape in ((n_in, n_out), (n_out,)):
                part = slice(start, start + int(np.prod(shape)))
                pair.append(Parameter(values[part].reshape(shape), self.grads[part].reshape(shape)))
                start = part.stop
            self.layers += [Dense(*pair), ACTIVATIONS[self.activation]()]
        self.layers.pop()  # the last Dense gives logits

    @property
    def dense_layers(self) -> list[Dense]:
        """The layers that have parameters, in order."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    @property
    def n_parameters(self) -> int:
        """How many numbers training changes."""
        return self.values.size

    def parameters(self) -> list[Parameter]:
        """List all parameters, layer by layer, weight then bias."""
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    @one_blas_thread
    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the logits of a batch and keep in every layer what ``backward`` needs.

        Parameters
        ----------
        x : array, shape (n, inputs) or (n, height, width)
            Float in 0..1, or uint8 in 0..255.

        Returns
        -------
        logits : float array, shape (n, outputs)
            Scores before softmax.

        Raises
        ------
        TypeError, ValueError
            If ``x`` has another type or shape.
        """
        array = self._as_array(x)
        outputs = self._as_inputs(array, out=self._inputs.rows(array.shape, self.dtype))
        for layer in self.layers:
            outputs = layer.forward(outputs)
        return outputs.copy()  # the layer will write over its own buffer at the next step

    @one_blas_thread
    def backward(self, grad_logits: np.ndarray) -> None:
        """Fill every parameter's ``grad`` for the batch that ``forward`` saw last.

        Parameters
        ----------
        grad_logits : float array, shape (n, outputs)
            dL/d(logits), as `softmax_cross_entropy` gives it.
        """
        grad = np.asarray(grad_logits, self.dtype)
        for layer in reversed(self.layers[1:]):
            grad = layer.backward(grad)
        self.dense_layers[0].backward_parameters(grad)

    @one_blas_thread
    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """List what every layer gives for ``x``, input first, logits last; nothing is kept or overwritten."""
        outputs = [self._as_inputs(x)]
        for layer in self.layers:
            outputs.append(layer.apply(outputs[-1]))
        return outputs

    @one_blas_thread
    def logits(self, x: np.ndarray) -> np.ndarray:
        """Compute the logits of any number of examples without touching what training keeps.

        Where ``looks`` is 5 they are the mean of five log-probabilities, one for each place.
        Safe to call from several threads, and between ``forward`` and ``backward``.
        """
        inputs = self._as_array(x)
        if inputs.dtype.kind == "f" and not np.isfinite(inputs).all():
            raise ValueError("images must be finite numbers, got NaN or infinity among them")
        logits = np.empty((len(inputs), self.layer_sizes[-1]), self.dtype)
        for start in range(0, len(inputs), PREDICT_ROWS):
            part = inputs[start : start + PREDICT_ROWS]
            outputs = self._as_inputs(part if self.looks == 1 else looks_at(part))
            for layer in self.layers:
                outputs = layer.apply(outputs)
            logits[start : start + PREDICT_ROWS] = outputs if self.looks == 1 else mean_opinion(outputs)
        return logits

    @property
    def looks(self) -> int:
        """At how many places it looks before it answers, 1 or 5, see `mlp.nn.looks`; kept with the model."""
        return self._looks

    @looks.setter
    def looks(self, looks: int) -> None:
        if looks not in LOOKS or (looks > 1 and math.isqrt(self.layer_sizes[0]) ** 2 != self.layer_sizes[0]):
            raise ValueError(f"looks must be 1, or 5 for a network of square images, got {looks!r} for {self}")
        self._looks = int(looks)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Name the likeliest class of each example, shape (n,); ties go to the lower class."""
        return self.logits(x).argmax(axis=1)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Give the probability of each class, shape (n, outputs), each row summing to 1.

        Logits are divided by ``temperature`` first, a number kept with the model that makes its confidence match its
        accuracy (Guo et al. 2017, equation 9); it is 1 where nobody measured it.
        """
        return softmax(self.logits(x) / self.temperature)

    def _as_array(self, x: np.ndarray) -> np.ndarray:
        """View ``x`` as (n, inputs), or say what is wrong with its type or shape."""
        array = np.asarray(x)
        if array.dtype.kind != "f" and array.dtype != np.uint8:
            raise TypeError(f"images must be floats in 0..1 or uint8 in 0..255, got {array.dtype}")
        n_in = self.layer_sizes[0]
        if array.ndim == 3 and array.shape[1] * array.shape[2] == n_in:
            array = array.reshape(len(array), n_in)
        if array.ndim != 2 or array.shape[1] != n_in:
            side = int(n_in**0.5)
            square = f" or (n, {side}, {side})" if side * side == n_in else ""
            raise ValueError(f"images must have the shape (n, {n_in}){square}, got {array.shape}")
        return array

    def _as_inputs(self, x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Give ``x`` as (n, inputs) in the network's own type, uint8 scaled to 0..1."""
        array = self._as_array(x)
        if array.dtype != np.uint8:
            return array.astype(self.dtype, copy=False)
        inputs = np.empty(array.shape, self.dtype) if out is None else out
        inputs[...] = array  # then scaled in place: a quarter faster than a product of mixed types
        inputs *= 1 / 255
        return inputs

    def __getstate__(self) -> dict[str, Any]:
        """Pickle one flat array and the facts around it; buffers and views are made anew."""
        return {
            "layer_sizes": self.layer_sizes,
            "activation": self.activation,
            "dtype": self.dtype,
            "temperature": self.temperature,
            "_looks": self.looks,
            "facts": self.facts,
            "values": self.values,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the layers around the pickled parameters."""
        values = state.pop("values")
        self.__dict__.update(state)
        self._build(values)

    def copy(self, dtype: Any = None) -> "MLP":
        """Make a second network with the same parameters, which lives its own life; in another ``dtype`` if given."""
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        twin = object.__new__(MLP)
        values = self.values.astype(dtype)  # a copy, also where the type stays
        twin.__setstate__({**self.__getstate__(), "dtype": dtype, "values": values, "facts": dict(self.facts)})
        return twin

    def replica(self) -> "MLP":
        """Make a second network over the same parameters, with gradients and buffers of its own, for another thread."""
        twin = object.__new__(MLP)
        twin.__setstate__({**self.__getstate__(), "facts": dict(self.facts)})
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
