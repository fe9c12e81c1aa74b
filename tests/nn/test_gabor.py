import numpy as np
import pytest

from mlp.nn.gabor import NORM, gabor_patches
from mlp.nn.network import MLP


def drawn(n: int = 400, side: int = 28) -> np.ndarray:
    """Patches as images, (n, side, side)."""
    return gabor_patches(side * side, n, np.random.default_rng(3)).T.reshape(n, side, side)


def test_each_patch_has_the_same_length_and_answers_to_an_even_grey_with_nothing():
    patches = drawn()
    np.testing.assert_allclose(np.linalg.norm(patches, axis=(1, 2)), NORM)
    np.testing.assert_allclose(patches.sum(axis=(1, 2)), 0, atol=1e-9)


def test_a_patch_sees_one_place_and_all_together_the_whole_digit():
    energy = drawn() ** 2
    rows, columns = energy.sum(axis=2), energy.sum(axis=1)
    for profile in (rows, columns):
        middle = profile @ np.arange(28) / NORM**2
        spread = np.sqrt((profile * (np.arange(28) - middle[:, None]) ** 2).sum(axis=1)) / NORM
        assert spread.max() < 5.5  # an even image would have 8.1
    assert (energy.sum(axis=0)[4:24, 4:24] > 0).all()


def test_patches_lie_in_all_directions():
    spectrum = abs(np.fft.fftshift(np.fft.fft2(drawn()), axes=(1, 2))) ** 2  # (n, 28, 28), the mean at [14, 14]
    down, right = np.mgrid[-14:14, -14:14]
    doubled = 2 * np.arctan2(down, right)  # a wave and its mirror image are one direction
    angle = np.arctan2((spectrum * np.sin(doubled)).sum(axis=(1, 2)), (spectrum * np.cos(doubled)).sum(axis=(1, 2)))
    counts, _ = np.histogram(angle, bins=8, range=(-np.pi, np.pi))
    assert counts.min() > 25  # of 50 that are expected


def test_a_network_begins_with_patches_and_leaves_the_other_layers_to_he():
    network = MLP([784, 300, 200, 10], initialization="gabor", rng=np.random.default_rng(5))
    first, second, _ = network.dense_layers
    expected = gabor_patches(784, 300, np.random.default_rng(5)).astype(np.float32)
    np.testing.assert_array_equal(first.weight.value, expected)
    np.testing.assert_array_equal(first.bias.value, 0)
    assert second.weight.value.var() == pytest.approx(2 / 300, rel=0.03)


@pytest.mark.parametrize("n_in", [63, 65, 49, 784 * 2])
def test_inputs_that_are_no_square_image_are_named(n_in):
    with pytest.raises(ValueError, match=f"square images of at least 8 x 8 pixels, got {n_in} inputs"):
        MLP([n_in, 10], initialization="gabor", rng=np.random.default_rng(0))
