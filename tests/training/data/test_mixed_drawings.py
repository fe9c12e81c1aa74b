"""Own digits mixed into other data: their number, the same each time, and only in training data."""

import numpy as np
import pytest

from mlp.jobs.slices import advance
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import mixed
from tests.sample_digits import sample

IMAGES = np.random.default_rng(0).integers(1, 255, (3, 784), dtype=np.uint8)
LABELS = np.array([9, 1, 4])


def count_of(images, split):
    return [(split.images == image).all(axis=1).sum() for image in images]


@pytest.mark.parametrize(("share", "counts"), [(0.0, [0, 0, 0]), (0.25, [334, 333, 333]), (0.5, [667, 667, 666])])
def test_own_digits_make_up_their_share_in_equal_parts_with_their_labels(share, counts):
    dataset = mixed(IMAGES, LABELS, share).load()
    assert count_of(IMAGES, dataset.train) == counts
    for image, label in zip(IMAGES, LABELS, strict=True):
        assert set(dataset.train.labels[(dataset.train.images == image).all(axis=1)]) <= {label}
    assert len(dataset.train) == len(sample().train) == 4000


@pytest.mark.parametrize(("n", "back"), [(1, []), (7, []), (8, [3, 7]), (13, [3, 7, 11])])
def test_every_fourth_digit_is_held_back_once_there_are_enough(n, back):
    images = np.random.default_rng(1).integers(1, 255, (n, 784), dtype=np.uint8)
    data = mixed(images, np.arange(n) % 10, 0.25)
    assert np.array_equal(data.held.images, images[back])
    assert np.array_equal(data.learned.images, np.delete(images, back, axis=0))
    assert data.held.labels.tolist() == [each % 10 for each in back]
    assert count_of(images[back], data.load().train) == [0] * len(back)


@pytest.mark.parametrize(
    ("n", "share", "reason"),
    [
        (0, 0.2, "must have drawings"),
        (3, 0.6, "at least 0 and at most 0.5, got 0.6"),
        (3, float("nan"), "at most 0.5, got nan"),
    ],
)
def test_invalid_mixture_is_refused(n, share, reason):
    with pytest.raises(ValueError, match=reason):
        mixed(IMAGES[:n], LABELS[:n], share)


def test_network_learns_own_digits_that_contradict_all_others():
    # Upside down, because nobody writes like this: a network can only learn it from these.
    source, labels = sample().test.images[:20], sample().test.labels[:20]
    data = mixed(source[:, ::-1].copy(), labels, 0.25)
    before = advance(Run(Settings(hidden=(32,), epochs=2)), chosen_mnist(), 60).run.network
    settings = Settings(hidden=(32,), epochs=2, learning_rate=0.05)
    after = advance(Run(settings, network=before), data, 60).run.network
    assert (before.predict(data.learned.images) == data.learned.labels).mean() < 0.7
    assert (after.predict(data.learned.images) == data.learned.labels).all()
