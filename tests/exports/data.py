"""A folder of MNIST's files with few digits, and networks to export."""

from pathlib import Path

import numpy as np

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.settings import Settings
from tests.sample_digits import sample, write_sample


def write_mnist(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Write four files like MNIST's with few digits; return the test images (n, 784) uint8 and their labels."""
    write_sample(folder, 600)
    return sample().test.images, sample().test.labels


def reader(activation: str = "relu", **settings: object) -> Reader:
    """Return a small network with a temperature and test-time augmentation, with the facts of a run of one epoch."""
    asked = Settings(hidden=(20, 16), activation=activation, epochs=1, **settings)  # type: ignore[arg-type]
    network = MLP(asked.layer_sizes, activation=activation, rng=np.random.default_rng(1))
    network.values *= 2
    facts = {"settings": asked.as_dict(), "data": "</script><img src=x>"}
    return Reader(network, temperature=0.7, test_time_augmentation=True, straighten=asked.straighten, facts=facts)


def plain(network: Reader, images: np.ndarray) -> np.ndarray:
    """Return the probabilities of the network without test-time augmentation, with its temperature, as in an export."""
    once = Reader(network.network, temperature=network.temperature, straighten=network.straighten)
    return once.predict_proba(images / np.float32(255))
