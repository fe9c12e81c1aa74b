"""Parameters: arrays of weights, each beside the gradient of the loss with respect to it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mlp.nn.blas import blas_function
from mlp.nn.products.gradient import Gradient


class Parameter:
    """An array that an optimizer may change, and a gradient buffer of the same shape.

    Both are allocated once and then written in place, so that views of them stay true.

    Parameters
    ----------
    value : array
    grad : array, optional
        Zeros if not given.
    place : Place, optional
        Where both lie in longer flat arrays; None for a parameter that stands alone.
    """

    __slots__ = ("_deferred", "_grad", "place", "value")

    def __init__(self, value: np.ndarray, grad: np.ndarray | None = None, place: "Place | None" = None) -> None:
        self.value = value
        self._grad = np.zeros_like(value) if grad is None else grad
        self._deferred: Gradient | None = None
        self.place = place
        if self._grad.shape != value.shape or self._grad.dtype != value.dtype:
            raise ValueError(
                f"a gradient must have the shape and type of its parameter, got {self._grad.shape} {self._grad.dtype} "
                f"for {value.shape} {value.dtype}"
            )

    @property
    def grad(self) -> np.ndarray:
        """The gradient of the last ``backward``, to read and to change."""
        self.settle()
        return self._grad

    @grad.setter
    def grad(self, values: np.ndarray) -> None:
        self._deferred = None
        self._grad = values

    def defer(self, gradient: Gradient) -> None:
        """Let the gradient be this one, which is multiplied when somebody asks for ``grad``."""
        self._deferred = gradient

    def settle(self) -> None:
        """Multiply a gradient that is still a product."""
        if self._deferred is not None:
            self._deferred.write_to(self._grad)
            self._deferred = None

    def forget(self) -> None:
        """Drop a gradient that is still a product, because nobody is going to ask for it."""
        self._deferred = None

    def add_grad(self, factor: float, to: np.ndarray) -> None:
        """Add ``factor · grad`` to an array like ``value``, in one pass over it."""
        if self._deferred is not None:
            self._deferred.add_to(to, factor)
            return
        blas_function("axpy", to.dtype)(self._grad.reshape(-1), to.reshape(-1), a=factor)

    def __repr__(self) -> str:
        """Show the shape and type, as ``Parameter(784 × 100, float32)``."""
        return f"Parameter({' × '.join(map(str, self.value.shape))}, {self.value.dtype})"


class Flat:
    """One flat array of values and one of gradients, in which many parameters lie side by side."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.grads = np.zeros(values.shape, values.dtype)  # unlike zeros_like, takes no memory before it is written

    def part(self, start: int, shape: tuple[int, ...]) -> Parameter:
        """Give the parameter of this shape whose first number is at ``start``."""
        stop = start + int(np.prod(shape))
        return Parameter(
            self.values[start:stop].reshape(shape), self.grads[start:stop].reshape(shape), Place(self, start, stop)
        )


class Place(NamedTuple):
    """Where a parameter lies: from ``start`` up to ``stop`` in the arrays of ``flat``."""

    flat: Flat
    start: int
    stop: int


def merged(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Merge parameters that follow each other in the same `Flat` into long flat ones.

    An update that is a few numpy calls costs as much for 10 numbers as for 1,000: a network that keeps all its
    parameters in one array lets an optimizer update them with one call instead of one per layer. Parameters that stand
    alone are passed on as they are.

    Examples
    --------
    >>> flat = Flat(np.zeros(6))
    >>> merged([flat.part(0, (2, 2)), flat.part(4, (2,))])
    [Parameter(6, float64)]
    """
    stretches: list[Parameter] = []
    for parameter in parameters:
        last, place = stretches[-1].place if stretches else None, parameter.place
        if last is not None and place is not None and last.flat is place.flat and last.stop == place.start:
            stretches[-1] = place.flat.part(last.start, (place.stop - last.start,))
        else:
            stretches.append(parameter)
    return stretches
