"""Training data of drawings: warped copies, held back or left out, and own digits among others."""

import pickle
from weakref import ref

import numpy as np
import pytest

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.slices import advance
from mlp.training.data.drawing_data import COPIES, drawing_data, held_back, leave_one_out, none_below
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters, mixed
from tests.sample_digits import sample


def test_each_drawing_becomes_a_hundred_and_is_among_them():
    signs = letters(5)
    dataset = drawing_data(signs).load()
    assert dataset.names == ("A", "B", "C")
    assert len(dataset.train) == 15 * COPIES
    assert np.array_equal(dataset.train.images[:15], signs.images)
    assert np.array_equal(dataset.train.labels[15:30], signs.labels)
    assert not np.array_equal(dataset.train.images[15:30], signs.images)
    assert dataset.name == "15 drawings of A, B and C"


def test_every_fourth_is_held_back_from_twelve_drawings_on():
    signs = letters(12).without_examples([0])  # eleven of A
    back = held_back(signs)
    assert np.bincount(signs.labels[back], minlength=3).tolist() == [0, 3, 3]
    data = drawing_data(signs)
    dataset = data.load()
    assert data.holds_back
    assert np.array_equal(dataset.validation.images, signs.images[back])
    learned = {image.tobytes() for image in dataset.train.images}
    assert not any(image.tobytes() in learned for image in signs.images[back])


def test_few_drawings_are_validated_with_other_warps():
    data = drawing_data(letters(5))
    dataset = data.load()
    assert not data.holds_back
    learned = {image.tobytes() for image in dataset.train.images}
    assert not any(image.tobytes() in learned for image in dataset.validation.images)


def test_validation_images_of_signs_are_named_for_what_they_are():
    for signs, noun in ((letters(5), "bent copy"), (letters(12), "held-back drawing")):
        dataset = drawing_data(signs).load()
        assert dataset.splits_to_check == ("validation",)
        assert dataset.noun("test")[0] == dataset.noun("validation")[0] == noun
    assert sample().splits_to_check == ("test", "validation")
    assert (sample().noun("test")[0], sample().noun("validation")[0]) == ("test digit", "validation digit")


def test_leaving_one_out_leaves_each_drawing_out_once():
    signs = letters(4).without_examples([0])
    parts = leave_one_out(signs)
    left_out = [np.frombuffer(part.held_images, np.uint8).reshape(-1, 784) for part in parts]
    assert [len(images) for images in left_out] == [3, 3, 3, 2]
    assert {image.tobytes() for images in left_out for image in images} == {i.tobytes() for i in signs.images}
    assert all(len(part.labels) + len(part.held_labels) == len(signs) for part in parts)


@pytest.mark.parametrize("signs", [DrawingSet(), letters(3, names="A"), letters(1)])
def test_sets_that_cannot_be_learned_are_refused(signs: DrawingSet):
    for make in (drawing_data, leave_one_out):
        with pytest.raises(ValueError, match="at least 2"):
            make(signs)


def test_run_on_signs_reads_new_drawings_and_rejects_others():
    data = drawing_data(letters(5))
    run = Run(Settings(names=data.names, epochs=10))
    assert run.network.layer_sizes[-1] == 3
    done = advance(run, data, seconds=60.0)
    assert done.finished
    new = letters(20, seed=1)
    reader = done.run.reader
    assert (reader.predict(new.images) == new.labels).mean() > 0.9
    measured = done.evaluations[-1]
    assert measured.none_below == none_below(reader, data.load().unseen)
    assert measured.synthetic is None
    strangers = reader.predict_proba(sample().validation.images).max(axis=1) < measured.none_below
    own = reader.predict_proba(new.images).max(axis=1) < measured.none_below
    assert own.mean() < 0.1
    assert strangers.mean() > 2 * own.mean()


IMAGES = np.random.default_rng(0).integers(1, 255, (3, 784), dtype=np.uint8)
LABELS = np.array([9, 1, 4])


def count_of(images, split):
    return [(split.images == image).all(axis=1).sum() for image in images]


@pytest.mark.parametrize(("share", "counts"), [(0.0, [0, 0, 0]), (0.25, [334, 333, 333]), (0.5, [667, 667, 666])])
def test_own_digits_make_up_their_share_in_equal_parts_with_their_labels(share, counts):
    train, n_own = mixed(IMAGES, LABELS, share).load().train, sum(counts)
    own = train.labels[len(train) - n_own :]
    assert np.bincount(own, minlength=10)[LABELS].tolist() == counts
    assert np.array_equal(own[:6], np.tile(LABELS, 2)[: len(own)])
    assert len(train) == len(sample().train) == 4000


def test_own_digits_in_a_mixture_are_bent_and_the_others_stay_as_they_are():
    data = mixed(sample().test.images[:3], sample().test.labels[:3], 0.25)
    train = data.load().train
    mnist, own = train.images[:-1000], train.images[-1000:]
    assert {image.tobytes() for image in mnist} <= {image.tobytes() for image in sample().train.images}
    assert np.array_equal(own[:3], data.learned.images)
    assert count_of(data.learned.images, train) == [1, 1, 1]
    assert len({image.tobytes() for image in own}) > 150
    assert np.array_equal(train.images, mixed(data.learned.images, data.learned.labels, 0.25).load().train.images)
    apart = np.abs(own.astype(float) - np.resize(data.learned.images, own.shape)).mean(axis=1)
    others = np.abs(own.astype(float) - np.resize(np.roll(data.learned.images, 1, axis=0), own.shape)).mean(axis=1)
    assert (apart[3:] < others[3:]).mean() > 0.95


@pytest.mark.parametrize(("n", "back"), [(1, []), (7, []), (8, [1, 3, 5, 7]), (20, [*range(1, 20, 2)])])
def test_one_of_two_of_each_digit_is_held_back_once_there_are_enough(n, back):
    images = np.random.default_rng(1).integers(1, 255, (n, 784), dtype=np.uint8)
    data = mixed(images, np.arange(n) // 2, 0.25)
    assert np.array_equal(data.held.images, images[back])
    assert np.array_equal(data.learned.images, np.delete(images, back, axis=0))
    assert data.held.labels.tolist() == [each // 2 for each in back]
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


def test_equal_drawings_that_travel_again_bring_their_images_and_leave_with_them():
    data = drawing_data(letters(4))
    twice = [pickle.loads(pickle.dumps(data)) for _ in range(2)]
    assert twice[0] is twice[1]
    assert twice[0].load() is data.load()
    images = ref(drawing_data(letters(3)).load())  # of drawings that nobody has any more
    assert images() is None
