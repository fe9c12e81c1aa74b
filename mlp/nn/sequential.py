"""Sequential network: layers map inputs forward to logits, and the loss backward to gradients."""

import copy
import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Self

import numpy as np

from mlp.blas import one_blas_thread
from mlp.checks import check_scale
from mlp.machine import idle_cores
from mlp.nn.dropout import Dropout
from mlp.nn.layers import Dense, Layer, kept_parameters
from mlp.nn.losses import softmax
from mlp.nn.parameters import Parameter

PREDICT_ROWS = 1_000  # examples at a time, which limits the memory for predicting 60,000
PREDICT_NUMBERS = 2_000_000  # of the widest layer at a time: fewer rows fit into the memory of many threads
SHARED_PARTS = 4  # from this number of parts on, each idle core takes some of them
LARGEST_INPUT = 10.0  # of images as floats: standardized ones reach 2.8, and 0..255 is a mistake


class Sequential:
    """Layers in order, each fed with the outputs of the one before.

    Parameters
    ----------
    layers : iterable of Layer
        At least one. A custom layer needs ``forward`` and ``backward``, see `Layer`.

    Raises
    ------
    TypeError, ValueError
        If there is no layer, one is invalid, a Dense layer does not fit the one before it, a layer or parameter occurs
        twice, as its second ``backward`` would overwrite the gradient of the first, or nobody lists a parameter.

    Examples
    --------
    >>> from mlp.nn.layers import ReLU
    >>> rng = np.random.default_rng(42)
    >>> network = Sequential([Dense(784, 100, rng=rng), ReLU(), Dense(100, 10, rng=rng)])
    >>> network
    Sequential([Dense(784, 100), ReLU(), Dense(100, 10)])
    >>> network.predict(np.zeros((5, 28, 28), np.uint8)).shape
    (5,)
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._layers = tuple(layers)
        _check(self._layers)
        dense = self.dense_layers
        self.n_inputs = getattr(self.layers[0], "n_in", None)
        self.n_outputs = getattr(self.layers[-1], "n_out", dense[-1].n_out if dense else None)
        self._dtype = next((parameter.value.dtype for parameter in self.parameters()), np.dtype(np.float32))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, in order; for others, make a new network."""
        return self._layers

    @property
    def dtype(self) -> np.dtype:
        """The type of its parameters."""
        return self._dtype

    @property
    def dense_layers(self) -> list[Dense]:
        """The Dense layers, in order."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def parameters(self) -> list[Parameter]:
        """Return all parameters, layer by layer, weight then bias."""
        return [parameter for layer in self.layers for parameter in _parameters(layer)]

    @property
    def dropouts(self) -> list[Dropout]:
        """The Dropout layers, in order."""
        return [layer for layer in self.layers if isinstance(layer, Dropout)]

    @one_blas_thread
    def forward(self, x: np.ndarray, rng: np.random.Generator | None = None) -> np.ndarray:
        """Return the logits of a batch, and keep in every layer what ``backward`` needs.

        Parameters
        ----------
        x : array, shape (n, inputs), (n, height, width), or (side, side) for a single square image
            Float in 0..1, or uint8 in 0..255.
        rng : numpy.random.Generator, optional
            Draws the neurons that each `Dropout` skips, as in training; without it, none is skipped.

        Returns
        -------
        logits : float array, shape (n, outputs)
            Scores before softmax.

        Raises
        ------
        TypeError, ValueError
            If ``x`` has another type, shape or range, see `as_rows`, or a layer cannot take the outputs before it.
        """
        return list(_through(self.layers, self._as_inputs(self.as_rows(x)), rng))[-1]

    def backward(self, grad_logits: np.ndarray) -> None:
        """Fill every parameter's ``grad`` for the last batch of ``forward``.

        Parameters
        ----------
        grad_logits : float array, shape (n, outputs)
            dL/d(logits), from `softmax_cross_entropy`.

        Raises
        ------
        RuntimeError
            If there was no ``forward``.
        ValueError
            If a layer cannot take the gradient that reaches it.
        """
        self.pull_back(grad_logits)

    @one_blas_thread
    def pull_back(self, grad_logits: np.ndarray) -> list[np.ndarray]:
        """Do what ``backward`` does, and return the gradients of each layer's outputs, logits last."""
        first, *others = self.layers
        grads = [np.asarray(grad_logits, self.dtype)]
        try:
            for layer in reversed(others):
                grads.append(layer.backward(grads[-1]))
            layer = first
            if isinstance(first, Dense) and getattr(first.backward, "__func__", None) is Dense.backward:
                first.fill_gradients(grads[-1])  # without dL/d(images), which would take a quarter of the whole step
            else:
                first.backward(grads[-1])
        except ValueError as error:
            shape = np.shape(grads[-1])
            raise ValueError(f"{layer!r} must take the gradient that reaches it, {shape}, got: {error}") from error
        return grads[::-1]

    @one_blas_thread
    def activations(self, x: np.ndarray, rng: np.random.Generator | None = None) -> list[np.ndarray]:
        """Return the inputs and the outputs of every layer, logits last, without changing what training keeps.

        ``rng`` is that of `forward`.
        """
        return list(_through(map(copy.copy, self.layers), self._as_inputs(self.as_rows(x)), rng))

    @one_blas_thread
    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return the logits of any number of examples without changing what training keeps.

        Safe to call from several threads, and between ``forward`` and ``backward``.
        """
        inputs = self.as_rows(x)
        n_rows = min([PREDICT_ROWS, *(PREDICT_NUMBERS // layer.n_out + 1 for layer in self.dense_layers)])
        parts = [inputs[start : start + n_rows] for start in range(0, max(1, len(inputs)), n_rows)]
        n_threads = 1 if len(parts) < SHARED_PARTS else min(idle_cores(), len(parts))

        def logits_of(part: np.ndarray) -> np.ndarray:
            return deque(_through(map(copy.copy, self.layers), self._as_inputs(part)), maxlen=1)[0]

        if n_threads == 1:
            logits = [logits_of(part) for part in parts]
        else:
            with ThreadPoolExecutor(n_threads) as pool:  # numpy multiplies without Python's lock
                # Each thread has its own errstate, which numpy keeps in the context.
                shares = [pool.submit(copy_context().run, logits_of, part) for part in parts]
                logits = [share.result() for share in shares]
        return logits[0] if len(logits) == 1 else np.concatenate(logits)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the likeliest class of each example, shape (n,); ties go to the lower class.

        Images are read as they are: if they were scaled to 0..1 twice, they look almost blank, and no error says so.
        """
        return self.logits(x).argmax(axis=1)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return each class's probability, shape (n, outputs), each row summing to 1; of images as in `predict`."""
        return softmax(self.logits(x))

    def as_rows(self, x: np.ndarray) -> np.ndarray:
        """Return ``x`` as (n, inputs), a single image as one row, or raise an error about its type, shape or range."""
        array = np.asarray(x)
        if array.dtype.kind != "f" and array.dtype != np.uint8:
            raise TypeError(f"images must be floats in 0..1 or uint8 in 0..255, got {array.dtype}")
        n_in = self.n_inputs
        if n_in is None:  # a custom layer comes first, which has no n_in
            n_in = int(np.prod(array.shape[1:]))
        if array.ndim == 2 and array.shape[0] == array.shape[1] != n_in == array.size:
            array = array.reshape(1, n_in)
        side = math.isqrt(n_in)
        is_square = side * side == n_in
        if array.ndim == 3 and (array.shape[1:] == (side, side) if is_square else math.prod(array.shape[1:]) == n_in):
            array = array.reshape(len(array), n_in)
        if array.ndim != 2 or array.shape[1] != n_in:
            square = f" or (n, {side}, {side})" if is_square else ""
            raise ValueError(f"images must have the shape (n, {n_in}){square}, got {array.shape}")
        if array.dtype.kind == "f" and array.size:
            largest = float(array.max())
            if not math.isfinite(largest) or not math.isfinite(array.min()):
                raise ValueError("images must be finite numbers, got NaN or infinity among them")
            if largest > LARGEST_INPUT:
                raise ValueError(f"images must be floats in 0..1 or uint8 in 0..255, got floats up to {largest:g}")
        check_scale(array)
        return array

    def _as_inputs(self, rows: np.ndarray) -> np.ndarray:
        """Return rows in the network's own type, uint8 scaled to 0..1."""
        if rows.dtype != np.uint8:
            return rows.astype(self.dtype, copy=False)
        inputs = rows.astype(self.dtype)  # then scaled in place: a quarter faster than a product of mixed types
        inputs *= 1 / 255
        return inputs

    def __copy__(self) -> Self:
        """Return an independent copy, as `copy.deepcopy` does: no two networks share weights unnoticed."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        """Return the layers, such as ``Sequential([Dense(784, 10)])``."""
        return f"Sequential([{', '.join(map(repr, self.layers))}])"


def _check(layers: tuple[Any, ...]) -> None:
    """Raise an error unless the layers fit together."""
    if not layers:
        raise ValueError("a network needs at least one layer, got none")
    n_out = None
    for layer in layers:
        for name in ("forward", "backward"):
            method = getattr(layer, name, None)
            if not callable(method) or getattr(method, "__func__", None) is getattr(Layer, name):
                raise TypeError(f"a layer must have forward and backward, got {layer!r} without {name}")
        n_in = getattr(layer, "n_in", None)
        if None not in (n_in, n_out) and n_in != n_out:
            raise ValueError(f"{layer!r} must take the {n_out} outputs of the layers before it")
        n_out = getattr(layer, "n_out", None if n_in is not None else n_out)
    if (twice := _first_repeated(layers)) is not None:
        raise ValueError(f"each layer may occur once in a network, got {twice!r} twice; make one for each place")
    parameters = [parameter for layer in layers for parameter in _parameters(layer)]
    if (twice := _first_repeated(parameters)) is not None:
        raise ValueError(f"each parameter may belong to one layer, got {twice!r} in two; give each its own")
    listed = {id(parameter) for parameter in parameters}
    for layer in layers:
        if unlisted := [each for each in kept_parameters(layer) if id(each) not in listed]:
            raise ValueError(f"parameters() must list all of {layer!r}, or they never learn, got none of {unlisted}")
    types = {parameter.value.dtype for parameter in parameters}
    if len(types) > 1:
        raise ValueError(f"all layers must be of one type, got {', '.join(sorted(map(str, types)))}")


def _first_repeated(things: Sequence[Any]) -> Any:
    """Return the first object that occurred before, None if there is none."""
    return next((thing for place, thing in enumerate(things) if any(thing is other for other in things[:place])), None)


def _parameters(layer: Any) -> list[Parameter]:
    """Return a layer's parameters; a custom layer may have no method for them."""
    own = getattr(layer, "parameters", None)
    return kept_parameters(layer) if own is None else list(own())


def _through(layers: Iterable[Any], x: np.ndarray, rng: np.random.Generator | None = None) -> Iterator[np.ndarray]:
    """Yield the inputs and each layer's outputs, which no caller has to keep; a layer may not change its inputs."""
    yield x
    for layer in layers:
        inputs = x.view()
        inputs.flags.writeable = False  # they may be the caller's images, or what another layer keeps
        try:
            x = layer.forward(inputs, rng) if isinstance(layer, Dropout) else layer.forward(inputs)
        except ValueError as error:
            raise ValueError(f"{layer!r} must take the outputs before it, {inputs.shape}, got: {error}") from error
        yield x
