"""The digit check: a small network with an eleventh class for everything that is not a digit.

It checks each drawing before the answer of another network is shown: a network with only ten classes
can be 99% sure of a digit in a heart or a scribble. `models.making.digit_check` trains it.
"""

import numpy as np

from mlp.nn.losses import softmax
from mlp.nn.reader import Reader
from mlp.shipped_files import MODELS

DIGIT_CHECK_MODEL = MODELS / "rejection.safetensors"

NO_DIGIT = 10
"""The eleventh class."""

REFUSED_FROM = "refused_from"
"""Fact of the network: the least probability of "no digit" at which a drawing is refused."""


def sees_digit(digit_check: Reader, images: np.ndarray) -> np.ndarray:
    """Return whether there is a digit in each image: (n,) bool.

    It is False if the probability of "no digit" is at least the threshold among the facts of the digit check, which has
    eleven classes, such as ``load_model(DIGIT_CHECK_MODEL)``. The images are from `mlp.to_mnist`, (n, 784) or (n, 28,
    28), uint8 in 0..255 or float in 0..1. Raises a ValueError if the network is not a digit check.
    """
    refused_from = digit_check.facts.get(REFUSED_FROM)
    if digit_check.layer_sizes[-1] != NO_DIGIT + 1 or not isinstance(refused_from, float):
        raise ValueError(f"a digit check needs eleven classes and a fact {REFUSED_FROM!r}, got {digit_check}")
    return softmax(digit_check.logits(images))[:, NO_DIGIT] < refused_from
