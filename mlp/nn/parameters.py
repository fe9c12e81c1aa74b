"""Parameters: arrays that training changes, each with the gradient of the loss with respect to it."""

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
        Default: zeros.

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

    __slots__ = ("_grad", "_value")

    def __init__(self, value: np.ndarray, grad: np.ndarray | None = None) -> None:
        self._value = value
        self._grad = np.zeros(value.shape, value.dtype) if grad is None else _checked("grad", grad, value)

    @property
    def value(self) -> np.ndarray:
        """The numbers of the parameter."""
        return self._value

    @value.setter
    def value(self, numbers: np.ndarray) -> None:
        if numbers is not self._value:  # after ``value -= …`` they are
            self._value[...] = _checked("value", numbers, self._value)

    @property
    def grad(self) -> np.ndarray:
        """The gradient of the last ``backward``, which may be changed."""
        return self._grad

    @grad.setter
    def grad(self, numbers: np.ndarray) -> None:
        if numbers is not self._grad:
            self._grad[...] = _checked("grad", numbers, self._value)

    def move(self, value: np.ndarray, grad: np.ndarray) -> None:
        """Copy both arrays into others of the same shape, which are still zero, and use those from now on."""
        value[...] = self._value
        if self._grad.any():  # zeros that are never written take no memory
            grad[...] = self._grad
        self._value, self._grad = value, grad

    def __getstate__(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Pickle the gradient only if there is one."""
        return self._value, self._grad if self._grad.any() else None

    def __setstate__(self, state: tuple[np.ndarray, np.ndarray | None]) -> None:
        """Restore both arrays."""
        value, grad = state
        self._value, self._grad = value, np.zeros(value.shape, value.dtype) if grad is None else grad

    def __repr__(self) -> str:
        """Return the shape and type, such as ``Parameter(784 × 100, float32)``."""
        return f"Parameter({' × '.join(map(str, self._value.shape))}, {self._value.dtype})"


def _checked(name: str, numbers: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return numbers as an array with the shape and type of a parameter's value."""
    array = np.asarray(numbers)
    if array.shape != value.shape or array.dtype != value.dtype:
        raise ValueError(
            f"a parameter's {name} must have its shape and type, {value.shape} {value.dtype}, got {array.shape} "
            f"{array.dtype}"
        )
    return array
