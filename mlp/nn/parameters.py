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
        The gradient of the last ``backward``; default: NaN, as there was none.

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
        self._grad = None if grad is None else _checked("grad", grad, value)
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
        """Its gradient, NaN before the first ``backward``; assigning copies into it."""
        if self._grad is None:  # made when it is first used: a network that only reads needs none
            if self._part_of is None:
                self._grad = np.full_like(self._value, np.nan)
            else:
                whole, start, shape = self._part_of
                self._grad = whole.grad[start : start + math.prod(shape)].reshape(shape)
        return self._grad

    @grad.setter
    def grad(self, numbers: np.ndarray) -> None:
        self.grad[...] = _checked("grad", numbers, self._value)

    @property
    def has_grad(self) -> bool:
        """Whether there is a gradient: none before the first ``backward``, nor after fast steps, which store none."""
        whole = self if self._part_of is None else self._part_of[0]
        return whole._grad is not None and not np.isnan(self.grad.flat[:1]).any()

    def part(self, start: int, shape: tuple[int, ...]) -> "Parameter":
        """Return the parameter of some numbers of this flat one, from ``start`` on; pickles and copies stay parts."""
        part = Parameter(self.value[start : start + math.prod(shape)].reshape(shape))
        part._part_of = self, start, shape
        return part

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle a part by its place, and others with their gradient if there is one."""
        if self._part_of is not None:
            return Parameter.part, self._part_of
        return Parameter, (self.value, self.grad if self.has_grad else None)

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
