"""Sequential network: layers run forward to logits, and backward to gradients."""

import copy
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import numpy as np

from mlp.machine import usable_cores
from mlp.nn.blas import one_blas_thread
from mlp.nn.layers import Activation, Dense, Layer
from mlp.nn.losses import softmax
from mlp.nn.parameters import Parameter
from mlp.nn.products.buffer import Buffer
from mlp.nn.products.product import large

PREDICT_ROWS = 1_000  # examples at a time, so that predicting 60,000 needs no more memory than this many
SHARED_PARTS = 4  # from so many such parts on, each core takes some of them


class Sequential:
    """Layers in order, each fed with what the one before it gives.

    Parameters
    ----------
    layers : iterable of Layer
        At least one. A layer of one's own needs ``forward`` and ``backward``, and ``parameters`` where it has any, see
        `Layer`.

    Raises
    ------
    TypeError, ValueError
        If there is no layer, if one of them is none, or if a Dense layer does not fit to the one before it.

    Examples
    --------
    >>> from mlp.nn.layers import ReLU
    >>> rng = np.random.default_rng(42)
    >>> network = Sequential([Dense.new(784, 100, rng=rng), ReLU(), Dense.new(100, 10, rng=rng)])
    >>> network.predict(np.zeros((5, 28, 28), np.uint8)).shape
    (5,)
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.layers: list[Layer] = list(layers)
        _check(self.layers)
        dense = self.dense_layers
        self.n_inputs = getattr(self.layers[0], "n_in", None)
        self.n_outputs = getattr(self.layers[-1], "n_out", dense[-1].n_out if dense else None)
        self.dtype = next((parameter.value.dtype for parameter in self.parameters()), np.dtype(np.float32))
        self._weights = [layer.weight for layer in dense]
        self._grad_logits = Buffer()
        for before, layer in zip([None, *self.layers], self.layers, strict=False):
            if isinstance(layer, Activation):
                layer.in_place = isinstance(before, Dense)  # which does not need its outputs any more

    @property
    def dense_layers(self) -> list[Dense]:
        """The Dense layers, in order."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def parameters(self) -> list[Parameter]:
        """List all parameters, layer by layer, weight then bias."""
        return [parameter for layer in self.layers for parameter in _parameters(layer)]

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
        array = self.as_rows(x)
        for weight in self._weights:
            weight.settle()  # a gradient that is still a product needs what is about to be overwritten
        outputs = array if isinstance(self.layers[0], Dense) else self._as_inputs(array)
        for layer in self.layers:
            outputs = layer.forward(outputs)
        return outputs.copy("K")  # the layer will write over its own buffer at the next step

    def gains_from_threads(self, batch_size: int) -> bool:
        """Whether any of its products is large enough for several threads."""
        return any(large(layer.n_in, layer.n_out, batch_size) for layer in self.dense_layers)

    def forget_grads(self) -> None:
        """Drop the gradients of the last ``backward``, which `forward` would otherwise multiply out and keep."""
        for weight in self._weights:
            weight.forget()

    @one_blas_thread
    def backward(self, grad_logits: np.ndarray) -> None:
        """Fill every parameter's ``grad`` for the batch that ``forward`` saw last.

        Parameters
        ----------
        grad_logits : float array, shape (n, outputs)
            dL/d(logits), as `softmax_cross_entropy` gives it.
        """
        grad = self._grad_logits.rows(np.shape(grad_logits), self.dtype)
        grad[...] = grad_logits  # a copy: an activation writes over it, and a gradient may be multiplied later
        first = self.layers[0]
        for layer in reversed(self.layers[1:]):
            grad = layer.backward(grad)
        if isinstance(first, Dense):
            first.backward_parameters(grad)  # nobody needs the gradient of the images
        else:
            first.backward(grad)

    @one_blas_thread
    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """List what every layer gives for ``x``, input first, logits last; nothing is kept or overwritten."""
        outputs = [self._as_inputs(x)]
        for layer in self.layers:
            outputs.append(_apply(layer, outputs[-1]))
        return outputs

    @one_blas_thread
    def logits(self, x: np.ndarray) -> np.ndarray:
        """Compute the logits of any number of examples without touching what training keeps.

        Safe to call from several threads, and between ``forward`` and ``backward``.
        """
        inputs = self.as_rows(x)
        if inputs.dtype.kind == "f" and not np.isfinite(inputs).all():
            raise ValueError("images must be finite numbers, got NaN or infinity among them")
        parts = [inputs[start : start + PREDICT_ROWS] for start in range(0, max(1, len(inputs)), PREDICT_ROWS)]
        if len(parts) < SHARED_PARTS or usable_cores() == 1:
            logits = [self._logits_of(part) for part in parts]
        else:
            with ThreadPoolExecutor(min(usable_cores(), len(parts))) as pool:  # numpy multiplies without Python's lock
                # Each thread would have an errstate of its own, which numpy keeps in the context.
                shares = [pool.submit(copy_context().run, self._logits_of, part) for part in parts]
                logits = [share.result() for share in shares]
        return logits[0] if len(logits) == 1 else np.concatenate(logits)

    def _logits_of(self, inputs: np.ndarray) -> np.ndarray:
        """Compute the logits of not too many examples."""
        outputs = self._as_inputs(inputs)
        for layer in self.layers:
            outputs = _apply(layer, outputs)
        return outputs

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Name the likeliest class of each example, shape (n,); ties go to the lower class."""
        return self.logits(x).argmax(axis=1)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Give the probability of each class, shape (n, outputs), each row summing to 1."""
        return softmax(self.logits(x))

    def as_rows(self, x: np.ndarray) -> np.ndarray:
        """View ``x`` as (n, inputs), or say what is wrong with its type or shape."""
        array = np.asarray(x)
        if array.dtype.kind != "f" and array.dtype != np.uint8:
            raise TypeError(f"images must be floats in 0..1 or uint8 in 0..255, got {array.dtype}")
        n_in = self.n_inputs
        if n_in is None:  # a layer of one's own comes first, and did not say
            n_in = int(np.prod(array.shape[1:]))
        if array.ndim == 3 and array.shape[1] * array.shape[2] == n_in:
            array = array.reshape(len(array), n_in)
        if array.ndim != 2 or array.shape[1] != n_in:
            side = int(n_in**0.5)
            square = f" or (n, {side}, {side})" if side * side == n_in else ""
            raise ValueError(f"images must have the shape (n, {n_in}){square}, got {array.shape}")
        return array

    def _as_inputs(self, x: np.ndarray) -> np.ndarray:
        """Give ``x`` as (n, inputs) in the network's own type, uint8 scaled to 0..1."""
        array = self.as_rows(x)
        if array.dtype != np.uint8:
            return array.astype(self.dtype, copy=False)
        inputs = array.astype(self.dtype)  # then scaled in place: a quarter faster than a product of mixed types
        inputs *= 1 / 255
        return inputs

    def __repr__(self) -> str:
        """Show the layers, as ``Sequential(Dense(784 → 10))``."""
        return f"Sequential({', '.join(map(_name, self.layers))})"


def _check(layers: list[Any]) -> None:
    """Refuse what is no list of layers that fit together."""
    if not layers:
        raise ValueError("a network needs at least one layer, got none")
    n_out = None
    for layer in layers:
        if not callable(getattr(layer, "forward", None)) or not callable(getattr(layer, "backward", None)):
            raise TypeError(f"a layer must have forward and backward, got {layer!r}")
        n_in = getattr(layer, "n_in", None)
        if None not in (n_in, n_out) and n_in != n_out:
            raise ValueError(f"{_name(layer)} must take the {n_out} outputs of the layers before it")
        n_out = getattr(layer, "n_out", None if n_in is not None else n_out)
    types = {parameter.value.dtype for layer in layers for parameter in _parameters(layer)}
    if len(types) > 1:
        raise ValueError(f"all layers must be of one type, got {', '.join(sorted(map(str, types)))}")


def _parameters(layer: Any) -> list[Parameter]:
    """List a layer's parameters; one of somebody's own may have none, and no method for them."""
    own = getattr(layer, "parameters", None)
    return [] if own is None else list(own())


def _apply(layer: Any, inputs: np.ndarray) -> np.ndarray:
    """Map inputs through a layer that keeps nothing of it, whether or not it is one of ours."""
    own = getattr(layer, "apply", None)
    outputs: np.ndarray = copy.copy(layer).forward(inputs) if own is None else own(inputs)
    return outputs


def _name(layer: Any) -> str:
    """Name a layer with its shape, if it has one."""
    n_in, n_out = getattr(layer, "n_in", None), getattr(layer, "n_out", None)
    return f"{type(layer).__name__}({n_in} → {n_out})" if n_in and n_out else type(layer).__name__
