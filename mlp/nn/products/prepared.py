"""Products of a Dense layer, prepared once for one size of minibatch."""

import numpy as np

from mlp.nn.products.buffer import Buffer
from mlp.nn.products.gradient import Gradient, GradientOfAll
from mlp.nn.products.product import Product, parts


class Prepared:
    """The products of a Dense layer for minibatches of one size, cut by inputs.

    Parameters
    ----------
    weight : float array, shape (n_in, n_out)
    inputs : array, shape (n, n_in)
        The first minibatch.
    outputs : Buffer
        Where the outputs are written.
    """

    def __init__(self, weight: np.ndarray, inputs: np.ndarray, outputs: Buffer) -> None:
        self.weight = weight
        self.ones = np.ones(len(inputs), weight.dtype)
        self._n = len(inputs)
        n_in, n_out = weight.shape
        self._parts = parts(n_in, n_out, self._n)
        self._outputs = outputs.rows((self._n, n_out), weight.dtype)
        self._backward: tuple[np.ndarray, np.ndarray, list[Product]] | None = None

    def fits(self, weight: np.ndarray, inputs: np.ndarray) -> bool:
        """Whether the products are those of these arrays."""
        return len(inputs) == self._n and weight is self.weight

    def forward(self, inputs: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Compute inputs @ W + b."""
        raise NotImplementedError

    def gradient(self, grad_outputs: np.ndarray) -> Gradient:
        """Give the gradient of the weight, not yet multiplied."""
        raise NotImplementedError

    def grad_inputs(self, grad_outputs: np.ndarray, buffer: Buffer) -> np.ndarray:
        """Compute the gradient of the inputs."""
        if self._backward is None or self._backward[0] is not grad_outputs:
            grads = buffer.rows((self._n, len(self.weight)), self.weight.dtype)
            products = [Product(grad_outputs, self.weight[part].T, grads[:, part]) for part in self._parts]
            self._backward = grad_outputs, grads, products
        _, grads, products = self._backward
        for product in products:
            product()
        return grads


class WholeInputs(Prepared):
    """Products with all inputs.

    Inputs in Fortran order, as our layers give them, are used where they lie; others are copied in parts, each in one
    piece. That uint8 stands for 0..1 is made up for by the factor of the products.
    """

    def __init__(self, weight: np.ndarray, inputs: np.ndarray, outputs: Buffer) -> None:
        super().__init__(weight, inputs, outputs)
        self._inputs = inputs if self._taken_as_they_are(inputs) else None
        if self._inputs is not None:
            self._columns = [inputs[:, part] for part in self._parts]
        else:
            self._columns = [np.empty((self._n, part.stop - part.start), weight.dtype) for part in self._parts]
        self._scale = 1.0
        self._forward = [
            Product(columns, weight[part], self._outputs)
            for columns, part in zip(self._columns, self._parts, strict=True)
        ]
        self._gradient: GradientOfAll | None = None

    def _taken_as_they_are(self, inputs: np.ndarray) -> bool:
        return inputs.flags.f_contiguous and inputs.dtype == self.weight.dtype

    def fits(self, weight: np.ndarray, inputs: np.ndarray) -> bool:
        """Whether the products are those of these arrays."""
        same = inputs is self._inputs or (self._inputs is None and not self._taken_as_they_are(inputs))
        return same and super().fits(weight, inputs)

    def forward(self, inputs: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Compute inputs @ W + b."""
        if self._inputs is None:
            for columns, part in zip(self._columns, self._parts, strict=True):
                columns[...] = inputs[:, part]
            self._scale = 1 / 255 if inputs.dtype == np.uint8 else 1.0
        self._outputs[...] = bias
        for product in self._forward:
            product(self._scale, keep=1.0)
        return self._outputs

    def gradient(self, grad_outputs: np.ndarray) -> Gradient:
        """Give the gradient of the weight, not yet multiplied."""
        if self._gradient is None or self._gradient.grad_outputs is not grad_outputs:
            self._gradient = GradientOfAll(self._columns, self._parts, grad_outputs)
        self._gradient.scale = self._scale
        return self._gradient
