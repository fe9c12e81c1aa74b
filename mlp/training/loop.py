"""Training loop: shuffled minibatches, with one optimizer step and one record each."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from mlp.blas import one_blas_thread
from mlp.checks import check_scaled_once, checked_int
from mlp.nn.losses import CROSS_ENTROPY, Loss, checked_batch, checked_labels, share_right
from mlp.nn.network import MLP
from mlp.nn.optimizers import Optimizer
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.training.fast_step import FastStep, gains_from_threads
from mlp.training.threads import ThreadChoice, chosen


class Step(NamedTuple):
    """The result of one optimizer step.

    ``number`` counts from 1 over the whole run, ``epoch`` from 1; ``loss`` (mean, nats) and ``accuracy`` (0 to 1)
    belong to the step's minibatch, before the update.
    """

    number: int
    epoch: int
    loss: float
    accuracy: float


def train_step(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator | None = None,
    *,
    loss: Loss = CROSS_ENTROPY,
) -> tuple[float, float]:
    """Forward, loss, backward, update; return the minibatch's loss and accuracy. ``rng`` draws dropout's masks."""
    logits, labels = checked_batch(network.forward(images, rng), labels)  # (batch, 10) and (batch,)
    mean, grad_logits = loss.batch(logits, labels)
    network.backward(grad_logits)
    optimizer.step()
    return mean, share_right(logits, labels)


def train(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
    loss: Loss = CROSS_ENTROPY,
) -> Iterator[Step]:
    """Train a network in place, yielding after every optimizer step.

    It begins when you iterate; you decide when to stop, read or draw. Between two steps everything is consistent, but
    it is too late to clip gradients: write the loop yourself, as below. Fast steps store none, and leave NaN. These are
    of a float32 `MLP` on uint8 images, by `SGD` or `Adam` for all parameters; others take the plain layers and a single
    thread. Weights are the same up to rounding, and the same bits for any number of threads.

    Parameters
    ----------
    network : MLP or Sequential, changed in place
    optimizer : Optimizer
        Created for ``network.parameters()``, or for some of them: the others stay as they are.
    images : array, shape (n, inputs) or (n, 28, 28)
        uint8 in 0..255, or float in 0..1; standardized floats may be negative, and up to 10.
    labels : int array, shape (n,)
        The class of each image, 0 to outputs − 1.
    batch_size, epochs : int
        Images per step, or all if there are fewer, and passes over all images; at least 1.
    rng : numpy.random.Generator
        Draws the order of the images, a new one each epoch, and the masks of each step if there is dropout.
    loss : Loss
        What the steps lower; by default plain `CrossEntropy`.

    Yields
    ------
    Step

    Raises
    ------
    TypeError, ValueError, RuntimeError
        At the call, if an argument is invalid, a weight is not finite, or images were scaled to 0..1 twice; at a step,
        if a layer's ``backward`` leaves a gradient unwritten, or another ``train`` of the network took the last one.

    Examples
    --------
    >>> from mlp import MLP, SGD, softmax_cross_entropy
    >>> rng, images, labels = np.random.default_rng(0), np.eye(10, 784, dtype=np.float32), np.arange(10)
    >>> network = MLP([784, 10], rng=rng)
    >>> optimizer = SGD(network.parameters(), 1.0)
    >>> [*train(network, optimizer, images, labels, batch_size=5, epochs=60, rng=rng)][-1].accuracy
    1.0
    >>> loss, grad_logits = softmax_cross_entropy(network.forward(images), labels)
    >>> network.backward(grad_logits)
    >>> network.grads *= min(1.0, 0.01 / np.linalg.norm(network.grads))  # clipped to a length of 0.01
    >>> optimizer.step()
    """
    images, labels = checked_examples(_trainable(network, optimizer, rng, loss), images, labels)
    sizes = checked_int("batch_size", batch_size, 1, 2**31), checked_int("epochs", epochs, 1, 2**31)
    return _in_turn(network, _all_steps(network, optimizer, images, labels, *sizes, rng, loss))


def _all_steps(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
    loss: Loss,
) -> Iterator[Step]:
    """Yield the steps of `train`, which checks its arguments before the first."""
    take_step, number = step_taker(network, optimizer, images, batch_size, loss=loss), 0
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(images))
        for start in range(0, len(images), batch_size):
            batch = order[start : start + batch_size]
            number += 1
            yield Step(number, epoch, *take_step(images.take(batch, axis=0), labels[batch], rng))


TakeStep = Callable[[np.ndarray, np.ndarray, np.random.Generator | None], tuple[float, float]]
"""Trains on a minibatch, (batch, inputs) and (batch,), with masks from the generator; returns loss and accuracy."""


def step_taker(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    batch_size: int,
    threads: int | ThreadChoice | None = None,
    *,
    loss: Loss = CROSS_ENTROPY,
) -> TakeStep:
    """Return the function for all steps on these images: `FastStep` where it fits, or `train_step`.

    ``threads`` is that of `mlp.training.run.steps`.
    """
    for parameter in network.parameters():
        if parameter.has_grad:  # of an earlier step; fast steps store none, and a layer may leave its own unwritten
            parameter.grad.fill(np.nan)
    if isinstance(network, MLP) and FastStep.takes(network, optimizer, images):
        gains = gains_from_threads(network.layer_sizes, batch_size)
        choice = chosen(threads) if gains else ThreadChoice(1)
        return FastStep(network, optimizer, choice, loss)
    return one_blas_thread(partial(train_step, network, optimizer, loss=loss))


_LATEST: WeakKeyDictionary[Sequential, list[Step | None]] = WeakKeyDictionary()
"""The latest step that a `train` took with each network, as the item of a list."""


def _in_turn(network: Sequential, steps: Iterator[Step]) -> Iterator[Step]:
    """Yield the steps of a `train`; raise an error if another one has trained the network in between."""
    latest = _LATEST.setdefault(network, [None])
    for step in steps:
        latest[0] = step
        yield step
        if latest[0] is not step:
            raise RuntimeError(f"{network!r} must be trained by one train() at a time, got a step of another one")


def _trainable(network: Sequential, optimizer: Optimizer, rng: np.random.Generator, loss: Loss) -> Sequential:
    """Return the network, or raise an error if it or an object that trains it is a wrong one."""
    if isinstance(network, Reader):
        raise TypeError(f"train() needs a network; pass reader.network, got {network}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be a Loss, such as CrossEntropy(), got {loss!r}")
    own = {id(parameter) for parameter in network.parameters()}
    if not all(id(parameter) in own for parameter in optimizer.parameters):
        raise ValueError("the optimizer must be created for network.parameters(), got one for other parameters")
    for parameter in network.parameters():
        if not np.isfinite(parameter.value).all():
            raise ValueError(f"weights must be finite numbers to train them, got NaN or infinity in {parameter!r}")
    return network


def checked_examples(network: Sequential, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return images as (n, inputs) and labels as (n,) integers, or raise an error that names the value and the rule."""
    images = network.as_rows(images)
    check_scaled_once(images)
    return images, checked_labels(labels, len(images), network.n_outputs)
