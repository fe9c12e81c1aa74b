"""Images are straightened once and warped anew each epoch, in any slices."""

import weakref
from dataclasses import replace

import numpy as np
import pytest

from mlp.analysis.slow_motion import slow_step
from mlp.jobs.slices import advance
from mlp.straightening import straightened
from mlp.training.data.prepared_images import MAX_KEPT, prepared
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.warped import BLOCK, WarpedEpoch
from mlp.training.run import UPRIGHT_WARP, Run, steps
from mlp.training.settings import Settings
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(16,), images=300, epochs=2, straighten=True)


@pytest.mark.parametrize("warp", [0.0, 1.0])
def test_straightening_run_learns_from_upright_images_in_any_slices(warp):
    train = sample().train
    settings = Settings(hidden=(16,), images=300, epochs=2, warp=UPRIGHT_WARP * warp)
    plain, whole, sliced = Run(settings), *(Run(replace(SETTINGS, warp=warp)) for _ in range(2))
    for _ in steps(plain, straightened(train.images[:300]), train.labels[:300]):
        pass
    for _ in steps(whole, train.images, train.labels):
        pass
    while not sliced.finished(300):
        sliced = advance(sliced, chosen_mnist(), 60, max_steps=7).run
    assert whole.network.values.tobytes() == plain.network.values.tobytes() == sliced.network.values.tobytes()


def test_validation_and_slow_motion_see_upright_images_too():
    dataset = sample()
    done = advance(Run(SETTINGS), chosen_mnist(), 60, max_steps=1)
    upright = straightened(dataset.validation.images)
    first = Run(SETTINGS).network
    assert done.evaluations[0].accuracy == (first.predict(upright) == dataset.validation.labels).mean()
    slow = slow_step(Run(SETTINGS), dataset.train.images, dataset.train.labels)
    np.testing.assert_allclose(slow.after.values, done.run.network.values, rtol=1e-4, atol=1e-5)


def test_set_is_straightened_once_while_it_exists():
    sets = [np.full((n, 784), n, np.uint8) for n in range(1, 8)]
    given = [weakref.ref(prepared(SETTINGS, images)) for images in sets]
    assert [array() is not None for array in given] == [False] * 3 + [True] * MAX_KEPT
    assert prepared(SETTINGS, sets[-1]) is given[-1]()
    del sets
    upright = prepared(SETTINGS, sample().train.images, 10)
    assert [array() for array in given] == [None] * 7
    assert prepared(SETTINGS, sample().train.images, 10) is upright


@pytest.fixture
def images() -> np.ndarray:
    images = np.zeros((BLOCK + 300, 28, 28), np.uint8)
    images[:, 6:22, 10:18] = np.random.default_rng(0).integers(100, 256, (len(images), 16, 8))
    return images.reshape(-1, 784)


def warped_epoch(images: np.ndarray, epoch: int = 1) -> WarpedEpoch:
    order = np.random.default_rng(epoch).permutation(len(images))
    return WarpedEpoch(images, order, seed=5, epoch=epoch, strength=1.0)


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
