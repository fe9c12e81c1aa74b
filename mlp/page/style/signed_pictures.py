"""Signed numbers as images: orange for positive, blue for negative, paper for zero."""

import math
from functools import lru_cache

import numpy as np
from PIL import Image

from mlp.analysis.inline_html import png_url

LEVELS = 16  # on each side of zero: more are not distinguishable, and fewer make smaller files
SIDE = 28


@lru_cache(maxsize=8)
def _palette(against: str, paper: str, supporting: str) -> bytes:
    """Return the colors from negative over paper to positive, in PNG's form."""
    ends = [np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) for color in (against, supporting)]
    middle = np.array([int(paper[start : start + 2], 16) for start in (1, 3, 5)])
    steps = np.linspace(-1, 1, 2 * LEVELS + 1)[:, np.newaxis]
    colors = middle + np.abs(steps) * (np.where(steps < 0, ends[0], ends[1]) - middle)
    return colors.round().astype(np.uint8).tobytes()


def signed_url(values: np.ndarray, colors: dict[str, str]) -> str:
    """Return numbers from −1 to 1 (clipped), (h, w), as a PNG data URL in the theme's colors."""
    places = np.nan_to_num(values * LEVELS, posinf=LEVELS, neginf=-LEVELS)
    image = Image.fromarray((np.clip(places, -LEVELS, LEVELS).round() + LEVELS).astype(np.uint8), "P")
    image.putpalette(_palette(colors["second"], colors["paper"], colors["accent"]))
    return png_url(image, compress_level=4)


def strongest_url(values: np.ndarray, colors: dict[str, str]) -> str:
    """Return numbers, (h, w), as such a picture, in which the strongest one has the full color."""
    return signed_url(values / max(float(np.abs(values).max()), 1e-12), colors)


class Sheet:
    """Many small signed images, (n, 784), −1 to 1, in one image, which CSS shows piece by piece."""

    def __init__(self, pictures: np.ndarray, colors: dict[str, str]) -> None:
        self.columns = math.ceil(math.sqrt(len(pictures)))
        self.rows = math.ceil(len(pictures) / self.columns)
        whole = np.zeros((self.rows * self.columns, SIDE, SIDE), np.float32)
        whole[: len(pictures)] = pictures.reshape(-1, SIDE, SIDE)
        tiled = whole.reshape(self.rows, self.columns, SIDE, SIDE).swapaxes(1, 2)
        url = signed_url(tiled.reshape(self.rows * SIDE, self.columns * SIDE), colors)
        self.style = f"--sheet:url({url});--sheet-size:{self.columns * 100}% {self.rows * 100}%"
        """For the element around the pieces."""

    def place(self, number: int) -> str:
        """Return the style of the element that shows image ``number``."""
        row, column = divmod(number, self.columns)
        across = 100 * column / max(self.columns - 1, 1)
        down = 100 * row / max(self.rows - 1, 1)
        return f"background-position:{across:.4g}% {down:.4g}%"


def scaled(pictures: np.ndarray, *, each: bool) -> np.ndarray:
    """Return images, (n, pixels), divided by the size that all but a few of their numbers stay within.

    With ``each``, that is its own size, so that faint ones are as clear as strong ones.
    """
    sizes = np.abs(pictures)
    reach = np.percentile(sizes, 99.5, axis=1, keepdims=True) if each else np.percentile(sizes, 99.9)
    return pictures / np.maximum(reach, 1e-12)
