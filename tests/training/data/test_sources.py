"""Training data of every kind: found again by its description, and put together as settings ask."""

import json

import pytest

from mlp.training.data.drawing_data import DrawingData, drawing_data
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.image_set import ImageSet
from mlp.training.data.saved_sources import SOURCES, dump_source, parse_source
from mlp.training.data.sources import Mnist, chosen_mnist
from tests.images.drawings.sample_drawings import letters, mixed
from tests.sample_digits import sample

DIGITS = sample().test
EXAMPLES = {
    "Mnist": Mnist("a folder"),
    "DrawingData": drawing_data(letters(12)),
    "mixed drawings": mixed(DIGITS.images[:9], DIGITS.labels[:9], 0.25),
    "FewDigits": FewDigits(chosen_mnist(), 4),
    "ImageSet": ImageSet("Things", ("A", "B"), "0" * 64, (3, 1, 1), "CC0"),
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
