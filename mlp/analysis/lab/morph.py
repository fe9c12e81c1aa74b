"""The path from one image to another: through their pixels, and through a network's last hidden layer."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from mlp.analysis.attribution import place_of_sums, pull_back
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.optimizers import Adam
from mlp.nn.parameters import Parameter
from mlp.nn.reader import Reader

POINTS = 41  # points of the path with an answer
PICTURES = 11  # points of the path with an image
STEPS = 80
RATE = 0.01


def between(first: np.ndarray, last: np.ndarray, points: int) -> np.ndarray:
    """Return points on the straight path from one array to another, ends included, shape (points, …).

    Examples
    --------
    >>> between(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 3)
    array([[0. , 1. ],
           [0.5, 1. ],
           [1. , 1. ]])
    """
    shares = np.linspace(0, 1, points, dtype=first.dtype).reshape(points, *[1] * first.ndim)
    path: np.ndarray = (1 - shares) * first + shares * last
    return path


def by_pixels(reader: Reader, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return the probabilities of each digit along the path through the pixels, shape (`POINTS`, 10)."""
    return reader.predict_proba(between(first, last, POINTS))


def _layer(network: MLP) -> int:
    """Return the last hidden layer; without one, the only layer."""
    return max(len(network.dense_layers) - 2, 0)


def _sums(network: MLP, images: np.ndarray) -> np.ndarray:
    """Return the sums of the last hidden layer, before its activation."""
    return network.activations(images)[place_of_sums(network, _layer(network))]


def by_hidden_layer(reader: Reader, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return the probabilities along the straight path of the last hidden layer's sums, shape (`POINTS`, 10).

    Its points need not belong to any image; the network answers anyway.
    """
    network = reader.network
    ends = _sums(network, np.stack([first, last]))
    outputs = between(ends[0], ends[1], POINTS)
    for layer in network.layers[place_of_sums(network, _layer(network)) :]:
        outputs = copy(layer).forward(outputs)
    return softmax(outputs / reader.temperature)


@dataclass(frozen=True, eq=False)
class Morph:
    """A search for images that lead to the points between two images in the last hidden layer.

    Each starts as the mixture of the pixels, and descends on ``‖sums(x) − target‖² / 2`` within 0..1 by Adam (Kingma
    and Ba 2015). That is feature inversion (Mahendran and Vedaldi 2015, equation 1) with no prior except its start. Not
    every point has an image; the remaining distance is reported.

    Attributes
    ----------
    network : MLP
    images : float32 array, shape (`PICTURES`, 784)
    targets : float32 array, shape (`PICTURES`, width)
    optimizer : dict
        The state of Adam.
    distances : tuple of float
        Mean distance of the images from their targets before each step, as a fraction of the whole path.
    """

    network: MLP
    images: np.ndarray
    targets: np.ndarray
    optimizer: dict[str, object]
    distances: tuple[float, ...] = ()

    @property
    def progress(self) -> float:
        """Fraction of the steps done, 0 to 1."""
        return len(self.distances) / STEPS

    def remaining(self) -> Iterator["Morph"]:
        """Yield the search after each further step."""
        network, layer = self.network, _layer(self.network)
        images = Parameter(self.images.copy())
        optimizer = Adam([images], RATE)
        optimizer.restore(self.optimizer)
        distances = list(self.distances)
        length = max(float(np.linalg.norm(self.targets[-1] - self.targets[0])), 1e-12)
        while len(distances) < STEPS:
            activations = network.activations(images.value)
            away = activations[place_of_sums(network, layer)] - self.targets
            distances.append(float(np.linalg.norm(away, axis=1).mean()) / length)
            images.grad[...] = pull_back(network, activations, away, layer=layer)
            images.grad[[0, -1]] = 0  # the ends are already right
            optimizer.learning_rate = RATE * (1 - len(distances) / (STEPS + 1))  # shorter steps let it settle
            optimizer.step()
            np.clip(images.value, 0, 1, out=images.value)
            yield replace(self, images=images.value, optimizer=optimizer.state(), distances=tuple(distances))


def morph(network: MLP, first: np.ndarray, last: np.ndarray) -> Morph:
    """Return a search that starts with the mixtures of two images, (784,) float in 0..1."""
    images = between(first.astype(network.dtype), last.astype(network.dtype), PICTURES)
    ends = _sums(network, images[[0, -1]])
    return Morph(network, images, between(ends[0], ends[1], PICTURES), Adam([Parameter(images.copy())], RATE).state())


def answer_changes(probabilities: np.ndarray) -> list[tuple[int, float]]:
    """Return the answers along a path in order, each with the fraction of the path where it starts.

    Examples
    --------
    >>> answer_changes(np.eye(3)[[0, 0, 2, 2, 2]])
    [(0, 0.0), (2, 0.375)]
    """
    answers = probabilities.argmax(axis=1)
    turns = [(int(answers[0]), 0.0)]
    for place in np.flatnonzero(np.diff(answers)):
        turns.append((int(answers[place + 1]), float((place + 0.5) / (len(answers) - 1))))
    return turns
