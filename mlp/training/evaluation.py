"""Evaluate a network: mean loss and accuracy on images that it was not trained on."""

import numpy as np

from mlp.nn.losses import accuracy, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.reader import Reader


def evaluate(network: MLP | Reader, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Mean loss in nats, and accuracy 0 to 1, over all images; the network is not touched.

    Parameters
    ----------
    network : MLP or Reader
    images : array, shape (n, inputs) or (n, 28, 28)
        uint8 in 0..255 or float in 0..1.
    labels : int array, shape (n,)

    Raises
    ------
    ValueError
        If there are no images, or not one label per image.
    """
    logits = network.logits(images)
    share = accuracy(logits, labels)  # checks the lengths
    loss, _ = softmax_cross_entropy(logits, labels)
    return loss, share
