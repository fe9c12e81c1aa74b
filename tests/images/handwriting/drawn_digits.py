"""Draw synthetic digits one by one on the canvas, as people draw theirs, for measurements.

After a change of the styles, this draws the picture again with which runs are measured:
``python -m tests.images.handwriting.drawn_digits``.
"""

import numpy as np
from PIL import Image

from mlp.images.drawing import to_mnist
from mlp.images.handwriting.chance import Chance
from mlp.images.handwriting.styles import STYLES
from mlp.images.handwriting.writing import Rng, Styles, by_hand
from mlp.images.recorded import Drawing, render
from mlp.seeds import rng_of
from mlp.training.data.synthetic_validation import COLUMNS, N_DIGITS, PICTURE
from tests.images.handwriting.unseen_styles import UNSEEN_STYLES

RARER = {"zero_slashed": 0.1, "one": 3.0, "one_long_upstroke": 0.4, "four_tall": 2.0, "nine_q": 0.4}
"""Assumed frequencies of some styles in people's writing; training has more of those that MNIST lacks."""


def write(digit: int, rng: Rng, styles: Styles) -> Drawing:
    """Return a digit in one of its styles, as if a person had drawn it."""
    of_digit, weights = list(styles[digit]), np.array(list(styles[digit].values()))
    style = of_digit[rng.choice(len(of_digit), p=weights / weights.sum())]
    return Drawing(digit, by_hand(style(Chance(rng)), rng))


def as_people_write() -> Styles:
    """Return the styles of `STYLES` with the frequencies that we assume for people."""
    return {
        digit: {style: RARER.get(style.__name__, weight) for style, weight in of_digit.items()}
        for digit, of_digit in STYLES.items()
    }


def drawn_digits() -> np.ndarray:
    """Draw the digits of the picture, uint8 of shape (2, N_DIGITS, 784)."""
    known = _drawn(as_people_write(), rng_of("synthetic validation"))
    return np.stack([known, _drawn(UNSEEN_STYLES, rng_of("synthetic validation in unseen styles"))])


def _drawn(styles: Styles, rng: Rng) -> np.ndarray:
    images = np.empty((N_DIGITS, 784), np.uint8)
    for number, row in enumerate(images):
        image = to_mnist(render(write(number % 10, rng, styles), rng))
        if image is not None:  # every synthetic digit has ink
            row[:] = np.rint(image.reshape(-1) * 255)
    return images


if __name__ == "__main__":
    tiles = drawn_digits().reshape(2, -1, COLUMNS, 28, 28).swapaxes(2, 3)
    Image.fromarray(tiles.reshape(-1, COLUMNS * 28)).save(PICTURE, optimize=True)
