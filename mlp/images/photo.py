"""Find the ink in a photo of one digit, or of a page with several, as if it had been drawn.

Ink may be dark or light, and the paper unevenly lit. The paper is estimated first; ink is what stands out from it.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from mlp.images.decoding import SHEET_PX, PictureError, decoded
from mlp.images.drawing import ink_box
from mlp.images.picture import Picture, SheetPhoto
from mlp.images.sheet_photos.found_digits import FoundDigit, found_digits
from mlp.language import Later

THUMBNAIL_PX = 112
SHOWN_PX = 640
"""Longer side of the kept photo of a page, on which its digits are shown."""

MIN_CONTRAST = 0.08
"""Minimum difference of ink from the paper, where black and white differ by 1."""
MIN_CONTRAST_TO_NOISE = 5.0
"""Minimum difference of ink from the paper, in standard deviations of the paper's noise."""
MIN_SPECK_SHARE = 0.04
"""A piece of ink smaller than this fraction of the largest piece is dirt."""
PEN_SHARE = 0.11
"""Width of the pen of MNIST's digits, as a fraction of the longer side; thinner pens are widened to it."""


def decode_picture(data: bytes, *, whole: bool = False) -> Picture:
    """Return the ink in a photo of one digit, or the digits in a photo of several.

    The file is a PNG, JPEG, WEBP, BMP or GIF (of an animation the first frame), at most 10 MB and 16 million pixels, or
    50 million for a JPEG. A ``whole`` photo shows one thing, such as a sign, which may have separate parts. Raises a
    PictureError if it is not such a file, is too large, or nothing in it stands out from its background.
    """
    sheet = None if whole else find_sheet(decoded(data, SHEET_PX))
    if sheet is not None:
        return Picture(sheet.digits[0].ink, _within(sheet.shown, THUMBNAIL_PX), sheet)
    colors = decoded(data)
    return Picture(find_ink(colors), _within(colors, THUMBNAIL_PX))


def find_sheet(colors: np.ndarray) -> SheetPhoto | None:
    """Return the digits in a photo, (h, w, 3) uint8, ideally about 1000 pixels wide; None if there are not several."""
    several = found_digits(colors)
    if len(several) < 2:
        return None
    shown = _within(colors, SHOWN_PX)
    scale = shown.shape[1] / colors.shape[1]
    digits = []
    for digit in several:
        left, top, right, bottom = (round(scale * edge) for edge in digit.box)
        ink = _with_full_pen(np.pad(digit.ink, 2 + round(PEN_SHARE * max(digit.ink.shape))))
        digits.append(FoundDigit((left, top, right, bottom), digit.row, np.rint(255 * ink).astype(np.uint8)))
    return SheetPhoto(shown, tuple(digits))


def _within(colors: np.ndarray, side_px: int) -> np.ndarray:
    image = Image.fromarray(colors)
    image.thumbnail((side_px, side_px))
    return np.asarray(image)


def find_ink(colors: np.ndarray) -> np.ndarray:
    """Return the ink in a photo, (h, w, 3) uint8, as (H, W) uint8: 0 paper, 255 ink, with gray edges.

    Raises a PictureError if nothing stands out.
    """
    pixels = colors.astype(np.float32) / 255
    difference = _difference_from_paper(pixels)
    below = difference[difference < 0]  # half of the paper's noise, and no ink
    noise = 1.4826 * float(np.median(-below)) if len(below) else 0.0
    strength = _strength(difference, noise)
    if strength is None:
        raise PictureError(Later("nothing in this image stands out from its background like ink from paper"))
    ink = np.clip((difference / strength - 0.35) / 0.35, 0, 1)
    ink = _largest_pieces(ink)
    ink = _cut(ink)
    ink = _with_full_pen(ink)
    return np.rint(255 * ink).astype(np.uint8)


def _difference_from_paper(pixels: np.ndarray) -> np.ndarray:
    """Return each pixel's difference from the paper, positive for ink, in the channel with the most contrast."""
    gray = bool((pixels == pixels[..., :1]).all())
    off = [pixels[..., channel] - _paper(pixels[..., channel]) for channel in range(1 if gray else 3)]
    # Ink is the rarer tone, so it makes the longer tail.
    tail = float((np.mean(off, axis=0, dtype=np.float64) ** 3).mean())
    return np.max(off, axis=0) if tail > 0 else -np.min(off, axis=0)


def _paper(channel: np.ndarray) -> np.ndarray:
    """Return the bare paper: a curved surface fitted to most pixels, plus the shadows around the ink.

    Computed from at most 100 × 100 of the pixels, as paper changes slowly.
    """
    h, w = channel.shape
    step = max(1, -(-max(h, w) // 100))
    few = channel[::step, ::step].astype(np.float64)
    terms = _terms(np.arange(0, h, step) / max(h - 1, 1), np.arange(0, w, step) / max(w - 1, 1))
    weights, off = np.ones(few.size), few
    for _ in range(12):  # least squares with less weight on outliers each time (Cauchy's weights)
        weighted = terms * weights[:, None]
        coefficients = np.linalg.lstsq(weighted.T @ terms, weighted.T @ few.ravel(), rcond=None)[0]
        off = few.ravel() - terms @ coefficients
        scale = max(1.4826 * float(np.median(np.abs(off))), 0.004)
        weights = 1 / (1 + (off / (2 * scale)) ** 2)
    off = off.reshape(few.shape)
    bare = (np.abs(off) < 4 * scale).astype(np.float64)
    width = max(few.shape) / 10
    amount = ndimage.gaussian_filter(bare, width)
    rest = ndimage.gaussian_filter(off * bare, width) / np.maximum(amount, 1e-3)
    paper = ((terms @ coefficients).reshape(few.shape) + rest).astype(np.float32)
    return np.asarray(Image.fromarray(paper).resize((w, h), Image.Resampling.BILINEAR))


def _terms(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return 1, x, y, x², xy, y² at each point of a grid, (points, 6)."""
    y, x = (axis.ravel() - 0.5 for axis in np.meshgrid(y, x, indexing="ij"))
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _strength(difference: np.ndarray, noise: float) -> float | None:
    """Return the difference of full ink from the paper; None if there is no ink."""
    beyond = difference[difference > max(MIN_CONTRAST / 2, 3 * noise)]
    if len(beyond) < 3:
        return None
    strength = float(np.percentile(beyond, 80))
    return strength if strength >= max(MIN_CONTRAST, MIN_CONTRAST_TO_NOISE * noise) else None


def _largest_pieces(ink: np.ndarray) -> np.ndarray:
    """Return the large pieces of ink; those at the image's edge only if there are no others."""
    pieces, n = ndimage.label(ink > 0, np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel(), weights=ink.ravel(), minlength=n + 1)
    sizes[0] = 0
    at_edge = np.zeros(n + 1, bool)
    for side in (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
        at_edge[side] = True
    inner = np.where(at_edge, 0, sizes)
    if inner.max() >= 0.2 * sizes.max():  # the edge of a table is not part of a digit
        sizes = inner
    keep = sizes >= max(MIN_SPECK_SHARE * sizes.max(), 1e-6)
    return np.where(keep[pieces], ink, 0)


def _cut(ink: np.ndarray) -> np.ndarray:
    """Return the ink cropped, with a margin for a wider pen."""
    box = ink_box(ink)
    cut = ink if box is None else ink[box]
    return np.pad(cut, 2 + round(PEN_SHARE * max(cut.shape)))


def _with_full_pen(ink: np.ndarray) -> np.ndarray:
    """Return thin lines redrawn with a pen as wide as MNIST's, as they would fade when the digit is reduced."""
    lines = ink > 0.5
    box = ink_box(lines)
    if box is None:
        return ink
    depth = ndimage.distance_transform_edt(lines)
    ridge = depth[(depth >= ndimage.maximum_filter(depth, 3)) & lines]
    pen = 2 * float(np.median(ridge)) - 1  # a line one pixel wide is 1 deep
    wider = (PEN_SHARE * max(lines[box].shape) - pen) / 2
    if wider < 0.5:
        return ink
    away = ndimage.distance_transform_edt(~lines)
    return np.maximum(ink, np.clip(wider + 0.5 - away, 0, 1))
