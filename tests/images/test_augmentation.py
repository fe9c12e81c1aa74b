import numpy as np
import pytest

from mlp.images import augmentation as warping
from mlp.images.augmentation import warp


@pytest.fixture
def images() -> np.ndarray:
    """Return 300 equal upright bars."""
    image = np.zeros((28, 28), np.uint8)
    image[5:23, 12:16] = 255
    return np.tile(image.reshape(1, 784), (300, 1))


def centers(images: np.ndarray) -> np.ndarray:
    grids = images.reshape(-1, 28, 28).astype(float)
    total = grids.sum(axis=(1, 2))
    index = np.arange(28)
    return np.stack([grids.sum(axis=2) @ index / total, grids.sum(axis=1) @ index / total], axis=1)


def test_warps_differ_by_image_and_generator_and_keep_most_ink_and_the_originals(images):
    before = images.copy()
    warped, again, other = (warp(images, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(warped, again)
    assert (warped != other).any()
    assert (warped[:-1] != warped[1:]).any(axis=1).all()
    ink = warped.sum(axis=1) / images.sum(axis=1)
    assert 0.2 < ink.min() < ink.max() < 3
    assert (warped.shape, warped.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(warp(images, np.random.default_rng(3), strength=0), images)
    np.testing.assert_array_equal(images, before)


def test_greater_strength_moves_the_digit_further(images):
    spread = [centers(warp(images, np.random.default_rng(0), strength=s)).std() for s in (0.2, 1.0)]
    assert spread[0] < 0.5 * spread[1]


def mixed(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    sources, weights = warping.bilinear_weights(np.stack([rows, columns])[None])
    return (image[sources] * weights).reshape(28, 28, 4).sum(axis=-1) / 256


def test_positions_are_accurate_to_a_32nd_of_a_pixel():
    rows, columns = np.random.default_rng(0).uniform(-5, 32, (2, 28, 28)).astype(np.float32)
    for place, ramp in ((rows, np.indices((28, 28))[0]), (columns, np.indices((28, 28))[1])):
        found = mixed(ramp.ravel(), rows, columns)
        np.testing.assert_allclose(found, np.clip(place, 0, 27), atol=1 / 32)


@pytest.mark.parametrize(("wider_px", "width"), [(-1, 3), (0, 4), (1, 5), (2, 6)])
def test_pen_is_widened_by_the_given_pixels(images, wider_px, width):
    grid = warping.with_pen(images[:1].T, wider_px).reshape(28, 28)
    assert (grid > 0).any(axis=0).sum() == width
    assert (grid > 0).any(axis=1).sum() == 18 + wider_px


@pytest.mark.parametrize(
    ("wrong", "strength", "message"),
    [
        (np.zeros((3, 784)), 1.0, "uint8 of shape.*got float64"),
        (np.zeros((3, 28, 28), np.uint8), 1.0, r"got uint8 of shape \(3, 28, 28\)"),
        (np.zeros((3, 784), np.uint8), -1.0, "0 or more, got -1"),
        (np.zeros((3, 784), np.uint8), float("nan"), "0 or more, got nan"),
    ],
)
def test_invalid_images_are_refused_for_warping(wrong, strength, message):
    with pytest.raises(ValueError, match=message):
        warp(wrong, np.random.default_rng(0), strength=strength)
