"""The map: main components as in a full decomposition, kept steady by turning only."""

import tracemalloc

import numpy as np
import pytest

from mlp.analysis.lab.map import hidden_outputs, main_plane, nearest_points, steadied
from mlp.nn.network import MLP
from mlp.nn.sequential import PREDICT_ROWS


@pytest.fixture
def cloud() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(300, 6)) @ np.diag([9, 5, 2, 1, 0.5, 0.1]) @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 3


@pytest.mark.parametrize("width", [6, 100, 1000])
def test_plane_matches_the_singular_value_decomposition(cloud: np.ndarray, width: int):
    cloud = cloud @ np.linalg.qr(np.random.default_rng(1).normal(size=(width, width)))[0][:6]
    plane = main_plane(cloud)
    _, sizes, rows = np.linalg.svd(cloud - cloud.mean(axis=0))
    np.testing.assert_allclose(np.abs(plane.axes.T @ rows[:2].T), np.eye(2), atol=1e-9)
    assert plane.explained == pytest.approx(np.square(sizes[:2]).sum() / np.square(sizes).sum())


def test_linear_network_maps_its_images():
    network = MLP([6, 10], rng=np.random.default_rng(1), dtype=np.float64)
    images = np.random.default_rng(2).random((PREDICT_ROWS + 5, 6))
    assert (hidden_outputs(network, images) == images).all()


def test_map_uses_the_last_hidden_layer():
    network = MLP([6, 5, 4, 10], rng=np.random.default_rng(1))
    images = np.random.default_rng(2).random((7, 6), np.float32)
    hidden = hidden_outputs(network, images)
    np.testing.assert_allclose(network.dense_layers[-1].apply(hidden), network.logits(images), rtol=1e-6)


@pytest.mark.parametrize("turn", [0.3, 2.0, -1.2])
@pytest.mark.parametrize("flip", [1, -1])
def test_turned_or_flipped_map_is_steadied(cloud: np.ndarray, turn: float, flip: int):
    plane = main_plane(cloud)
    before = plane.places(cloud) @ np.array([[np.cos(turn), -np.sin(turn)], [flip * np.sin(turn), flip * np.cos(turn)]])
    steady = steadied(plane, cloud, before)
    np.testing.assert_allclose(steady.places(cloud), before, atol=1e-9)
    np.testing.assert_allclose(steady.axes.T @ steady.axes, np.eye(2), atol=1e-9)


def test_map_is_deterministic_even_for_flat_points(cloud: np.ndarray):
    assert (main_plane(cloud).axes == main_plane(cloud.copy()).axes).all()
    for width in (1, 100):
        flat = main_plane(np.ones((4, width)))
        assert flat.places(np.ones((4, width))).tolist() == [[0, 0]] * 4
        assert flat.explained == 0


def test_wide_layer_is_mapped_without_its_covariance_matrix():
    points = np.random.default_rng(0).random((100, 8192), np.float32)
    tracemalloc.start()
    try:
        main_plane(points)
        assert tracemalloc.get_traced_memory()[1] < 10 * points.nbytes
    finally:
        tracemalloc.stop()


def test_nearest_points_are_sorted():
    assert nearest_points(np.array([[5.0], [1.0], [2.0], [9.0]]), np.array([2.2]), 3).tolist() == [2, 1, 0]
