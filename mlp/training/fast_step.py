"""A fast training step with the same result as `mlp.training.loop.train_step`, up to rounding.

The plain step is the specification, and a test compares both. Here one function sees the whole step:

- pixels that are blank in a whole minibatch are left out, with their weights;
- a weight and its bias, which are adjacent in memory, are one matrix, and inputs have a column of ones: one product
  computes the outputs of a layer, and one the gradients of both;
- that product is added to the weights or the velocity, so that no gradient is stored;
- activations work in place, in arrays that are reused from step to step;
- products are cut into parts that OpenBLAS adds up to the same bits for any number of threads.
"""

from functools import partial
from itertools import pairwise

import numpy as np

from mlp.blas import blas_function
from mlp.nn.layers import ACTIVATIONS
from mlp.nn.losses import Loss, share_right
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD, Adam, Optimizer
from mlp.training.products import SMALL, Product, sum_cuts
from mlp.training.threads import ThreadChoice

WEIGHTS_COST = 8
"""Gathering the weights of a pixel and putting them back takes as long as multiplying them for this many images."""

PIXELS_COST = 0.06
"""Gathering a pixel takes this share of the time that its products take."""

SCALE = 1 / 255
"""Factor of products with images, because uint8 pixels represent 0..1."""


def gains_from_threads(layer_sizes: list[int], batch_size: int) -> bool:
    """Whether any product of a step is large enough for several threads."""
    return any(batch_size * n_in * n_out > SMALL for n_in, n_out in pairwise(layer_sizes))


class FastStep:
    """A function that trains on minibatches of uint8 images as `train_step` does.

    The optimizer was created for ``network.parameters()``. Parameters, and the optimizer's velocities or means, change;
    gradients do not. ``threads`` chooses the number of threads of each step.
    """

    def __init__(self, network: MLP, optimizer: Optimizer, threads: ThreadChoice, loss: Loss) -> None:
        self._network, self._optimizer, self._loss = network, optimizer, loss
        self._threads, self._activation, self._dropouts = threads, ACTIVATIONS[network.activation](), network.dropouts
        self._adding = optimizer if isinstance(optimizer, SGD) else None  # others need the whole gradient at once
        if self._adding is not None:
            self._target = self._adding.slots.get("velocity", network.values)
        else:
            self._target = np.zeros_like(network.values)  # gradients
        self._minibatches: dict[int, Minibatch] = {}

    @staticmethod
    def takes(network: MLP, optimizer: Optimizer, images: np.ndarray) -> bool:
        """Whether this module can carry out the steps of a network with such images."""
        return (
            type(network) is MLP
            and not any(
                {"forward", "backward", "step"} & vars(piece).keys() for piece in (network, optimizer, *network.layers)
            )
            and network.dtype == np.float32
            and type(optimizer) in (SGD, Adam)
            and optimizer.parameters == network.parameters()
            and images.dtype == np.uint8
            and network.layer_sizes[0] % 2 == 0
        )

    def __call__(
        self, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator | None = None
    ) -> tuple[float, float]:
        """Take a step; return the loss and accuracy before it.

        The images are (n, inputs) uint8 in C order; the labels, (n,) int, are trusted, as this is the inner loop.
        ``rng`` draws the masks of dropout; without it, all neurons take part.
        """
        n = len(images)
        if n not in self._minibatches:
            self._minibatches[n] = Minibatch(self._network, n, self._target)
        minibatch, dropouts, masks = self._minibatches[n], self._dropouts, []
        outputs, grads = minibatch.outputs, minibatch.grads
        with self._threads:  # left at the end of each step: between two, the caller may use threads
            minibatch.images.forward(images, outputs[0])
            for number, product in enumerate(minibatch.forward):
                self._activation.function(outputs[number], out=outputs[number])
                if dropouts and rng is not None:
                    masks.append(dropouts[number].draw(outputs[number].shape, rng))
                    np.multiply(outputs[number], masks[-1], out=minibatch.next_inputs[number])
                elif dropouts:
                    minibatch.next_inputs[number][...] = outputs[number]
                product()
            logits = outputs[-1]
            share = share_right(logits, labels)  # now, while the logits are in the cache
            loss, grads[-1][...] = self._loss.batch(logits, labels)
            for number, product in reversed([*enumerate(minibatch.backward)]):
                product()
                if masks:
                    grads[number] *= masks[number]
                grads[number] *= self._activation.slope(outputs[number])
            self._update(minibatch)
        return loss, share

    def _update(self, minibatch: "Minibatch") -> None:
        """Change the parameters by the gradient of a minibatch."""
        adding, values = self._adding, self._network.values
        if adding is not None:
            unchanged = not (adding.slots or adding.weight_decay or adding.l1)
            adding.step_adding(values, partial(minibatch.add_gradient, gathered=unchanged))
        else:
            minibatch.add_gradient(1.0, keep=0.0, gathered=True)
            self._optimizer.step_flat(values, self._target)


class Minibatch:
    """Arrays and products for the steps with minibatches of ``n`` images.

    ``target``, (n_parameters,) float, receives the products of the gradients.
    """

    def __init__(self, network: MLP, n: int, target: np.ndarray) -> None:
        weights, targets = stacked(network.layer_sizes, network.values), stacked(network.layer_sizes, target)
        widths = network.layer_sizes[1:]
        inputs = [columns(n, width + 1) for width in widths[:-1]]  # of each layer but the first
        for array in inputs:
            array[:, -1] = 1  # for the bias
        self.grads = [columns(n, width) for width in widths]  # of each layer's sums
        self.next_inputs = [array[:, :-1] for array in inputs]  # the outputs of an activation, or of dropout
        outputs = [columns(n, width) for width in widths[:-1]] if network.dropout else self.next_inputs
        self.outputs = [*outputs, columns(n, widths[-1])]  # of each activation; logits last
        self.images = FirstLayer(weights[0], targets[0], n)
        self.forward = [Product(*each) for each in zip(inputs, weights[1:], self.outputs[1:], strict=True)]
        self.backward = [
            Product(grads, weight[:-1].T, before)
            for grads, weight, before in zip(self.grads[1:], weights[1:], self.grads[:-1], strict=True)
        ]
        self._gradients = [
            Product(array.T, grads, place)
            for array, grads, place in zip(inputs, self.grads[1:], targets[1:], strict=True)
        ]

    def add_gradient(self, factor: float, keep: float = 1.0, *, gathered: bool) -> None:
        """Compute ``target ← keep · target + factor · gradient``; see `FirstLayer.add_gradient` for ``gathered``."""
        for product in self._gradients:
            product(factor, keep)
        self.images.add_gradient(self.grads[0], factor, keep, gathered)


class FirstLayer:
    """Products of the first layer with uint8 images, using only the pixels that are not 0 in a whole minibatch.

    A pixel that is 0 adds nothing to a sum, and the gradient of its weights is 0. Of MNIST's pixels, 32 images leave
    42% blank and 512 still 25%; gathering the others, and their weights, takes a fraction of the time to multiply by 0.
    They are gathered in pairs: single ones take twice as long, and groups of four skip fewer. If too few are blank to
    pay for it, all are multiplied. The bias is the weight of a last pixel that is always 255.

    ``weight`` and ``target`` are (n_in + 1, n_out) float, bias last; ``n`` is the number of images.
    """

    def __init__(self, weight: np.ndarray, target: np.ndarray, n: int) -> None:
        self._n, n_in = n, len(weight) - 1
        self._gemm = blas_function("gemm", weight.dtype)
        self._least_blank = (WEIGHTS_COST / n + PIXELS_COST) * n_in / 2
        self._sums = sum_cuts(n)
        self._pixels = np.empty(n * n_in // 2, np.uint16)
        self._columns = np.empty(n * (n_in + 1), weight.dtype)
        self._weight, self._target, self._rows = map(with_pairs, (weight, target, np.empty_like(weight)))

    def forward(self, images: np.ndarray, outputs: np.ndarray) -> None:
        """Compute ``images / 255 @ W + b``."""
        pairs = images.view(np.uint16)
        self._seen = np.bitwise_or.reduce(pairs, axis=0).nonzero()[0]
        n, n_seen = self._n, len(self._seen)
        self._all = pairs.shape[1] - n_seen < self._least_blank
        pixels = images
        if not self._all:
            pixels = pairs.take(self._seen, axis=1, out=self._pixels[: n * n_seen].reshape(n, n_seen), mode="clip")
            pixels = pixels.view(np.uint8)
        self._gathered = self._rows_of(*self._weight)
        self._parts = []
        for part in sum_cuts(len(self._gathered)):
            block = self._columns[n * part.start : n * part.stop].reshape(n, part.stop - part.start)
            if part.stop < len(self._gathered):
                block[...] = pixels[:, part]
            else:
                block[:, :-1] = pixels[:, part]
                block[:, -1] = 255
            # In Fortran order, as BLAS has it.
            self._gemm(SCALE, block.T, self._gathered[part].T, float(part.start > 0), outputs, True, True, True)
            self._parts.append((block, part))

    def add_gradient(self, grads: np.ndarray, factor: float, keep: float, gathered: bool) -> None:
        """Compute ``target ← keep · target + factor · gradient``; the gradient for blank pixels is 0.

        ``gathered``: the rows of ``forward`` serve, as they are those of the target, or ``keep`` is 0.
        """
        rows = self._gathered if gathered and not self._all else self._rows_of(*self._target)
        target, pairs = self._target
        if not (keep or self._all):
            target[...] = 0
        factor *= SCALE
        for images in self._sums:
            few = grads if len(self._sums) == 1 else np.asfortranarray(grads[images])
            for block, part in self._parts:
                self._gemm(factor, few, block[images].T, keep, rows[part].T, True, True, True)
            keep = 1.0
        if not self._all:
            pairs[self._seen] = self._rows[1][: len(self._seen)]
            target[-1] = rows[-1]

    def _rows_of(self, array: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the rows of the seen pixels, in pairs, and of the bias: a copy, or the array if all are seen."""
        if self._all:
            return array
        n_seen, (rows, pairs_of_rows) = len(self._seen), self._rows
        pairs.take(self._seen, out=pairs_of_rows[:n_seen], mode="clip")
        rows[2 * n_seen] = array[-1]
        return rows[: 2 * n_seen + 1]


def with_pairs(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights, bias last, and a view of all rows but that, with the weights of two pixels as one item."""
    pair = np.dtype((np.void, 2 * rows.shape[1] * rows.itemsize))
    return rows, rows[:-1].reshape(-1).view(pair)


def stacked(layer_sizes: list[int], flat: np.ndarray) -> list[np.ndarray]:
    """Return each layer's weight with its bias as a last row, (n_in + 1, n_out), as views of a flat array."""
    views, start = [], 0
    for n_in, n_out in pairwise(layer_sizes):
        stop = start + (n_in + 1) * n_out
        views.append(flat[start:stop].reshape(n_in + 1, n_out))
        start = stop
    return views


def columns(n: int, width: int) -> np.ndarray:
    """Return a float32 array (n, width) in Fortran order, whose leading columns are contiguous too."""
    return np.empty((width, n), np.float32).T
