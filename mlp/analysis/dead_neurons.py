"""Silent neurons: ReLUs that give 0 on each image of a sample, and often stay so."""

import numpy as np

from mlp.nn.layers import ReLU
from mlp.nn.network import MLP

SAMPLE = 500
"""Number of images on which a dead neuron gives 0; on more images, some turn out to be active."""


def dead_shares(network: MLP, images: np.ndarray) -> list[float]:
    """Return the fraction of dead neurons in each hidden layer, 0 to 1; none for a network without ReLUs.

    The images are (n, inputs); `SAMPLE` of them are enough.

    >>> network = MLP([2, 4, 3], rng=np.random.default_rng(0))
    >>> network.dense_layers[0].bias.value[:] = [-9, -9, 9, 9]
    >>> dead_shares(network, np.ones((1, 2)))
    [0.5]
    """
    outputs = network.activations(images)[1:]
    return [
        float((output == 0).all(axis=0).mean())
        for layer, output in zip(network.layers, outputs, strict=True)
        if isinstance(layer, ReLU)
    ]
