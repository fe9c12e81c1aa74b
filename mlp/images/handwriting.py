"""Synthetic digits, also in styles that MNIST lacks: 30,000, which come with the package in two files like MNIST's.

`models.making` writes them with a model of handwriting. MNIST was written by Americans around 1990. In other places
people slash their zeros, bar their sevens, start a one with a long upstroke and give it a foot, or write a four like a
lightning bolt.
"""

import gzip
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlp.images.idx import parse_idx
from mlp.images.mnist import Split
from mlp.language import mark

N_SHIPPED = 30_000
"""Synthetic digits in the files."""
FOLDER = Path(__file__).with_name("handwriting")
IMAGES = FOLDER / "images-idx3-ubyte.gz"
STYLES_OF_IMAGES = FOLDER / "styles-idx1-ubyte.gz"
"""The number of each image's style, as `style_names` counts them."""

_LABELS = {
    0: (mark("zero"), mark("zero open"), mark("zero slashed")),
    1: (
        mark("one"),
        mark("one flagged"),
        mark("one hooked"),
        mark("one long upstroke"),
        mark("one curled"),
        mark("one footed"),
    ),
    2: (mark("two"), mark("two angular"), mark("two looped")),
    3: (mark("three"), mark("three flat"), mark("three angular")),
    4: (mark("four open"), mark("four tall"), mark("four one stroke"), mark("four lightning")),
    5: (mark("five"), mark("five s"), mark("five angular")),
    6: (mark("six"),),
    7: (mark("seven"), mark("seven barred")),
    8: (mark("eight"), mark("eight open"), mark("eight circles"), mark("eight delta")),
    9: (mark("nine"), mark("nine bowed"), mark("nine open"), mark("nine q")),
}
STYLES = {digit: tuple(label.replace(" ", "_") for label in labels) for digit, labels in _LABELS.items()}
"""The names of every digit's styles, as settings and links have them."""


class StyledDigits(NamedTuple):
    """Images (n, 784), with the label and the number of the style of each, all uint8."""

    images: np.ndarray
    labels: np.ndarray
    styles: np.ndarray


def style_label(name: str) -> str:
    """Return what the page calls a style.

    >>> style_label("one_long_upstroke")
    'one long upstroke'
    """
    return name.replace("_", " ")


def style_names() -> list[str]:
    """Return the names of all styles, from 0 to 9."""
    return [name for of_digit in STYLES.values() for name in of_digit]


def shipped_digits() -> StyledDigits:
    """Return all synthetic digits, in an order without meaning; they are unpacked anew, which takes 0.06 s."""
    images, styles = (parse_idx(gzip.decompress(path.read_bytes())) for path in (IMAGES, STYLES_OF_IMAGES))
    digit_of_style = np.repeat(np.array(list(STYLES), np.uint8), [len(names) for names in STYLES.values()])
    return StyledDigits(images.reshape(-1, 784), digit_of_style[styles], styles)


def files_digest() -> str:
    """Return the SHA-256 digest of the packed images, which changes with them."""
    return hashlib.sha256(IMAGES.read_bytes()).hexdigest()


def synthetic_digits(n: int, without: Collection[str] = ()) -> Split:
    """Return the first ``n`` synthetic digits that are balanced, in the order of their file.

    ``without`` names styles to exclude. The other styles of their digits take their place, and are repeated if they are
    too few; a digit without any style left does not appear. Raises a ValueError for more digits than there are, or if
    every style is excluded.

    >>> digits = synthetic_digits(20, without=["zero", "zero_open"])
    >>> digits.images.shape, np.bincount(digits.labels)
    ((20, 784), array([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
    """
    images, labels, styles = shipped_digits()
    if n > len(labels):
        raise ValueError(
            f"synthetic digits must be at most the {len(labels):,} that come with Inkling, got {n:,}; "
            "python -m models.making network trains with more"
        )
    kept = ~np.isin(style_names(), list(without))[styles]
    of_digits = [places for digit in STYLES if len(places := np.flatnonzero(kept & (labels == digit)))]
    if not of_digits:
        raise ValueError("at least one style must be left, got none")
    each, more = divmod(n, len(of_digits))
    chosen = [np.resize(places, each + (number < more)) for number, places in enumerate(of_digits)]
    places = np.sort(np.concatenate(chosen))
    return Split(images[places], labels[places])
