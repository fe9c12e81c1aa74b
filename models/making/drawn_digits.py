"""``python -m models.making validation-picture`` draws the synthetic digits with which runs are measured.

They are drawn one by one on the canvas, as people draw theirs.
"""

import argparse

import numpy as np
from PIL import Image

from mlp.cli.terminal import print_line
from mlp.images.drawing import to_mnist
from mlp.images.recorded import Stroke, render
from mlp.seeds import rng_of
from mlp.training.data.synthetic_validation import COLUMNS, N_DIGITS, PICTURE
from models.making.chance import Chance
from models.making.styles import STYLES
from models.making.unseen_styles import UNSEEN_STYLES
from models.making.writing import Rng, Styles, by_hand

RARER = {"zero_slashed": 0.1, "one": 3.0, "one_long_upstroke": 0.4, "four_tall": 2.0, "nine_q": 0.4}
"""Assumed frequencies of some styles in people's writing; training has more of those that MNIST lacks."""


def write(digit: int, rng: Rng, styles: Styles) -> tuple[Stroke, ...]:
    """Return a digit in one of its styles, as if a person had drawn it."""
    of_digit, weights = list(styles[digit]), np.array(list(styles[digit].values()))
    style = of_digit[rng.choice(len(of_digit), p=weights / weights.sum())]
    return by_hand(style(Chance(rng)), rng)


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


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("validation-picture", help="draw the synthetic digits with which runs are measured")
    command.set_defaults(run=make)


def make(_given: argparse.Namespace) -> int:
    """Draw the picture."""
    tiles = drawn_digits().reshape(2, -1, COLUMNS, 28, 28).swapaxes(2, 3)
    Image.fromarray(tiles.reshape(-1, COLUMNS * 28)).save(PICTURE, optimize=True)
    print_line(f"saved {PICTURE}")
    return 0
