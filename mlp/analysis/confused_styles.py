"""The writing styles that a network confuses, in pairs: a style, and the style that is read as its digit."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mlp.analysis.mistakes import confusion_matrix
from mlp.class_names import DIGITS
from mlp.images.handwriting.styles import STYLES
from mlp.images.handwriting.writing import synthetic_digits
from mlp.images.mnist import Split
from mlp.nn.reader import Reader
from mlp.seeds import rng_of

N_OF_STYLE = 400
"""Digits drawn in each style."""

KNOWN = (("seven_barred", 2), ("one_footed", 7), ("four_open", 9))
"""Styles in which other people's digits are misread most often, and as which digit; they are always reported."""

N_OTHERS = 3
"""Number of further, most frequent confusions."""

STYLES_OF = {digit: tuple(style.__name__ for style in of_digit) for digit, of_digit in STYLES.items()}
DIGIT_OF = {style: digit for digit, styles in STYLES_OF.items() for style in styles}


class Confusion(NamedTuple):
    """Rates at which a digit is taken for ``other``, 0 to 1: if drawn in ``style``, and on labeled images."""

    style: str
    other: int
    synthetic: float
    validation: float

    @property
    def digit(self) -> int:
        """The true digit."""
        return DIGIT_OF[self.style]


def confused_styles(network: Reader, validation: Split) -> list[tuple[Confusion, Confusion]]:
    """Return pairs of confused styles: each style with the one that is most often read as its digit.

    Parameters
    ----------
    network : Reader
        With 784 inputs and 10 outputs.
    validation : Split
        Labeled images of unknown styles, so each digit's rate is that of all styles together.
    """
    synthetic = {style: _shares(network, _in_style(style))[digit] for style, digit in DIGIT_OF.items()}
    of_digits = _shares(network, validation)

    def confusion(style: str, other: int) -> Confusion:
        return Confusion(style, other, float(synthetic[style][other]), float(of_digits[DIGIT_OF[style], other]))

    confusions = [confusion(style, other) for style in synthetic for other in STYLES_OF if other != DIGIT_OF[style]]
    confusions.sort(key=lambda one: -one.synthetic)

    def in_turn(one: Confusion) -> Confusion:
        return next(back for back in confusions if (back.digit, back.other) == (one.other, one.digit))

    pairs = [(one, in_turn(one)) for one in (confusion(style, other) for style, other in KNOWN)]
    paired = [one for pair in pairs for one in pair]
    others = [one for one in confusions if one.synthetic > 0 and one not in paired][:N_OTHERS]
    return [*pairs, *((one, in_turn(one)) for one in others)]


@lru_cache(maxsize=len(DIGIT_OF))
def _in_style(style: str) -> Split:
    """Return digits in one style."""
    rng = rng_of("digits of one style", list(DIGIT_OF).index(style))
    digit = DIGIT_OF[style]
    only = {of: 1.0 for of in STYLES[digit] if of.__name__ == style}
    return Split(*synthetic_digits(N_OF_STYLE, rng, styles={digit: only}))


def _shares(network: Reader, split: Split) -> np.ndarray:
    """Return how often each digit, by row, is read as each, by column; rows of missing digits are 0."""
    counts = confusion_matrix(split.labels, network.predict(split.images), len(DIGITS))
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
