"""Layers of a network: each maps a batch forward, and the gradient of the loss backward."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from mlp.language import Later
from mlp.nn.gabor import gabor_patches
from mlp.nn.parameters import Parameter

FloatArray = np.ndarray  # float32 in practice, float64 where gradients are checked; the first axis is the batch

INITIALIZATIONS = ("xavier", "he", "gabor")


class Kept:
    """An attribute that ``forward`` sets for ``backward``; reading it before raises a RuntimeError."""

    def __get__(self, layer: Any, kind: type | None = None) -> Any:
        """Raise the error, as what ``forward`` has set comes before this; on the class, return the descriptor."""
        if layer is None:
            return self
        raise RuntimeError(f"backward needs a forward before it, and {layer!r} has had none")


class Layer:
    """One stage of a network.

    ``forward`` keeps references to what ``backward`` needs, so neither inputs nor outputs may change in between: a
    network hands on its arrays read-only, and predicts with copies of its layers. A custom layer needs ``forward`` and
    ``backward``; each `Parameter` among its attributes learns. A `Parameter` stays that of its layer; assign to its
    ``value``.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; an AttributeError if it is a parameter, as networks and optimizers hold it, too."""
        if isinstance(vars(self).get(name), Parameter):
            raise AttributeError(f"{self!r} keeps its {name}, which networks and optimizers share; assign {name}.value")
        super().__setattr__(name, value)

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Map (batch, n_in) to (batch, n_out) and keep what ``backward`` needs."""
        raise NotImplementedError(f"a layer needs a forward of its own, and {self!r} has none")

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Map dL/d(outputs) to dL/d(inputs), overwriting the gradients of its parameters."""
        raise NotImplementedError(f"a layer needs a backward of its own, and {self!r} has none")

    def parameters(self) -> list[Parameter]:
        """Return the parameters that it keeps, see `kept_parameters`: weight, then bias; most layers have none."""
        return kept_parameters(self)

    def __repr__(self) -> str:
        """Return the kind of layer, such as ``ReLU()``."""
        return f"{type(self).__name__}()"


def kept_parameters(layer: Any) -> list[Parameter]:
    """Return the parameters among a layer's attributes, in lists and layers there, too: in order, and each once."""
    found: list[Parameter] = []
    values = [*getattr(layer, "__dict__", {}).values()]
    while values:
        value = values.pop(0)
        if isinstance(value, Parameter):
            found.append(value)
        elif isinstance(value, Layer):
            found += value.parameters()
        elif isinstance(value, (list, tuple, dict)):
            values[:0] = value.values() if isinstance(value, dict) else value
    return list({id(parameter): parameter for parameter in found}.values())


class Dense(Layer):
    """Every output is a weighted sum of every input, plus a bias: ``outputs = inputs @ W + b``.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and outputs per example, at least 1.
    rng : numpy.random.Generator
        Draws the initial weights, see `initialize`.
    initialization : {"xavier", "he", "gabor"}
    dtype : numpy dtype
        float32, or float64 to check gradients.

    Raises
    ------
    ValueError
        If a size, the initialization or the type is invalid.
    TypeError
        If ``rng`` is not a generator.

    Examples
    --------
    >>> layer = Dense(784, 100, rng=np.random.default_rng(42))
    >>> layer, layer.weight
    (Dense(784, 100), Parameter(784 × 100, float32))
    """

    inputs: Any = Kept()

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        initialization: str = "xavier",
        dtype: DTypeLike = np.float32,
    ) -> None:
        n_in, n_out = checked_layer_sizes([n_in, n_out])
        dtype = checked_dtype(dtype)
        self.weight = Parameter(np.zeros((n_in, n_out), dtype))
        self.bias = Parameter(np.zeros(n_out, dtype))
        self.initialize(rng, initialization)

    @classmethod
    def of(cls, weight: Parameter, bias: Parameter) -> "Dense":
        """Return a layer of existing parameters, of shapes (n_in, n_out) and (n_out,)."""
        layer = object.__new__(cls)
        layer.weight, layer.bias = weight, bias
        return layer

    @property
    def n_in(self) -> int:
        """Number of inputs per example."""
        return int(self.weight.value.shape[0])

    @property
    def n_out(self) -> int:
        """Number of outputs per example."""
        return int(self.weight.value.shape[1])

    def initialize(self, rng: np.random.Generator, initialization: str = "xavier") -> None:
        """Draw new weights, and set the bias to zero.

        Parameters
        ----------
        rng : numpy.random.Generator
            Draws the weights.
        initialization : {"xavier", "he", "gabor"}
            ``"xavier"`` draws from N(0, 2 / (n_in + n_out)), which keeps the variance of activations and gradients
            even from layer to layer (Glorot and Bengio 2010, equation 12). ``"he"`` draws from N(0, 2 / n_in), which
            compensates for the half that a ReLU cuts away (He et al. 2015, equation 10). ``"gabor"`` draws small
            gratings, for a layer whose inputs are the pixels of a square image, see `mlp.nn.gabor`.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
        if initialization not in INITIALIZATIONS:
            raise ValueError(f"initialization must be one of {', '.join(INITIALIZATIONS)}, got {initialization!r}")
        if initialization == "gabor":
            self.weight.value[...] = gabor_patches(self.n_in, self.n_out, rng)
        else:
            fan = self.n_in + self.n_out if initialization == "xavier" else self.n_in
            self.weight.value[...] = rng.standard_normal(self.weight.value.shape) * math.sqrt(2 / fan)
        self.bias.value[...] = 0

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Map (batch, n_in) to (batch, n_out) and keep ``inputs`` for ``backward``."""
        self.inputs = inputs
        outputs = inputs @ self.weight.value
        outputs += self.bias.value
        return outputs

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Map dL/d(outputs) to dL/d(inputs), overwriting the gradients of weight and bias."""
        self.fill_gradients(grad_outputs)
        return grad_outputs @ self.weight.value.T

    def fill_gradients(self, grad_outputs: FloatArray) -> None:
        """Overwrite the gradients of weight and bias only: nobody needs that of a network's images."""
        np.matmul(self.inputs.T, grad_outputs, out=self.weight.grad)
        np.sum(grad_outputs, axis=0, out=self.bias.grad)

    def __repr__(self) -> str:
        """Return the sizes, such as ``Dense(784, 100)``."""
        return f"Dense({self.n_in}, {self.n_out})"


class Activation(Layer):
    """An elementwise function; its derivative, ``slope``, is computed from its outputs."""

    outputs: Any = Kept()

    def function(self, sums: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Return the function of ``sums``, in ``out`` if given, which may be ``sums`` itself."""
        raise NotImplementedError

    def slope(self, outputs: FloatArray) -> np.ndarray:
        """Return the derivative of the function where it has these outputs."""
        raise NotImplementedError

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Compute the function, and keep its outputs for ``backward``."""
        self.outputs = self.function(inputs)
        return self.outputs

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by the derivative."""
        return grad_outputs * self.slope(self.outputs)


class ReLU(Activation):
    """Keep positive values, replace others by 0: ``max(0, x)``."""

    def function(self, sums: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Return max(0, x)."""
        return np.maximum(sums, np.zeros_like(sums), out=out)  # an array takes half the time of the number 0

    def slope(self, outputs: FloatArray) -> np.ndarray:
        """Return 1 where the output is positive; at 0 the derivative is taken as 0."""
        return outputs > 0


class Tanh(Activation):
    """Squash to −1..1: ``tanh(x)``, with derivative ``1 − tanh(x)²``."""

    def function(self, sums: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Return tanh(x)."""
        return np.tanh(sums, out=out)

    def slope(self, outputs: FloatArray) -> np.ndarray:
        """Return 1 − y²."""
        return 1 - outputs * outputs


class Sigmoid(Activation):
    """Squash to 0..1: ``1 / (1 + exp(−x))``, with derivative ``y (1 − y)``."""

    def function(self, sums: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Return 1 / (1 + exp(−x)) as (1 + tanh(x / 2)) / 2, which cannot overflow."""
        outputs = np.tanh(np.multiply(sums, 0.5, out=out), out=out)
        outputs += 1
        outputs *= 0.5
        return outputs

    def slope(self, outputs: FloatArray) -> np.ndarray:
        """Return y (1 − y)."""
        return outputs * (1 - outputs)


ACTIVATIONS: dict[str, type[Activation]] = {"relu": ReLU, "tanh": Tanh, "sigmoid": Sigmoid}


def checked_layer_sizes(layer_sizes: Iterable[int]) -> list[int]:
    """Return layer sizes as Python ints, or raise a ValueError that names the wrong one.

    >>> checked_layer_sizes([784, 10])
    [784, 10]
    """
    sizes = list(layer_sizes)
    shown = " -> ".join(map(str, sizes)) or "none"
    if len(sizes) < 2:
        raise ValueError(
            Later("a network needs at least two layer sizes, inputs and outputs, got {sizes}", sizes=shown)
        )
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
            raise ValueError(Later("layer sizes must be whole numbers, got {sizes}", sizes=shown))
        if size < 1:
            raise ValueError(Later("layer sizes must be at least 1, got {sizes}", sizes=shown))
    return [int(size) for size in sizes]


def checked_dtype(dtype: DTypeLike) -> np.dtype:
    """Return a type that a network can compute in, or raise a ValueError."""
    chosen = np.dtype(dtype)
    if chosen not in (np.float32, np.float64):
        raise ValueError(f"a network's dtype must be float32 or float64, got {chosen}")
    return chosen
