"""Evaluation of a network: mean loss and accuracy on unchanged images."""

import numpy as np

from mlp.checks import check_scaled_once
from mlp.images.mnist import Split, evenly_spaced
from mlp.nn.losses import accuracy, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.data.prepared_images import prepared
from mlp.training.settings import Settings

SAMPLE = 2_000
"""Maximum number of training images that a run is measured on: accurate to 0.3 points at 98%, and quick to read."""


def evaluate(network: MLP | Reader, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the mean cross-entropy in nats and the accuracy, 0 to 1, over all images; the network does not change.

    It is the plain one whatever loss training lowers, so that runs with different losses can be compared.

    Parameters
    ----------
    network : MLP or Reader
        A run's ``reader``, unlike its ``network``, straightens the images if the run does.
    images : array, shape (n, inputs) or (n, 28, 28)
        uint8 in 0..255 or float in 0..1.
    labels : int array, shape (n,)

    Raises
    ------
    TypeError, ValueError
        If images or labels are invalid, there are none, or the images were scaled to 0..1 twice.
    """
    check_scaled_once(np.asarray(images))
    logits = network.logits(images)
    loss, _ = softmax_cross_entropy(logits, labels)
    return loss, accuracy(logits, labels)


def training_sample(settings: Settings, train: Split, used: int) -> Split:
    """Return at most `SAMPLE` evenly spaced training images, prepared like validation images.

    Synthetic digits are left out, so that training and validation scores differ only in the images.

    ``train`` is the training data of a run, synthetic digits first, of which the run uses ``used``.
    """
    first = settings.synthetic
    if used <= first:
        raise ValueError(f"a run must use more images than the {first} synthetic ones, got {used}")
    chosen = evenly_spaced(used - first, SAMPLE)
    return Split(prepared(settings, train.images, used)[first:][chosen], train.labels[first:used][chosen])
