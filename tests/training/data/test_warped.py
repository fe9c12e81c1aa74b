import numpy as np
import pytest

from mlp.training.data.warped import BLOCK, WarpedEpoch


@pytest.fixture
def images() -> np.ndarray:
    images = np.zeros((BLOCK + 300, 28, 28), np.uint8)
    images[:, 6:22, 10:18] = np.random.default_rng(0).integers(100, 256, (len(images), 16, 8))
    return images.reshape(-1, 784)


def warped_epoch(images: np.ndarray, epoch: int = 1) -> WarpedEpoch:
    order = np.random.default_rng(epoch).permutation(len(images))
    return WarpedEpoch(images, order, seed=5, epoch=epoch, strength=1.0)


def test_warped_epoch_is_independent_of_batches_and_start(images):
    n = len(images)
    whole = warped_epoch(images).batch(0, n)
    assert whole.shape == images.shape
    cut = warped_epoch(images)
    np.testing.assert_array_equal(np.concatenate([cut.batch(i, i + 100) for i in range(0, n, 100)]), whole)
    np.testing.assert_array_equal(warped_epoch(images).batch(n - 50, n), whole[-50:])


def test_every_epoch_has_new_warps(images):
    order = np.arange(len(images))
    first, second = (WarpedEpoch(images, order, seed=5, epoch=epoch, strength=1.0).batch(0, 100) for epoch in (1, 2))
    assert (first != second).any(axis=1).all()


def test_next_slice_reuses_the_last_block(images):
    first = warped_epoch(images).batch(0, 50)
    again, other = (warped_epoch(given).batch(0, 50) for given in (images.copy(), 255 - images))
    assert np.shares_memory(again, first)
    assert not np.shares_memory(other, first)
    assert (other != first).any()
