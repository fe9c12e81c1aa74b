"""Gradient of a weight as a product that is not yet multiplied."""

import numpy as np

from mlp.nn.products.product import Product


class Gradient:
    """A gradient that is not yet multiplied.

    Plain SGD adds it to the weights in the product itself, so that it is never written down and read again.
    """

    def add_to(self, array: np.ndarray, factor: float) -> None:
        """Compute ``array ← array + factor · gradient``, for an array in one piece."""
        raise NotImplementedError

    def write_to(self, array: np.ndarray) -> None:
        """Compute ``array ← gradient``, for an array in one piece."""
        raise NotImplementedError


class GradientOfAll(Gradient):
    """``scale · inputsᵀ @ grad_outputs``, of inputs that are cut by columns."""

    def __init__(self, inputs: list[np.ndarray], parts: list[slice], grad_outputs: np.ndarray) -> None:
        self.inputs = inputs
        self.parts = parts
        self.grad_outputs = grad_outputs
        self.scale = 1.0
        self._target: np.ndarray | None = None
        self._products: list[Product] = []

    def add_to(self, array: np.ndarray, factor: float) -> None:
        """Compute ``array ← array + factor · gradient``."""
        self._multiply(array, factor, keep=1.0)

    def write_to(self, array: np.ndarray) -> None:
        """Compute ``array ← gradient``."""
        self._multiply(array, 1.0, keep=0.0)

    def _multiply(self, array: np.ndarray, factor: float, keep: float) -> None:
        if array is not self._target:
            self._target = array
            self._products = [
                Product(columns.T, self.grad_outputs, array[part])
                for columns, part in zip(self.inputs, self.parts, strict=True)
            ]
        factor *= self.scale
        for product in self._products:
            product(factor, keep)
