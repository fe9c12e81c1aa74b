"""Planes: the map's discriminants as in their closed form, kept steady, and the valley over a quadratic."""

import numpy as np
import pytest
from scipy.linalg import eigh

from mlp.analysis.lab.map import RIDGE, discriminant_plane, hidden_outputs, steadied
from mlp.analysis.lab.valley import SIDE, gaps_filled, random_walk_share, valley
from mlp.jobs.sliced import advanced
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


NOTHING = np.zeros((1, 6), np.uint8), np.zeros(1, int)


@pytest.fixture
def network() -> MLP:
    return MLP([6, 3], rng=np.random.default_rng(0))


def bowl(network: MLP, _images: np.ndarray, _labels: np.ndarray) -> float:
    """Return a quadratic with its minimum at 1 in every direction, steeper in some."""
    return float((np.arange(1, network.values.size + 1) * np.square(network.values.astype(np.float64) - 1)).sum())


def descent(n_parameters: int, rate: float, n: int) -> list[np.ndarray]:
    """Return the path of gradient descent in the bowl."""
    state, path = np.zeros(n_parameters), []
    for _ in range(n):
        path.append(state.astype(np.float32))
        state = state - rate * 2 * np.arange(1, n_parameters + 1) * (state - 1)
    return path


def test_losses_on_the_plane_match_the_quadratic(network: MLP, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mlp.analysis.lab.valley.cross_entropy", bowl)
    path = descent(network.values.size, 0.01, 12)
    found = advanced(valley(path, network, *NOTHING), 60)
    assert found.progress == 1
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(2), atol=1e-5)
    sizes = np.arange(1, network.values.size + 1)
    for row, column in ((0, 0), (12, 5), (SIDE - 1, 3)):
        point = found.center + found.across[column] * found.axes[0] + found.down[row] * found.axes[1]
        assert found.losses[row, column] == pytest.approx(float((sizes * (point - 1) ** 2).sum()), rel=1e-4)
    # Along each row a quadratic has a constant second difference.
    np.testing.assert_allclose(np.diff(found.losses, 3, axis=1), 0, atol=0.02)


def test_explained_share_is_that_of_centered_components():
    network = MLP([30, 20], rng=np.random.default_rng(0))
    path = np.random.default_rng(3).normal(5, 1, (12, network.values.size)) * np.linspace(1, 3, network.values.size)
    sizes = np.square(np.linalg.svd(path - path.mean(axis=0), compute_uv=False))
    assert valley(list(path), network, *NOTHING).explained == pytest.approx(sizes[:2].sum() / sizes.sum(), rel=1e-4)


@pytest.mark.parametrize("seed", [4, 5])
def test_random_walk_has_the_stated_share(seed: int):
    network = MLP([784, 30], rng=np.random.default_rng(0))
    lengths = np.random.default_rng(seed).uniform(0.1, 3, (60, 1))
    path = np.cumsum(lengths * np.random.default_rng(seed).normal(size=(60, network.values.size)), axis=0)
    found = valley(list(path), network, *NOTHING)
    assert found.explained == pytest.approx(found.by_chance, abs=0.01)
    assert found.by_chance > 0.7
    # For equal segments: 60.8% and 15.2% (Antognini and Sohl-Dickstein 2018, table 1).
    assert random_walk_share(np.ones(500)) == pytest.approx(0.76, abs=0.002)


@pytest.mark.parametrize(("n", "rule"), [(2, "at least 3 states of a run, got 2"), (3, "states that differ")])
def test_too_few_or_equal_states_are_refused(network: MLP, n: int, rule: str):
    with pytest.raises(ValueError, match=rule):
        valley([network.values] * n, network, *NOTHING)


def test_valley_starts_coarse(network: MLP):
    images, labels = np.random.default_rng(2).integers(0, 255, (20, 6), np.uint8), np.arange(20) % 3
    part = valley(descent(network.values.size, 0.01, 5), network, images, labels)
    for n in range(16):
        part = advanced(part, 0)
        assert part.progress == pytest.approx((n + 1) / SIDE**2)
    assert not np.isnan(gaps_filled(part.losses)).any()
