"""Layers of a network: each maps a batch forward, and the gradient of the loss backward."""

import copy
import math

import numpy as np
from numpy.typing import DTypeLike

from mlp.nn.gabor import gabor_patches
from mlp.nn.parameters import Parameter
from mlp.nn.products.buffer import Buffer
from mlp.nn.products.prepared import Prepared, WholeInputs
from mlp.nn.products.seen_pixels import SeenPixels

FloatArray = np.ndarray  # float32 in practice, float64 where gradients are checked; the first axis is the batch

INITIALIZATIONS = ("xavier", "he", "gabor")


class Layer:
    """One stage of a network.

    ``forward`` keeps what ``backward`` needs and reuses its buffers: its result is good until the next layer's
    ``forward``, which may write over it. ``apply`` computes the same, keeps nothing and overwrites nothing, so that any
    number of threads may predict at once. A layer of one's own needs ``forward``, ``backward`` and, where it learns
    anything, ``parameters``.
    """

    def apply(self, inputs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Map (batch, n_in) to (batch, n_out), into ``out`` if one is given; here, by ``forward`` of a shallow copy."""
        outputs = copy.copy(self).forward(inputs)
        if out is None:
            return outputs
        out[...] = outputs
        return out

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Map (batch, n_in) to (batch, n_out) and keep what ``backward`` needs."""
        raise NotImplementedError

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Map dL/d(outputs) to dL/d(inputs), overwriting the gradients of own parameters."""
        raise NotImplementedError

    def parameters(self) -> list[Parameter]:
        """List own parameters, weight then bias; most layers have none."""
        return []


class Dense(Layer):
    """Every output is a weighted sum of every input, plus a bias: ``outputs = inputs @ W + b``.

    Parameters
    ----------
    weight : Parameter, shape (n_in, n_out)
    bias : Parameter, shape (n_out,)
        Arrays that this layer uses and whose gradients it fills; a network gives views into its own flat array, and
        `Dense.new` draws them.
    """

    def __init__(self, weight: Parameter, bias: Parameter) -> None:
        if weight.value.ndim != 2 or bias.value.shape != weight.value.shape[1:]:
            raise ValueError(
                f"Dense takes a weight (n_in, n_out) and a bias (n_out,), got {weight.value.shape} "
                f"and {bias.value.shape}"
            )
        self.weight = weight
        self.bias = bias
        self._outputs = Buffer()
        self._grad_inputs = Buffer()
        self._prepared: Prepared = WholeInputs(self.weight.value, np.empty((0, self.n_in)), self._outputs)

    @classmethod
    def new(
        cls,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        initialization: str = "xavier",
        dtype: DTypeLike = np.float32,
    ) -> "Dense":
        """Make a layer that draws its own weights, see `initialize`.

        Raises
        ------
        ValueError
            If a size is less than 1, or the initialisation is none.

        Examples
        --------
        >>> Dense.new(784, 100, rng=np.random.default_rng(42)).weight
        Parameter(784 × 100, float32)
        """
        if n_in < 1 or n_out < 1:
            raise ValueError(f"layer sizes must be at least 1, got {n_in} -> {n_out}")
        layer = cls(Parameter(np.zeros((n_in, n_out), dtype)), Parameter(np.zeros(n_out, dtype)))
        layer.initialize(rng, initialization)
        return layer

    @property
    def n_in(self) -> int:
        """How many inputs each example has."""
        return int(self.weight.value.shape[0])

    @property
    def n_out(self) -> int:
        """How many outputs each example gets."""
        return int(self.weight.value.shape[1])

    def initialize(self, rng: np.random.Generator, initialization: str = "xavier") -> None:
        """Draw new weights, and set the bias to zero.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where the weights come from.
        initialization : {"xavier", "he", "gabor"}
            ``"xavier"`` draws from N(0, 2 / (n_in + n_out)), which keeps the variance of activations and gradients
            even from layer to layer (Glorot and Bengio 2010, equation 12). ``"he"`` draws from N(0, 2 / n_in), which
            makes up for the half that a ReLU cuts away (He et al. 2015, equation 10). ``"gabor"`` draws small gratings,
            for a layer whose inputs are the pixels of a square image, see `mlp.nn.gabor`.
        """
        if initialization not in INITIALIZATIONS:
            raise ValueError(f"initialization must be one of {', '.join(INITIALIZATIONS)}, got {initialization!r}")
        if initialization == "gabor":
            self.weight.value[...] = gabor_patches(self.n_in, self.n_out, rng)
        else:
            fan = self.n_in + self.n_out if initialization == "xavier" else self.n_in
            self.weight.value[...] = rng.standard_normal(self.weight.value.shape) * math.sqrt(2 / fan)
        self.bias.value[...] = 0

    def apply(self, inputs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Map (batch, n_in) to (batch, n_out), keeping nothing."""
        outputs = np.matmul(inputs, self.weight.value, out=out)
        outputs += self.bias.value
        return outputs

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Map (batch, n_in) to (batch, n_out) and keep ``inputs`` for ``backward``; uint8 stands for 0..1."""
        if not self._prepared.fits(self.weight.value, inputs):
            kind = SeenPixels if SeenPixels.take(self.weight.value, inputs) else WholeInputs
            self._prepared = kind(self.weight.value, inputs, self._outputs)
        return self._prepared.forward(inputs, self.bias.value)

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Map dL/d(outputs) to dL/d(inputs), overwriting both gradients."""
        self.backward_parameters(grad_outputs)
        return self._prepared.grad_inputs(grad_outputs, self._grad_inputs)

    def backward_parameters(self, grad_outputs: FloatArray) -> None:
        """Find the gradients of weight and bias only: nobody needs the gradient of the first layer's inputs.

        That of the weight stays a product, ``inputsᵀ @ grad_outputs``, until somebody asks for it.
        """
        self.weight.defer(self._prepared.gradient(grad_outputs))
        np.dot(self._prepared.ones, grad_outputs, out=self.bias.grad)  # a sum over the batch, by BLAS

    def parameters(self) -> list[Parameter]:
        """List the weight, then the bias."""
        return [self.weight, self.bias]


class Activation(Layer):
    """A function of each number alone; its derivative is computed from the outputs, which it keeps.

    ``backward`` writes over the gradient that it is given, and ``forward`` over its inputs where ``in_place`` says so,
    which a network sets after a Dense layer: that needs its outputs no more, and a step passes over memory that is
    already at hand.
    """

    def __init__(self) -> None:
        self.in_place = False
        self._slopes = Buffer()

    def forward(self, inputs: FloatArray) -> FloatArray:
        """Apply the function to each number, and keep the outputs for ``backward``."""
        self.outputs = self.apply(inputs, out=inputs if self.in_place else None)
        return self.outputs


class ReLU(Activation):
    """Pass what is positive, cut what is not: ``max(0, x)``."""

    def apply(self, inputs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Compute max(0, x)."""
        return np.maximum(inputs, 0, out=out)

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Pass the gradient where the output was positive; at 0 the derivative is taken as 0."""
        grad_outputs *= self.outputs > 0
        return grad_outputs


class Tanh(Activation):
    """Squash to −1..1: ``tanh(x)``, with derivative ``1 − tanh(x)²``."""

    def apply(self, inputs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Compute tanh(x)."""
        return np.tanh(inputs, out=out)

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by 1 − y²."""
        slopes = self._slopes.rows(grad_outputs.shape, grad_outputs.dtype)
        np.square(self.outputs, out=slopes)
        np.subtract(1, slopes, out=slopes)
        grad_outputs *= slopes
        return grad_outputs


class Sigmoid(Activation):
    """Squash to 0..1: ``1 / (1 + exp(−x))``, with derivative ``y (1 − y)``."""

    def apply(self, inputs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Compute 1 / (1 + exp(−x)) as (1 + tanh(x / 2)) / 2, which cannot overflow."""
        outputs = np.multiply(inputs, 0.5, out=out)
        np.tanh(outputs, out=outputs)
        outputs += 1
        outputs *= 0.5
        return outputs

    def backward(self, grad_outputs: FloatArray) -> FloatArray:
        """Multiply by y (1 − y)."""
        slopes = self._slopes.rows(grad_outputs.shape, grad_outputs.dtype)
        np.subtract(1, self.outputs, out=slopes)
        slopes *= self.outputs
        grad_outputs *= slopes
        return grad_outputs


ACTIVATIONS: dict[str, type[Activation]] = {"relu": ReLU, "tanh": Tanh, "sigmoid": Sigmoid}
