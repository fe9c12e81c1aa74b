"""Straightening: slanted ink becomes upright, and an image has the same bits alone and among others."""

import numpy as np
import pytest

from mlp.straightening import straightened
from tests.sample_digits import sample


def bar(slope: float) -> np.ndarray:
    """Return a bar three pixels wide whose rows shift left by ``slope`` columns per row."""
    image = np.zeros((28, 28), np.float32)
    for row in range(4, 24):
        start = 13 - round(slope * (row - 13.5))
        image[row, start : start + 3] = 1
    return image


def slope_of(image: np.ndarray) -> float:
    rows, columns = np.indices((28, 28))
    middle = (image * rows).sum() / image.sum()
    return float((image * (rows - middle) * columns).sum() / (image * (rows - middle) ** 2).sum())


@pytest.mark.parametrize("slope", [-0.8, -0.3, 0.2, 0.6])
def test_slanted_bar_is_straightened(slope):
    upright = straightened(bar(slope).reshape(1, 784)).reshape(28, 28)
    assert abs(slope_of(bar(slope))) > 0.15
    assert abs(slope_of(upright)) < 0.03
    np.testing.assert_allclose(upright.sum(axis=1), bar(slope).sum(axis=1), rtol=1e-6)  # no row loses ink


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
def test_image_gives_the_same_bits_alone_and_among_many(kind):
    images = sample().train.images[:600]
    if kind != np.uint8:
        images = (images / 255).astype(kind)
    kept = images.copy()
    many = straightened(images)
    assert many.dtype == kind
    assert (many != images).any(axis=1).mean() > 0.9
    assert np.concatenate([straightened(images[place : place + 1]) for place in range(600)]).tobytes() == many.tobytes()
    np.testing.assert_array_equal(images, kept)
    assert straightened(images[:0]).shape == (0, 784)


def test_only_square_images_of_finite_numbers_can_be_straightened():
    with pytest.raises(ValueError, match="square images can be straightened, got 780 pixels"):
        straightened(np.zeros((1, 780), np.uint8))
    with pytest.raises(ValueError, match="finite"):
        straightened(np.full((1, 784), np.nan))
