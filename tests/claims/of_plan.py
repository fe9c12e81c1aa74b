"""Checks of what usually comes out in a step of a plan."""

from functools import cache

import numpy as np
from scipy.ndimage import rotate

import mlp
from mlp.images.mnist import PACKAGED
from mlp.page.draw.networks import pretrained
from tests.claims.runs import SEEDS

FAR = 60
"""Degrees by which a digit leans that leans far."""


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


def more_than_half_of_those_that_lean_far_are_misread() -> None:
    images, labels = mlp.load_mnist().test.images[:500], mlp.load_mnist().test.labels[:500]
    basic = pretrained("article")
    assert (basic.predict(images) == labels).mean() > 0.95
    for degrees in (-FAR, FAR):
        turned = [rotate(image.reshape(28, 28).astype(np.float32), degrees, reshape=False, order=1) for image in images]
        leaning = np.clip(turned, 0, 255).astype(np.uint8).reshape(-1, 784)
        assert (basic.predict(leaning) == labels).mean() < 0.5
