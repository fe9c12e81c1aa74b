"""The valley over a quadratic is that quadratic, on the plane of the path."""

import numpy as np
import pytest

from mlp.analysis.lab.sliced import advanced
from mlp.analysis.lab.valley import SIDE, gaps_filled, random_walk_share, valley
from mlp.nn.network import MLP

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
