"""Training loop: shuffled minibatches, with one optimizer step and one record each."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from mlp.blas import one_blas_thread
from mlp.checks import checked_int
from mlp.nn.losses import CROSS_ENTROPY, Loss, checked_batch, checked_labels, share_right
from mlp.nn.network import MLP
from mlp.nn.optimizers import Optimizer
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.training.fast_step import FastStep, gains_from_threads
from mlp.training.threads import ThreadChoice, chosen

TakeStep = Callable[[np.ndarray, np.ndarray, np.random.Generator | None], tuple[float, float]]
"""Trains on a minibatch, (batch, inputs) and (batch,), with masks from the generator; returns loss and accuracy."""

Batch = Callable[[int, int], np.ndarray]
"""Returns the images of an epoch from one place in its order to another: (batch, inputs)."""


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
    if isinstance(network, MLP) and FastStep.takes(network, optimizer, images):
        gains = gains_from_threads(network.layer_sizes, batch_size)
        choice = chosen(threads, network.layer_sizes, batch_size) if gains else ThreadChoice(1)
        return FastStep(network, optimizer, choice, loss)
    return one_blas_thread(partial(train_step, network, optimizer, loss=loss))


def shuffled(images: np.ndarray, order: np.ndarray) -> Batch:
    """Return the minibatches of an epoch in an order of the images."""
    return lambda start, stop: images.take(order[start:stop], axis=0)


def epoch_steps(
    take_step: TakeStep,
    batch: Batch,
    labels: np.ndarray,
    *,
    batch_size: int,
    epoch: int,
    masks: Callable[[], np.random.Generator | None],
    done: int = 0,
) -> Iterator[Step]:
    """Take the steps of one epoch, after so many that are done; the last minibatch may be short.

    ``labels`` are in the order of the epoch, and ``masks`` returns the generator of each step's masks. Inputs are
    trusted: they are checked where they enter, by `checked_examples`.
    """
    n_batches = -(-len(labels) // batch_size)
    for place in range(done, n_batches):
        start, stop = place * batch_size, (place + 1) * batch_size
        loss, share = take_step(batch(start, stop), labels[start:stop], masks())
        yield Step((epoch - 1) * n_batches + place + 1, epoch, loss, share)


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

    The caller decides when to stop, read or draw. Between two steps everything is consistent, but after a fast step
    every ``grad`` is NaN, as it stores none: for gradients, write the loop yourself, see ``help(mlp)``. Fast are those
    of a float32 `MLP` on uint8 images, by `SGD` or `Adam` for all parameters. They take as many threads as the process
    may use cores, while they are idle and faster. Others take the plain layers and one thread. Weights are the same up
    to rounding, and the same bits for any number of threads.

    Parameters
    ----------
    network : MLP or Sequential
        Changed in place.
    optimizer : Optimizer
        Created for ``network.parameters()``, or for some of them: the others stay as they are.
    images : array, shape (n, inputs) or (n, 28, 28)
        uint8 in 0..255 or float in 0..1.
    labels : int array, shape (n,)
        The class of each image, 0 to outputs − 1.
    batch_size, epochs : int
        Images per step, and passes over all images; at least 1.
    rng : numpy.random.Generator
        Draws the order of the images, a new one each epoch, and the masks of each step if there is dropout.
    loss : Loss
        What the steps lower; by default plain `CrossEntropy`.

    Yields
    ------
    Step

    Raises
    ------
    TypeError, ValueError
        At the call, not at the first step, if an argument is invalid.

    Examples
    --------
    >>> from mlp import MLP, SGD
    >>> rng = np.random.default_rng(0)
    >>> network = MLP([784, 10], rng=rng)
    >>> images, labels = np.eye(10, 784, dtype=np.float32), np.arange(10)
    >>> *_, last = train(network, SGD(network.parameters(), 1.0), images, labels, batch_size=5, epochs=60, rng=rng)
    >>> last.number, last.epoch, last.accuracy
    (120, 60, 1.0)
    """
    _check_fits(network, optimizer, rng, loss)
    images, labels = checked_examples(network, images, labels)
    batch_size = checked_int("batch_size", batch_size, 1, 2**31)
    epochs = checked_int("epochs", epochs, 1, 2**31)
    return _all_steps(network, optimizer, images, labels, batch_size, epochs, rng, loss)


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
    take_step = step_taker(network, optimizer, images, batch_size, loss=loss)
    for parameter in network.parameters():
        parameter.grad.fill(np.nan)  # nobody takes them for those of a fast step
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(images))
        batch, ordered = shuffled(images, order), labels[order]
        yield from epoch_steps(take_step, batch, ordered, batch_size=batch_size, epoch=epoch, masks=lambda: rng)


def _check_fits(network: Sequential, optimizer: Optimizer, rng: np.random.Generator, loss: Loss) -> None:
    if isinstance(network, Reader):
        raise TypeError(f"train() needs a network; pass reader.network, got {network}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be a Loss, such as CrossEntropy(), got {loss!r}")
    own = {id(parameter) for parameter in network.parameters()}
    if not all(id(parameter) in own for parameter in optimizer.parameters):
        raise ValueError("the optimizer must be created for network.parameters(), got one for other parameters")


def checked_examples(network: Sequential, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return images as (n, inputs) and labels as (n,) integers, or raise an error that names the value and the rule."""
    images = network.as_rows(images)
    return images, checked_labels(labels, len(images), network.n_outputs)
