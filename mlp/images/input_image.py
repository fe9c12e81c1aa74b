"""The image that a network reads: a drawing, a photo or a digit of the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from mlp.class_names import DIGITS
from mlp.images.drawing import IMAGE_PX, Float32Array, Stages, stages
from mlp.images.mnist import Dataset, Split
from mlp.images.picture import Picture
from mlp.images.recorded import Stroke
from mlp.images.side_by_side import digits_side_by_side
from mlp.language import Later, mark, tr

Kind = Literal["drawing", "picture", "test", "validation"]


@dataclass(frozen=True, eq=False)
class InputImage:
    """A network's input with everything that the page shows of it; built once, and shared by all parts of the page."""

    kind: Kind
    name: str  # on the page, in English or a text to be translated
    pixels: np.ndarray  # (H, W) uint8, the original: 0 paper, 255 ink
    image: Float32Array  # (28, 28), 0 to 1: the network's input
    stages: Stages | None = None  # from the original to the input; None for data, which MNIST's authors prepared
    strokes: Sequence[Stroke] = ()  # of a drawing, in pixels of the canvas; empty if unknown
    thumbnail: np.ndarray | None = None  # (h, w, 3) uint8, a small copy of a photo before its ink was found

    @cached_property
    def digits(self) -> "tuple[InputImage, ...]":
        """The digits in a drawing, from left to right; itself if there is only one."""
        inks = digits_side_by_side(self.pixels) if self.kind == "drawing" else []
        if len(inks) < 2:
            return (self,)
        digits = [from_drawing(ink, _strokes_in(ink, self.strokes)) for ink in inks]
        return tuple(digit for digit in digits if digit is not None)


def _strokes_in(ink: np.ndarray, strokes: Sequence[Stroke]) -> tuple[Stroke, ...]:
    """Return the strokes whose middle lies between the left and right end of the ink."""
    columns = np.flatnonzero(ink.any(axis=0))
    return tuple(stroke for stroke in strokes if columns[0] <= stroke[:, 0].mean() <= columns[-1])


def from_drawing(ink: np.ndarray, strokes: Sequence[Stroke] = ()) -> InputImage | None:
    """Return a drawing, (H, W) uint8, as an input; None without ink. Raises the errors of `to_mnist`."""
    passed = stages(ink)
    return (
        None if passed is None else InputImage("drawing", Later("your drawing"), ink, passed.centered, passed, strokes)
    )


def from_picture(picture: Picture, number: int = 0) -> InputImage | None:
    """Return a photo as an input, or one digit of a photographed sheet.

    ``number`` counts the digits of the sheet from 0; if there are fewer, the last one is returned. None without ink.
    """
    ink, thumbnail = picture.ink, picture.thumbnail
    if picture.sheet is not None:
        digit = picture.sheet.digits[min(number, len(picture.sheet.digits) - 1)]
        left, top, right, bottom = digit.box
        ink, thumbnail = digit.ink, picture.sheet.shown[top : bottom + 1, left : right + 1]
    passed = stages(ink)
    if passed is None:
        return None
    return InputImage("picture", Later("your photo"), ink, passed.centered, passed, thumbnail=thumbnail)


def from_data(data: Dataset, number: int, kind: Literal["test", "validation"]) -> InputImage:
    """Return a digit, or a drawing of a sign, of the test or validation images as an input.

    >>> eights = Split(np.full((1, 784), 255, np.uint8), np.array([8]))
    >>> digit = from_data(Dataset("Eights", eights, eights, Split(eights.images, eights.labels)), 0, "test")
    >>> digit.name, digit.image[0, 0]
    ('test digit no. 0, an 8', np.float32(1.0))
    """
    split: Split = getattr(data, kind)
    pixels = split.images[number].reshape(IMAGE_PX, IMAGE_PX)
    image = np.multiply(pixels, 1 / 255, dtype=np.float32)
    shown = _with_article(data.names[split.labels[number]])
    name = Later("{noun} no. {number:,}, {shown}", noun=data.noun(kind)[0], number=number, shown=shown)
    return InputImage(kind, name, pixels, image)


def with_article(name: str) -> str:
    """Return a digit with its article, or a sign in quotes, as its article is unknown, in the language of the place.

    >>> with_article("7"), with_article("8"), with_article("cat")
    ('a 7', 'an 8', '“cat”')
    """
    return tr(_with_article(name))


def _with_article(name: str) -> Later:
    if name not in DIGITS:
        return Later("“{sign}”", sign=name)
    return Later(mark("an {digit}") if name == "8" else mark("a {digit}"), digit=name)
