"""What training changes: arrays of weights, each beside the gradient of the loss with respect to it."""

from collections.abc import Iterable

import numpy as np


class Parameter:
    """An array that an optimizer may change, and a gradient buffer of the same shape.

    Both are allocated once and then written in place, so that views of them stay true.
    """

    __slots__ = ("grad", "value")

    def __init__(self, value: np.ndarray, grad: np.ndarray | None = None) -> None:
        self.value = value
        self.grad = np.zeros_like(value) if grad is None else grad
        if self.grad.shape != value.shape or self.grad.dtype != value.dtype:
            raise ValueError(
                f"a gradient must have the shape and type of its parameter, got {self.grad.shape} {self.grad.dtype} "
                f"for {value.shape} {value.dtype}"
            )

    def __repr__(self) -> str:
        """Show the shape and type, as ``Parameter(784 × 100, float32)``."""
        return f"Parameter({' × '.join(map(str, self.value.shape))}, {self.value.dtype})"


def joined(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Merge parameters that lie next to each other in memory into long flat ones.

    An update that is a few numpy calls costs as much for 10 numbers as for 1,000: a network that keeps all its
    parameters in one array lets an optimizer update them with one call instead of one per layer. Parameters that stand
    alone are passed on, flat where memory allows.

    Examples
    --------
    >>> values, grads = np.zeros(6), np.zeros(6)
    >>> pair = [Parameter(values[:4].reshape(2, 2), grads[:4].reshape(2, 2)), Parameter(values[4:], grads[4:])]
    >>> joined(pair)
    [Parameter(6, float64)]
    """
    merged: list[Parameter] = []
    for parameter in parameters:
        if merged and _follows(merged[-1].value, parameter.value) and _follows(merged[-1].grad, parameter.grad):
            last = merged[-1]
            merged[-1] = Parameter(_extended(last.value, parameter.value), _extended(last.grad, parameter.grad))
        else:
            merged.append(parameter)
    return merged


def _follows(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether ``second`` begins in the same flat array where ``first`` ends."""
    base = first.base
    return (
        isinstance(base, np.ndarray)
        and base is second.base
        and base.ndim == 1
        and base.dtype == first.dtype == second.dtype
        and first.flags.c_contiguous
        and second.flags.c_contiguous
        and _start(first) + first.size == _start(second)
    )


def _extended(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The flat stretch of memory that holds both."""
    start = _start(first)
    return first.base[start : start + first.size + second.size]  # type: ignore[index]


def _start(array: np.ndarray) -> int:
    """Index of the first element of ``array`` in its base."""
    offset: int = array.ctypes.data - array.base.ctypes.data  # type: ignore[union-attr]
    return offset // array.itemsize
