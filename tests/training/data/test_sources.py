"""Training data of every kind: found again by its description, and put together as settings ask."""

import json

import numpy as np
import pytest

from mlp.training.data.drawing_data import DrawingData, drawing_data
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import SOURCES, dump_source, parse_source
from mlp.training.data.sources import Mnist, chosen_mnist
from mlp.training.data.synthetic_data import with_synthetic
from mlp.training.data.training_set import extended, unseen_synthetic_digits
from tests.images.drawings.sample_drawings import letters, mixed
from tests.sample_digits import sample

DIGITS = sample().test
EXAMPLES = {
    "Mnist": Mnist("a folder"),
    "DrawingData": drawing_data(letters(12)),
    "mixed drawings": mixed(DIGITS.images[:9], DIGITS.labels[:9], 0.25),
    "FewDigits": FewDigits(chosen_mnist(), 4),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_source_is_found_again_by_its_description(name):
    source = EXAMPLES[name]
    about, arrays = dump_source(source)
    again = parse_source(json.loads(json.dumps(about)), arrays)
    assert again == source
    assert type(again) is type(source)


def test_every_kind_of_source_has_an_example():
    assert SOURCES.keys() <= EXAMPLES.keys()


@pytest.mark.parametrize(
    "values",
    [
        {"names": ("A", "B"), "images": bytes(784), "labels": b"\2"},
        {"names": ("A", "B"), "images": bytes(783), "labels": b"\0"},
        {"names": ("A", "B"), "images": b"", "labels": b""},
        {"names": ("A", "B"), "images": bytes(784), "labels": b"\0", "held_images": bytes(784), "held_labels": b"\2"},
        {"names": ("A", "B"), "images": bytes(784), "labels": b"\0"},
        {"names": ("A", "B"), "images": bytes(784), "labels": b"\0", "base": Mnist()},
        {"names": ("A", "A"), "images": bytes(784), "labels": b"\0"},
    ],
)
def test_drawings_that_do_not_fit_their_names_are_refused(values):
    with pytest.raises(ValueError, match=r"names|drawing|pixels"):
        DrawingData(**values)


def test_share_of_own_digits_is_checked_in_a_description():
    about, arrays = dump_source(EXAMPLES["mixed drawings"])
    with pytest.raises(ValueError, match=r"at most 0.5, got 7"):
        parse_source({**about, "share": 7}, arrays)


@pytest.mark.parametrize("repeat", [1, 3])
def test_synthetic_digits_come_first_and_once_before_all_images(repeat):
    data = sample()
    more = with_synthetic(extended(data, everything=True, repeat=repeat), 30)
    assert np.bincount(more.train.labels[:30]).tolist() == [3] * 10
    images = np.concatenate([data.train.images, data.validation.images])
    np.testing.assert_array_equal(more.train.images[30:], np.tile(images, (repeat, 1)))
    labels = np.concatenate([data.train.labels, data.validation.labels])
    np.testing.assert_array_equal(more.train.labels[30:], np.tile(labels, repeat))
    assert more.test is data.test
    assert "30 synthetic digits" in more.name


def test_synthetic_digits_are_fixed_and_differ_from_measuring_ones():
    first, again = (with_synthetic(sample(), 20).train.images[:20] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != unseen_synthetic_digits(20, 1).images).any()


@pytest.mark.parametrize("repeat", [0, 11, 1.5, True])
def test_invalid_number_of_repetitions_is_named(repeat):
    with pytest.raises(ValueError, match=r"repeat must be a whole number from 1 to 10, got"):
        extended(sample(), repeat=repeat)
