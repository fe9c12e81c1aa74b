"""Probabilities along a path as a river: a band for each answer, as wide as the answer is likely."""

import html
from collections.abc import Sequence

import numpy as np

from mlp.analysis.scores import percent
from mlp.page.style.html import svg, svg_url

WIDTH, HEIGHT = 400, 120
MIN_LABELED = 0.16  # share of the height that a band must reach to get a name
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


def river(title: str, probabilities: np.ndarray, at: float, names: Sequence[str]) -> str:
    """Return a river of probabilities, (points, classes), as HTML, marked at a place from 0 to 1; the title is HTML."""
    edges = np.concatenate([np.zeros((len(probabilities), 1)), np.cumsum(probabilities, axis=1)], axis=1) * HEIGHT
    across = np.linspace(0, WIDTH, len(probabilities))
    bands, places = [], []
    names = [html.escape(name) for name in names]
    for digit in range(probabilities.shape[1]):
        top, bottom = edges[:, digit], edges[:, digit + 1]
        if (bottom - top).max() < 0.5:
            continue
        outline = [*zip(across, top, strict=True), *zip(across[::-1], bottom[::-1], strict=True)]
        points = " ".join(f"{x:.0f},{y:.1f}" for x, y in outline)
        bands.append(f'<polygon points="{points}" fill="{DIGIT_COLORS[digit % 10]}"/>')
        widest = _widest(bottom - top)
        if bottom[widest] - top[widest] >= MIN_LABELED * HEIGHT:
            left, down = 100 * across[widest] / WIDTH, 100 * (top[widest] + bottom[widest]) / 2 / HEIGHT
            places.append(f'<b style="left:{min(max(left, 4), 96):.1f}%;top:{down:.1f}%">{names[digit]}</b>')
    here = [
        f"{names[digit]} with {percent(share)}" for digit, share in enumerate(_at(probabilities, at)) if share >= 0.005
    ]
    url = svg_url(svg(WIDTH, HEIGHT, "".join(bands)))
    return (
        f'<div class="lab-river"><h3>{title}</h3><div>'
        f'<img src="{url}" alt="At {100 * at:.0f}% of the path: {", ".join(here)}">{"".join(places)}'
        f'<i style="left:{at:.1%}"></i></div></div>'
    )


def _widest(widths: np.ndarray) -> int:
    """Return the middle of a band's widest part."""
    wide = np.flatnonzero(widths >= 0.98 * widths.max())
    return int(wide[len(wide) // 2])


def _at(probabilities: np.ndarray, at: float) -> np.ndarray:
    row: np.ndarray = probabilities[round(at * (len(probabilities) - 1))]
    return row
