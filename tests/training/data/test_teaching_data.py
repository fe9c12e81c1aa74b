"""Own digits mixed into other data: their number, the same each time, and only in training data."""

import numpy as np
import pytest

from mlp.jobs.slices import advance
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.teaching_data import TeachingData, teaching_data
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.sample_digits import sample

IMAGES = np.random.default_rng(0).integers(1, 255, (3, 784), dtype=np.uint8)
LABELS = np.array([9, 1, 4])


def count_of_own(dataset):
    return [(dataset.train.images == image).all(axis=1).sum() for image in IMAGES]


@pytest.mark.parametrize(("share", "counts"), [(0.0, [0, 0, 0]), (0.25, [334, 333, 333]), (0.5, [667, 667, 666])])
def test_own_digits_make_up_their_share_in_equal_parts(share, counts):
    dataset = teaching_data(chosen_mnist(), IMAGES, LABELS, share).load()
    assert count_of_own(dataset) == counts
    assert len(dataset.train) == len(sample().train) == 4000


def test_own_digits_keep_their_labels():
    dataset = teaching_data(chosen_mnist(), IMAGES, LABELS, 0.1).load()
    for image, label in zip(IMAGES, LABELS, strict=True):
        assert set(dataset.train.labels[(dataset.train.images == image).all(axis=1)]) == {label}


def test_validation_data_has_no_own_digits():
    dataset = teaching_data(chosen_mnist(), IMAGES, LABELS, 0.5).load()
    assert dataset.validation is chosen_mnist().load().validation
    assert dataset.test is chosen_mnist().load().test


def test_mixture_is_the_same_in_another_process():
    data = teaching_data(chosen_mnist(), IMAGES, LABELS, 0.3)
    first = data.load()
    process = WorkerProcess()
    twin = process.carry_out(TeachingData.load, data)
    process.close()
    assert np.array_equal(twin.train.images, first.train.images)


def test_data_names_itself():
    assert teaching_data(chosen_mnist(), IMAGES, LABELS, 0.25).load().name == "MNIST sample with 3 own digits (25%)"


@pytest.mark.parametrize(
    ("images", "labels", "share", "reason"),
    [
        (IMAGES[:0], LABELS[:0], 0.2, "at least one digit"),
        (IMAGES, LABELS[:2], 0.2, "labels must be integers of shape"),
        (IMAGES, LABELS + 5, 0.2, "labels must be 0 to 9"),
        (IMAGES / 255, LABELS, 0.2, "images must be uint8"),
        (IMAGES, LABELS, 0.6, "at least 0 and at most 0.5, got 0.6"),
        (IMAGES, LABELS, float("nan"), "at most 0.5, got nan"),
    ],
)
def test_invalid_own_digits_are_refused(images, labels, share, reason):
    with pytest.raises(ValueError, match=reason):
        teaching_data(chosen_mnist(), images, labels, share)


def test_network_learns_own_digits_that_contradict_all_others():
    # Upside down, because nobody writes like this: a network can only learn it from these.
    source = sample().test.images[:20]
    own, labels = source[:, ::-1].copy(), sample().test.labels[:20]
    before = advance(Run(Settings(hidden=(32,), epochs=2)), chosen_mnist(), 60).run.network
    settings = Settings(hidden=(32,), epochs=2, learning_rate=0.05)
    after = advance(Run(settings, network=before), teaching_data(chosen_mnist(), own, labels, 0.25), 60).run.network
    assert (before.predict(own) == labels).mean() < 0.7
    assert (after.predict(own) == labels).all()
