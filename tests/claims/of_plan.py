"""Checks of what usually comes out in a step of a plan."""

from functools import cache

import numpy as np
from scipy.ndimage import rotate

import mlp
from mlp.images.mnist import PACKAGED
from mlp.page.draw.networks import pretrained
from tests.claims.runs import SEEDS

TURNED = 50
"""Degrees by which a digit is turned in the plan."""


@cache
def accuracy_on_the_way(seed: int) -> list[float]:
    """Return the accuracy on validation images before the first epoch, and three times within it."""
    data, rng = mlp.load_mnist(PACKAGED), np.random.default_rng(seed)
    network, found = mlp.MLP([784, 100, 200, 10], rng=rng), []
    optimizer = mlp.SGD(network.parameters(), 0.1)

    def measure() -> None:
        found.append(float((network.predict(data.validation.images) == data.validation.labels).mean()))

    measure()
    for step in mlp.train(network, optimizer, data.train.images, data.train.labels, batch_size=32, epochs=1, rng=rng):
        if step.number in (500, 1000, 1500):
            measure()
    return found


def nine_of_ten_are_read_within_the_first_epoch() -> None:
    for seed in SEEDS:
        before, *within = accuracy_on_the_way(seed)
        assert before < 0.3
        assert max(within) >= 0.9


def more_than_half_of_turned_digits_are_misread() -> None:
    basic, test = pretrained("article"), mlp.load_mnist().test
    for seed in SEEDS:
        chosen = np.random.default_rng(seed).permutation(len(test))[:500]
        images, labels = test.images[chosen], test.labels[chosen]
        for degrees in (-TURNED, TURNED):
            assert (basic.predict(turned(images, degrees)) == labels).mean() < 0.5
        for control in (0, TURNED // 3):
            assert (basic.predict(turned(images, control)) == labels).mean() > 0.85


def turned(images: np.ndarray, degrees: float) -> np.ndarray:
    """Return images, (n, 784) uint8, turned to the left."""
    grids = images.reshape(-1, 28, 28).astype(np.float32)
    return rotate(grids, degrees, axes=(1, 2), reshape=False, order=1).clip(0, 255).astype(np.uint8).reshape(-1, 784)
