"""Many dots as one image, colored by digit; a pointer picks the nearest dot, and keys reach one in each area."""

import html
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from PIL import Image

from mlp.analysis.inline_html import png_url
from mlp.language import tr
from mlp.page.style.picking import Pick, choice, pick_from

DIGIT_COLORS = (
    "#4e79a7",
    "#f28e2b",
    "#59a14f",
    "#b6992d",
    "#e15759",
    "#499894",
    "#d37295",
    "#9d7660",
    "#b07aa1",
    "#79706e",
)
"""Color of each digit, as distinct on light and dark paper as ten can be; names are drawn beside them."""
AREAS = (12, 9)
"""Columns and rows of areas with a dot to pick by key."""
SIZE_PX, DOT_PX = (960, 720), 4
NAME = 0.045
"""Least distance between two names, in widths of the picture."""

_CSS = f"""
.root {{ position: relative; container-type: inline-size; aspect-ratio: {SIZE_PX[0]} / {SIZE_PX[1]}; max-width: 115vh;
  border-radius: 6px; box-shadow: 0 0 0 1px var(--line); touch-action: manipulation; }}
img {{ position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0.8; }}
:is(b, i) {{ position: absolute; translate: -50% -50%; pointer-events: none; }}
b {{ color: var(--ink); font: 700 clamp(12px, 3cqw, 17px)/1 sans-serif;
  text-shadow: 0 0 2px var(--paper), 0 0 3px var(--paper), 0 0 4px var(--paper), 0 0 5px var(--paper); }}
i {{ width: 18px; height: 18px; border-radius: 50%; box-sizing: border-box; }}
.mine {{ background: var(--accent); border: 2px solid var(--paper); }}
.chosen {{ border: 3px solid var(--ink); }}
button {{ position: absolute; width: {1 / AREAS[0]:.4%}; height: {1 / AREAS[1]:.4%}; padding: 0; border: 0;
  background: none; cursor: crosshair; }}
button:focus-visible {{ outline: 2px solid var(--accent); }}
"""


def pickable_dots(
    places: np.ndarray,
    labels: np.ndarray,
    mine: np.ndarray | None,
    chosen: int | None,
    description: str,
    on_pick: Callable[[int], None],
    names: Sequence[str],
) -> None:
    """Draw a dot for each of the places, (n, 2), −1 to 1, those beyond at the edge, in the colors of their labels.

    ``mine`` is the place of the large dot, and ``chosen`` the dot with a ring; ``on_pick`` is called with the number of
    a picked one.
    """
    shares = _shares(places)
    own = None if mine is None else _shares(mine)

    def picked(pick: Pick) -> None:
        away = (shares - (pick.x, pick.y)) * SIZE_PX
        on_pick(int((away**2).sum(axis=1).argmin()))

    parts = [f'<img src="{_image(shares, labels)}" alt="{html.escape(description)}">']
    reachable = _in_each_area(shares)
    for number in reachable:
        corner = _area(shares[number]) / AREAS
        name = tr("no. {number:,}, {name}", number=number, name=names[labels[number]])
        parts.append(choice(number, name, more=_at(corner)))
    if len(np.unique(labels)) == len(names):
        centers = np.array([np.median(shares[labels == label], axis=0) for label in range(len(names))])
        for name, center in zip(names, _apart(centers, own), strict=True):
            parts.append(f"<b {_at(center)}>{html.escape(name)}</b>")
    parts += [] if own is None else [f'<i class="mine" {_at(own)}></i>']
    parts += [] if chosen is None else [f'<i class="chosen" {_at(shares[chosen])}></i>']
    pick_from("lab_dots", "".join(parts), _CSS, reachable, picked)
    st.caption(tr("Press a dot, or go from area to area with the arrow keys and press Enter."))


def _shares(places: np.ndarray) -> np.ndarray:
    """Return places as shares of the picture's width and height, 0 to 1."""
    shares: np.ndarray = (np.clip(places, -1, 1) + 1) / 2
    return shares


def _at(share: np.ndarray) -> str:
    return f'style="left:{share[0]:.2%};top:{share[1]:.2%}"'


def _image(shares: np.ndarray, labels: np.ndarray) -> str:
    """Return all dots as a PNG data URL; the later ones are on top."""
    width, height = SIZE_PX
    pixels = np.zeros((height, width), np.uint8)
    corners = (shares * (width - DOT_PX, height - DOT_PX)).round().astype(int)
    for right, down in np.ndindex(DOT_PX, DOT_PX):
        pixels[corners[:, 1] + down, corners[:, 0] + right] = labels % len(DIGIT_COLORS) + 1
    image = Image.fromarray(pixels, "P")
    image.putpalette(b"\0\0\0" + b"".join(bytes.fromhex(color[1:]) for color in DIGIT_COLORS))
    image.info["transparency"] = 0
    return png_url(image, compress_level=4)


def _area(shares: np.ndarray) -> np.ndarray:
    """Return the column and row of the area of each place."""
    return np.minimum(shares * AREAS, np.array(AREAS) - 1).astype(int)


def _in_each_area(shares: np.ndarray) -> list[int]:
    """Return the number of the dot nearest to the center of each area that has dots."""
    areas = _area(shares)
    off_center = ((shares * AREAS - areas - 0.5) ** 2).sum(axis=1)
    order = np.argsort(off_center, kind="stable")
    _, firsts = np.unique(areas[order] @ (1, AREAS[0]), return_index=True)
    numbers: list[int] = order[firsts].tolist()
    return numbers


def _apart(centers: np.ndarray, own: np.ndarray | None) -> np.ndarray:
    """Return the places of names, moved off each other and off the large dot."""
    wide = np.array([1, SIZE_PX[1] / SIZE_PX[0]])
    points = np.vstack([centers, *([] if own is None else [own])]) * wide
    points += 1e-6 * np.arange(len(points))[:, np.newaxis]  # equal places have no direction
    for _ in range(30):
        gaps = points[:, np.newaxis] - points  # (n, n, 2)
        far = np.maximum(np.linalg.norm(gaps, axis=2, keepdims=True), 1e-12)
        points += (gaps / far * np.maximum(NAME - far, 0) / 2).sum(axis=1)
        if own is not None:
            points[-1] = own * wide
    return points[: len(centers)] / wide
