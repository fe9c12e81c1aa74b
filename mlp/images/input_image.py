"""The image that a network reads: a drawing, a photo or a digit of the data."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlp.images.drawing import IMAGE_PX, Float32Array, Stages, stages
from mlp.images.mnist import Split
from mlp.images.picture import Picture
from mlp.images.recorded import Stroke

Kind = Literal["drawing", "picture", "test", "validation"]


@dataclass(frozen=True, eq=False)
class InputImage:
    """An input with all that is shown of it; it is built once and shared by all parts of the page.

    Attributes
    ----------
    kind : {"drawing", "picture", "test", "validation"}
    name : str
        Its name on the page.
    pixels : uint8 array, shape (H, W)
        The original: 0 paper, 255 ink.
    image : float32 array, shape (28, 28), 0..1
        The network's input.
    stages : Stages or None
        The steps from the original to the input; None for a digit of the data, which MNIST's authors prepared.
    strokes : tuple of Stroke
        Of a drawing, in pixels of the canvas; empty if unknown.
    thumbnail : uint8 array, shape (h, w, 3), or None
        A small copy of a photo before its ink was found.
    """

    kind: Kind
    name: str
    pixels: np.ndarray
    image: Float32Array
    stages: Stages | None = None
    strokes: tuple[Stroke, ...] = ()
    thumbnail: np.ndarray | None = None


def from_drawing(ink: np.ndarray, strokes: tuple[Stroke, ...] = ()) -> InputImage | None:
    """Return a drawing, (H, W) uint8, as an input; None without ink. Raises the errors of `to_mnist`."""
    passed = stages(ink)
    return None if passed is None else InputImage("drawing", "your drawing", ink, passed.centred, passed, strokes)


def from_picture(picture: Picture, number: int = 0) -> InputImage | None:
    """Return a photo as an input; of a page, its digit with this number, or the last one if there are fewer.

    None if it has no ink.
    """
    ink, thumbnail = picture.ink, picture.thumbnail
    if picture.page is not None:
        digit = picture.page.digits[min(number, len(picture.page.digits) - 1)]
        left, top, right, bottom = digit.box
        ink, thumbnail = digit.ink, picture.page.shown[top : bottom + 1, left : right + 1]
    passed = stages(ink)
    if passed is None:
        return None
    return InputImage("picture", "your picture", ink, passed.centred, passed, thumbnail=thumbnail)


def from_data(split: Split, number: int, kind: Literal["test", "validation"]) -> InputImage:
    """Return a digit of the data as an input.

    Examples
    --------
    >>> digit = from_data(Split(np.full((1, 784), 255, np.uint8), np.array([8])), 0, "test")
    >>> digit.name, digit.image[0, 0]
    ('test digit 0, an 8', np.float32(1.0))
    """
    pixels = split.images[number].reshape(IMAGE_PX, IMAGE_PX)
    image = np.multiply(pixels, 1 / 255, dtype=np.float32)
    return InputImage(kind, f"{kind} digit {number:,}, {with_article(int(split.labels[number]))}", pixels, image)


def with_article(digit: int) -> str:
    """Return the name of a digit with its article.

    Examples
    --------
    >>> with_article(7), with_article(8)
    ('a 7', 'an 8')
    """
    return f"an {digit}" if digit == 8 else f"a {digit}"
