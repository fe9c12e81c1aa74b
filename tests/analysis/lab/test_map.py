"""The map: linear discriminants as in their closed form, kept steady by rotations and reflections only."""

import numpy as np
import pytest
from scipy.linalg import eigh

from mlp.analysis.lab.map import RIDGE, discriminant_plane, hidden_outputs, steadied
from mlp.nn.network import MLP


@pytest.fixture
def cloud() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(300, 6)) @ np.diag([9, 5, 2, 1, 0.5, 0.1]) @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 3


LABELS = np.repeat(np.arange(10), 30)


@pytest.fixture
def classes(cloud: np.ndarray) -> np.ndarray:
    """The labels of the cloud: ten classes, each around its own center."""
    return cloud + 4 * np.random.default_rng(3).normal(size=(10, 6))[LABELS]


def scatters(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the scatter within classes, with the ridge, and between them, by their textbook sums."""
    width = points.shape[1]
    within, between = np.zeros((width, width)), np.zeros((width, width))
    for label in range(10):
        own = points[label == LABELS]
        away, mean = own - own.mean(axis=0), own.mean(axis=0) - points.mean(axis=0)
        within += away.T @ away
        between += len(own) * np.outer(mean, mean)
    return within + RIDGE * np.trace(within) / width * np.eye(width), between


@pytest.mark.parametrize("width", [6, 40, 400])
def test_axes_solve_the_generalized_eigenproblem(classes: np.ndarray, width: int):
    points = classes @ np.linalg.qr(np.random.default_rng(1).normal(size=(width, width)))[0][:6]
    plane = discriminant_plane(points, LABELS)
    within, between = scatters(points)
    sizes, vectors = eigh(between, within)
    expected = vectors[:, ::-1][:, :2] * np.sqrt(len(points) - 10)
    np.testing.assert_allclose(np.abs(plane.places(points)), np.abs((points - plane.center) @ expected), atol=1e-6)
    assert plane.share == pytest.approx(sizes[-2:].sum() / sizes.sum(), rel=1e-3)


def test_map_uses_the_last_hidden_layer():
    network = MLP([6, 5, 4, 10], rng=np.random.default_rng(1), dropout=0.5)
    images = np.random.default_rng(2).random((7, 6), np.float32)
    hidden = hidden_outputs(network, images)
    np.testing.assert_allclose(network.dense_layers[-1].forward(hidden), network.logits(images), rtol=1e-6)


@pytest.mark.parametrize("turn", [0.3, 2.0, -1.2])
@pytest.mark.parametrize("flip", [1, -1])
def test_turned_or_flipped_map_is_steadied(cloud: np.ndarray, turn: float, flip: int):
    plane = discriminant_plane(cloud, LABELS)
    before = plane.places(cloud) @ np.array([[np.cos(turn), -np.sin(turn)], [flip * np.sin(turn), flip * np.cos(turn)]])
    steady = steadied(plane, cloud, before)
    np.testing.assert_allclose(steady.places(cloud), before, atol=1e-4)
    np.testing.assert_allclose(steady.axes @ steady.axes.T, plane.axes @ plane.axes.T, atol=1e-5)
