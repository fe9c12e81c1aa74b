"""Signed numbers as images: orange for positive, blue for negative, paper for zero."""

from functools import lru_cache

import numpy as np
from PIL import Image

from mlp.analysis.inline_html import png_url

LEVELS = 16  # on each side of zero: more are not distinguishable, and fewer make smaller files


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


def scaled(pictures: np.ndarray) -> np.ndarray:
    """Return images, (n, pixels), each divided by the size that all but a few of its numbers stay within."""
    return pictures / np.maximum(np.percentile(np.abs(pictures), 99.5, axis=1, keepdims=True), 1e-12)
