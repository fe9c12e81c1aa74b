"""The training data of every kind of run is described, and found again by its description."""

import json

import numpy as np
import pytest

from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import SOURCES, dump_source, parse_source
from mlp.training.data.sign_data import SignData, sign_data
from mlp.training.data.sources import Mnist, chosen_mnist
from mlp.training.data.teaching_data import TeachingData, teaching_data
from tests.images.signs.sample_signs import letters
from tests.sample_digits import sample

DIGITS = sample().test
EXAMPLES = {
    "Mnist": Mnist("a folder"),
    "TeachingData": teaching_data(chosen_mnist(), DIGITS.images[:7], DIGITS.labels[:7], 0.25),
    "SignData": sign_data(letters(12)),
    "FewDigits": FewDigits(chosen_mnist(), 4),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_source_is_found_again_by_its_description(kind):
    source = EXAMPLES[kind]
    about, arrays = dump_source(source)
    again = parse_source(json.loads(json.dumps(about)), arrays)
    assert again == source
    assert type(again) is SOURCES[kind]


@pytest.mark.parametrize(
    "values",
    [
        {"names": ("A", "B"), "images": bytes(784), "labels": b"\2"},
        {"names": ("A", "B"), "images": bytes(783), "labels": b"\0"},
        {"names": ("A", "B"), "images": b"", "labels": b""},
        {"names": ("A", "B"), "images": bytes(784), "labels": b"\0", "held_images": bytes(784), "held_labels": b"\2"},
        {"names": ("A", "A"), "images": bytes(784), "labels": b"\0"},
    ],
)
def test_drawings_that_do_not_fit_their_names_are_refused(values):
    with pytest.raises(ValueError, match=r"names|drawings|pixels"):
        SignData(**values)


def test_share_of_own_digits_is_checked_in_a_description():
    about, arrays = dump_source(EXAMPLES["TeachingData"])
    with pytest.raises(ValueError, match=r"at most 0.5, got 7"):
        parse_source({**about, "share": 7}, arrays)
    with pytest.raises(ValueError, match="pixels"):
        TeachingData(chosen_mnist(), b"", np.uint8(1).tobytes(), 0.1)
