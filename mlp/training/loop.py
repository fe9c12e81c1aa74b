"""Training loop: shuffled minibatches, with one optimizer step and one record each."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlp.blas import one_blas_thread
from mlp.checks import checked_int
from mlp.nn.dropout import dropping
from mlp.nn.losses import accuracy, softmax_cross_entropy
from mlp.nn.optimizers import Optimizer
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential


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
    network: Sequential, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray, *, label_smoothing: float = 0.0
) -> tuple[float, float]:
    """Forward, loss, backward, update; return the minibatch's loss and accuracy."""
    logits = network.forward(images)  # (batch, 10)
    loss, grad_logits = softmax_cross_entropy(logits, labels, label_smoothing)
    network.backward(grad_logits)
    optimizer.step()
    return loss, accuracy(logits, labels)


def train_epoch(
    network: Sequential,
    optimizer: Optimizer,
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
        with one_blas_thread, dropping(network.layers, rng):  # left before the yield
            loss, share = train_step(network, optimizer, images[batch], labels[batch])
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

    The caller decides when to stop, read or draw; between two steps everything is consistent. A step uses one BLAS
    thread, so the weights are the same everywhere, to the last bit.

    Parameters
    ----------
    network : MLP or Sequential
        Changed in place.
    optimizer : Optimizer
        Created for ``network.parameters()``.
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
    images, labels = checked_examples(images, labels, network.n_inputs, network.n_outputs)
    batch_size = checked_int("batch_size", batch_size, 1, 2**31)
    epochs = checked_int("epochs", epochs, 1, 2**31)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    own = {id(parameter) for parameter in network.parameters()}
    if not any(id(parameter) in own for parameter in optimizer.parameters):
        raise ValueError("the optimizer must be created for network.parameters(), got one for other parameters")
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
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(images))
        yield from train_epoch(
            network, optimizer, images, labels, order=order, batch_size=batch_size, epoch=epoch, rng=rng
        )


def checked_examples(
    images: np.ndarray, labels: np.ndarray, n_inputs: int | None, n_classes: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return images as (n, inputs) and labels as (n,) integers, or raise an error that names the value and the rule.

    A number that is None, of a custom layer, is taken from the images or not checked.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if images.dtype.kind != "f" and images.dtype != np.uint8:
        raise TypeError(f"images must be floats in 0..1 or uint8 in 0..255, got {images.dtype}")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got {labels.dtype}")
    n_inputs = n_inputs or int(np.prod(images.shape[1:]))
    if images.ndim < 2 or int(np.prod(images.shape[1:])) != n_inputs:
        raise ValueError(f"images must have {n_inputs} pixels each, got the shape {images.shape}")
    if len(images) == 0:
        raise ValueError("training needs at least one image, got none")
    if labels.shape != (len(images),):
        raise ValueError(f"there must be one label per image, got labels {labels.shape} for {len(images)} images")
    if labels.min() < 0 or (n_classes is not None and labels.max() >= n_classes):
        rule = "at least 0" if n_classes is None else f"0 to {n_classes - 1}"
        raise ValueError(f"labels must be {rule}, got {labels.min()} to {labels.max()}")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise ValueError("images must be finite numbers, got NaN or infinity among them")
    return images.reshape(len(images), n_inputs), labels
