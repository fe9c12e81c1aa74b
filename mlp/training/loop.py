"""Training loop: shuffled minibatches, with one optimizer step and one record each."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from mlp.checks import checked_int
from mlp.nn.losses import accuracy, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.optimizers import Optimizer
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.training.fast_step import FastStep, gains_from_threads
from mlp.training.threads import ThreadChoice, chosen

TakeStep = Callable[[np.ndarray, np.ndarray, np.random.Generator | None], tuple[float, float]]
"""Trains on a minibatch, (batch, inputs) and (batch,), with masks from the generator; returns loss and accuracy."""


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
    label_smoothing: float = 0.0,
) -> tuple[float, float]:
    """Forward, loss, backward, update; return the minibatch's loss and accuracy. ``rng`` draws dropout's masks."""
    logits = network.forward(images, rng)  # (batch, 10)
    loss, grad_logits = softmax_cross_entropy(logits, labels, label_smoothing)
    network.backward(grad_logits)
    optimizer.step()
    return loss, accuracy(logits, labels)


def step_taker(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    batch_size: int,
    threads: int | ThreadChoice | None = None,
    *,
    label_smoothing: float = 0.0,
) -> tuple[TakeStep, ThreadChoice]:
    """Return the function for all steps on these images, and its threads: `FastStep` where it fits, or `train_step`."""
    if isinstance(network, MLP) and FastStep.takes(network, optimizer, images):
        gains = gains_from_threads(network.layer_sizes, batch_size)
        choice = chosen(threads, network.layer_sizes, batch_size) if gains else ThreadChoice(1)
        return FastStep(network, optimizer, label_smoothing=label_smoothing), choice

    return partial(train_step, network, optimizer, label_smoothing=label_smoothing), ThreadChoice(1)


def train_epoch(
    take_step: TakeStep,
    threads: ThreadChoice,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    order: np.ndarray,
    batch_size: int,
    epoch: int,
    rng: np.random.Generator,
) -> Iterator[Step]:
    """Take the steps of one epoch in the given order of images; the last batch may be short, and ``rng`` draws masks.

    Inputs are trusted: they are checked where they enter, in `train`.
    """
    number = (epoch - 1) * -(-len(order) // batch_size)
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        with threads:  # left before the yield: between two steps, the caller may use threads
            loss, share = take_step(images.take(batch, axis=0), labels[batch], rng)
        number += 1
        yield Step(number, epoch, loss, share)


def train(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> Iterator[Step]:
    """Train a network in place, yielding after every optimizer step.

    The caller decides when to stop, read or draw. Between two steps everything is consistent, but every ``grad`` is
    NaN, as the fast step stores none: for gradients, write the loop yourself, see ``help(mlp)``. The fast step is that
    of a float32 `MLP` on uint8 images, by `SGD` or `Adam` for all parameters. It takes as many threads as the process
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
    if isinstance(network, Reader):
        raise TypeError(f"train() needs a network; pass reader.network, got {network}")
    images, labels = checked_examples(network, images, labels)
    batch_size = checked_int("batch_size", batch_size, 1, 2**31)
    epochs = checked_int("epochs", epochs, 1, 2**31)
    _check_fits(network, optimizer, rng)
    return _train(network, optimizer, images, labels, batch_size, epochs, rng)


def _train(
    network: Sequential,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> Iterator[Step]:
    """Take the steps of all epochs: the generator of `train`, which checks its arguments at once."""
    take_step, threads = step_taker(network, optimizer, images, batch_size)
    _forget_gradients(network)
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(images))
        for step in train_epoch(
            take_step, threads, images, labels, order=order, batch_size=batch_size, epoch=epoch, rng=rng
        ):
            if not isinstance(take_step, FastStep):
                _forget_gradients(network)
            yield step


def _check_fits(network: Sequential, optimizer: Optimizer, rng: np.random.Generator) -> None:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    own = {id(parameter) for parameter in network.parameters()}
    if not all(id(parameter) in own for parameter in optimizer.parameters):
        raise ValueError("the optimizer must be created for network.parameters(), got one for other parameters")


def _forget_gradients(network: Sequential) -> None:
    for parameter in network.parameters():
        parameter.grad.fill(np.nan)


def checked_examples(network: Sequential, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return images as (n, inputs) and labels as (n,) integers, or raise an error that names the value and the rule."""
    images, labels, n_classes = network.as_rows(images), np.asarray(labels), network.n_outputs
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got {labels.dtype}")
    if len(images) == 0:
        raise ValueError("training needs at least one image, got none")
    if labels.shape != (len(images),):
        raise ValueError(f"there must be one label per image, got labels {labels.shape} for {len(images)} images")
    if labels.min() < 0 or (n_classes is not None and labels.max() >= n_classes):
        rule = "at least 0" if n_classes is None else f"0 to {n_classes - 1}"
        raise ValueError(f"labels must be {rule}, got {labels.min()} to {labels.max()}")
    return images, labels
