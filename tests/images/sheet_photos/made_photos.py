"""Synthetic photos of pages with several digits, as a tilted phone would take them, for measurements.

A page has one to three rows of two to six digits from the model of handwriting (`mlp.images.handwriting`), with one pen
per page: half of the pages in the styles for training, with the frequencies that we assume, half in styles that are
excluded from training. A digit is 56 to 100 pixels tall, on a page of 1000 by 750, with gaps of 0.3 to 0.7 of that
between two. The pen is 2.5 to 7 pixels wide: a pencil with uneven gray, a ballpoint or a felt pen. Plain paper is white
to cream; lined paper has rules 0.8 to 1.3 digits apart, 12% to 35% darker than the paper, blue or gray, with digits
roughly on them, and half of its pages have a red margin.

The photo is turned by up to 5°, each corner moved by up to 4% of a side (perspective), lit from one side (up to 30%
darker on the other), crossed by the soft edge of a shadow (up to 30% darker), blurred (σ 0.5 to 1.3 pixels), with noise
of σ 1 to 6 of 255, and JPEG quality 45 to 90. Every number is uniformly random, from one seed.
"""

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from mlp.images.recorded import Stroke, place
from models.making.drawn_digits import write
from models.making.unseen_styles import UNSEEN_STYLES
from models.making.writing import Rng, Styles

SHEET_PX = (1000, 750)
"""Width and height of a photo."""

FINER = 2
"""Factor by which the page is drawn larger, for smooth edges."""

MARGIN_PX = 70


class PhotoDigit(NamedTuple):
    """A digit on a photo: its label, its row from 0, and the middle of its ink, in pixels."""

    label: int
    row: int
    x: float
    y: float


class MadePhoto(NamedTuple):
    """A photo as a JPEG file, and its digits, row by row from left to right."""

    file: bytes
    digits: tuple[PhotoDigit, ...]


def made_photos(n: int, rng: Rng, known: Styles, *, lined: bool) -> Iterator[MadePhoto]:
    """Yield ``n`` photos, every other one in the styles ``known``, the rest in unseen ones.

    Examples
    --------
    >>> from models.making.styles import STYLES
    >>> (photo,) = made_photos(1, np.random.default_rng(0), STYLES, lined=True)
    >>> photo.file[:2], 2 <= len(photo.digits) <= 18
    (b'\\xff\\xd8', True)
    """
    for number in range(n):
        yield made_photo(rng, UNSEEN_STYLES if number % 2 else known, lined=lined)


def made_photo(rng: Rng, styles: Styles, *, lined: bool) -> MadePhoto:
    """Return a photo of a written page."""
    tall = rng.uniform(56, 100)
    apart = tall * rng.uniform(0.8, 1.3)
    strokes, digits = _written(rng, styles, tall, apart if lined else None)
    page = _paper(rng)
    if lined:
        page = _ruled(page, rng, apart)
    page = _inked(page, strokes, rng)
    photographed, moved = _photographed(page, rng)
    middles = moved(np.array([[digit.x, digit.y] for digit in digits]))
    found = tuple(digit._replace(x=float(x), y=float(y)) for digit, (x, y) in zip(digits, middles, strict=True))
    return MadePhoto(_taken(_lit(photographed, rng), rng), found)


def _written(rng: Rng, styles: Styles, tall: float, apart: float | None) -> tuple[list[Stroke], tuple[PhotoDigit, ...]]:
    """Return digits laid out in rows; on lined paper each row is on a line, within a tenth of a digit."""
    n_rows = int(rng.integers(1, 4))
    gap = tall * rng.uniform(1.6, 2.0)
    if apart is not None:
        gap = apart * np.ceil(gap / apart)
    first = rng.uniform(MARGIN_PX + tall, max(SHEET_PX[1] - MARGIN_PX - (n_rows - 1) * gap, MARGIN_PX + tall + 1))
    if apart is not None:
        first = apart * np.ceil(first / apart)
    strokes: list[Stroke] = []
    digits: list[PhotoDigit] = []
    for row in range(n_rows):
        x, foot = rng.uniform(MARGIN_PX, 2 * MARGIN_PX), first + row * gap
        if foot > SHEET_PX[1] - MARGIN_PX / 2:
            break
        for _ in range(int(rng.integers(2, 7))):
            label = int(rng.integers(10))
            drawn = write(label, rng, styles)
            points = np.concatenate(drawn)
            height = tall * rng.uniform(0.85, 1.15)
            extent = np.ptp(points, axis=0)
            longer = height * float(extent.max() / max(extent[1], 0.4 * extent[0], 1e-9))
            placed = place(drawn, longer_side=longer, corner=(0.0, 0.0))
            size = np.concatenate(placed).max(axis=0)
            if x + size[0] > SHEET_PX[0] - MARGIN_PX:
                break
            corner = np.array([x, foot - size[1] + tall * rng.uniform(-0.1, 0.1)])
            strokes += [stroke + corner for stroke in placed]
            digits.append(PhotoDigit(label, row, *(corner + size / 2)))
            x += size[0] + tall * rng.uniform(0.3, 0.7)
    return strokes, tuple(digits)


def _paper(rng: Rng) -> np.ndarray:
    """Return bare paper, float32 (h, w, 3) in 0..1."""
    tone = rng.uniform(0.86, 0.97) * np.array([1, 1, rng.uniform(0.92, 1)])
    return np.broadcast_to(tone.astype(np.float32), (FINER * SHEET_PX[1], FINER * SHEET_PX[0], 3)).copy()


def _ruled(page: np.ndarray, rng: Rng, apart: float) -> np.ndarray:
    """Return the page with rules, and on half of the pages a red margin line."""
    dark = rng.uniform(0.12, 0.35)
    blue = np.array([1, 0.8, 0.35]) if rng.random() < 0.6 else np.ones(3)
    thick = max(1, round(FINER * rng.uniform(1, 2)))
    for y in np.arange(apart, SHEET_PX[1], apart):
        top = round(FINER * y)
        page[top : top + thick] *= 1 - dark * blue
    if rng.random() < 0.5:
        left = round(FINER * MARGIN_PX * rng.uniform(0.3, 0.7))
        page[:, left : left + thick] *= 1 - dark * np.array([0.3, 1, 1])
    return page


def _inked(page: np.ndarray, strokes: list[Stroke], rng: Rng) -> np.ndarray:
    """Return the page with the strokes of one pen."""
    kind = rng.choice(["pencil", "ballpoint", "felt"])
    pen = rng.uniform(*{"pencil": (2.5, 4.5), "ballpoint": (2.5, 4), "felt": (4, 7)}[kind]) * FINER
    sheet = Image.new("L", (page.shape[1], page.shape[0]))
    draw = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = stroke * FINER
        draw.line(points.ravel().tolist(), fill=255, width=max(1, round(pen)))
        for x, y in points:
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    cover = np.asarray(sheet, np.float32) / 255
    if kind == "pencil":
        grain = ndimage.gaussian_filter(rng.standard_normal(cover.shape, dtype=np.float32), 1.5)
        cover *= rng.uniform(0.5, 0.75) + 0.12 * np.clip(grain / grain.std(), -2, 2)
    else:
        cover *= rng.uniform(0.75, 0.95)
    colors = {"pencil": (0.2, 0.2, 0.22), "ballpoint": (0.08, 0.12, 0.5), "felt": (0.05, 0.05, 0.08)}
    return page + cover[..., None] * (np.array(colors[kind], np.float32) - page)


def _photographed(page: np.ndarray, rng: Rng) -> tuple[np.ndarray, "Moved"]:
    """Return the photo's view of the tilted page, and the map of its points."""
    size = np.array(SHEET_PX)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
    angle = np.deg2rad(rng.uniform(-5, 5))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen = (corners - size / 2) @ turn.T + size / 2 + rng.uniform(-0.04, 0.04, (4, 2)) * size
    forth, back = homography(corners, seen), homography(seen, FINER * corners)
    image = Image.fromarray(np.uint8(np.rint(255 * np.clip(page, 0, 1))))
    paper = tuple(int(tone) for tone in np.median(np.asarray(image)[::9, ::9].reshape(-1, 3), axis=0))
    coefficients = (back / back[2, 2]).ravel()[:8].tolist()
    photo = image.transform(SHEET_PX, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, 1, paper)
    return np.asarray(photo, np.float32) / 255, Moved(forth)


class Moved(NamedTuple):
    """The map from points of the page to points of the photo."""

    matrix: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Return the mapped points (n, 2)."""
        moved = np.column_stack([points, np.ones(len(points))]) @ self.matrix.T
        return moved[:, :2] / moved[:, 2:]


def homography(from_: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Return the projective map, (3, 3), that takes four points to four others.

    Examples
    --------
    >>> square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    >>> Moved(homography(square, 2 * square))(np.array([[0.5, 1.0]]))
    array([[1., 2.]])
    """
    rows = []
    for (x, y), (u, v) in zip(from_, to, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows, float), np.asarray(to, float).ravel()), 1.0).reshape(3, 3)


def _lit(photo: np.ndarray, rng: Rng) -> np.ndarray:
    """Return the photo lit from one side, with the edge of a shadow."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[0:height, 0:width] / max(height, width) - 0.5
    light = []
    for softness in (0.5, rng.uniform(0.01, 0.08)):
        direction, dark = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.3)
        across = x * np.cos(direction) + y * np.sin(direction) - rng.uniform(-0.2, 0.2)
        light.append(1 - dark * np.clip(0.5 + across / (2 * softness), 0, 1))
    return photo * (light[0] * light[1])[..., None].astype(np.float32)


def _taken(photo: np.ndarray, rng: Rng) -> bytes:
    """Return the photo as a JPEG file, with blur and noise."""
    blur = rng.uniform(0.5, 1.3)
    photo = 255 * ndimage.gaussian_filter(photo, (blur, blur, 0))
    photo = photo + rng.uniform(1, 6) * rng.standard_normal(photo.shape, dtype=np.float32)
    file = io.BytesIO()
    quality = int(rng.integers(45, 91))
    Image.fromarray(np.uint8(np.rint(np.clip(photo, 0, 255)))).save(file, "JPEG", quality=quality)
    return file.getvalue()
