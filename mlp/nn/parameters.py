"""Parameters: arrays that training changes, each with the gradient of the loss with respect to it."""

import math
from typing import Any

import numpy as np


class Parameter:
    """An array that an optimizer may change, and its gradient, an array of the same shape.

    Both arrays stay the same objects: assigning to ``value`` or ``grad`` copies into them. So views, such as the flat
    ``values`` of an `MLP`, show the new numbers.

    Parameters
    ----------
    value : array
        Used without a copy.
    grad : array, optional
        The gradient of the last ``backward``; default: zeros.

    Raises
    ------
    ValueError
        If ``grad`` or an assigned array differs in shape or type from ``value``.

    Examples
    --------
    >>> weight = Parameter(np.ones((2, 3), np.float32))
    >>> weight.grad = weight.value / 2
    >>> weight.grad
    array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]], dtype=float32)
    """

    __slots__ = ("_grad", "_part_of", "_value")  # an attribute of another name is an error

    def __init__(self, value: np.ndarray, grad: np.ndarray | None = None) -> None:
        self._value = value
        self._grad = np.zeros(value.shape, value.dtype) if grad is None else _checked("grad", grad, value)
        self._part_of: tuple[Parameter, int, tuple[int, ...]] | None = None

    @property
    def value(self) -> np.ndarray:
        """The array; assigning copies into it."""
        return self._value

    @value.setter
    def value(self, numbers: np.ndarray) -> None:
        self._value[...] = _checked("value", numbers, self._value)

    @property
    def grad(self) -> np.ndarray:
        """Its gradient; assigning copies into it."""
        return self._grad

    @grad.setter
    def grad(self, numbers: np.ndarray) -> None:
        self._grad[...] = _checked("grad", numbers, self._value)

    def part(self, start: int, shape: tuple[int, ...]) -> "Parameter":
        """Return the parameter of some numbers of this flat one, from ``start`` on; pickles and copies stay parts."""
        place = slice(start, start + math.prod(shape))
        part = Parameter(self.value[place].reshape(shape), self.grad[place].reshape(shape))
        part._part_of = self, start, shape
        return part

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle a part by its place, and others without a gradient that is all 0."""
        if self._part_of is not None:
            return Parameter.part, self._part_of
        return Parameter, (self.value, self.grad if self.grad.any() else None)

    def __repr__(self) -> str:
        """Return the shape and type, such as ``Parameter(784 × 100, float32)``."""
        return f"Parameter({' × '.join(map(str, self.value.shape))}, {self.value.dtype})"


def _checked(name: str, numbers: Any, value: np.ndarray) -> np.ndarray:
    """Return numbers as an array with the shape and type of a parameter's value."""
    array = np.asarray(numbers)
    if array.shape != value.shape or array.dtype != value.dtype:
        raise ValueError(
            f"a parameter's {name} must have its shape and type, {value.shape} {value.dtype}, got {array.shape} "
            f"{array.dtype}"
        )
    return array
