"""Decode image files, after refusing those that are too large."""

import io
import re

import numpy as np
from PIL import Image, ImageOps

from mlp.language import Later, mark

MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
"""Limit for a JPEG before it is reduced, checked before decoding. Phones take 12 to 48 million."""
MAX_PIXELS_IN_SCANS = 30_000_000
"""Limit for a JPEG with several scans, such as a progressive one: its decoder keeps 2 bytes per value and pixel."""

MAX_PIXELS_WHOLE = 16_000_000
"""Limit for other formats, which are decoded at full size: 50 million 16-bit pixels would take 900 MB and 8 s."""

MAX_SIDE = 30_000
"""Limit for any side: decoding also takes memory for each row, 330 MB more for 16 million rows of one pixel."""

MAX_SCANS = 100
"""Limit for a progressive JPEG; about ten are usual, but an empty one of a few bytes takes a pass over all pixels."""

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")

WORK_PX = 400
"""Longer side of the image in which one digit is searched."""

SHEET_PX = 1000
"""Longer side of the image in which several digits are searched."""


class PictureError(ValueError):
    """A file is not an image, is too large, or shows no ink; the message explains it to visitors."""


def too_large(data: bytes) -> PictureError:
    """Return the error for a file with too many bytes."""
    rule = mark("an image may have at most {most:.0f} MB, got {size:.1f} MB")
    return PictureError(Later(rule, most=MAX_BYTES / 1e6, size=len(data) / 1e6))


def decoded(data: bytes, side_px: int = WORK_PX, *, most: int = MAX_PIXELS) -> np.ndarray:
    """Return an image file as (h, w, 3) uint8, upright, without transparency, at most ``side_px`` pixels a side.

    Raises a PictureError if the file is no image, or has more pixels than ``most``, or than its format may have.
    """
    if len(data) > MAX_BYTES:
        raise too_large(data)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        rule = mark("an image may have at most {most:.0f} million pixels, this has more")
        raise PictureError(Later(rule, most=MAX_PIXELS / 1e6)) from error
    except Exception as error:  # Pillow's decoders raise many kinds on broken files
        rule = mark("this file is not a readable image; use one of {formats}")
        raise PictureError(Later(rule, formats=", ".join(FORMATS))) from error
    scans = _n_scans(data) if image.format in ("JPEG", "MPO") else 0
    if scans > MAX_SCANS:
        raise PictureError(Later("a JPEG may have at most {most} scans, got {n:,}", most=MAX_SCANS, n=scans))
    width, height = image.size
    most = min(most, MAX_PIXELS_WHOLE if scans == 0 else MAX_PIXELS if scans == 1 else MAX_PIXELS_IN_SCANS)
    if width * height > most:
        rule = mark("a {kind} may have at most {most:,} pixels, got {width:,} × {height:,}")
        kind = Later("progressive {format}", format=image.format) if scans > 1 else image.format
        raise PictureError(Later(rule, kind=kind, most=most, width=width, height=height))
    if max(width, height) > MAX_SIDE:
        rule = mark("a side of an image may have at most {most:,} pixels, got {width:,} × {height:,}")
        raise PictureError(Later(rule, most=MAX_SIDE, width=width, height=height))
    try:
        shrink = 2 * side_px / max(width, height)
        # A JPEG is then decoded at a reduced size, in a fraction of the time and memory.
        image.draft("RGB", (max(1, round(width * shrink)), max(1, round(height * shrink))))
        image.load()
        small = _shrunk(image, side_px)
        small = ImageOps.exif_transpose(small) if small.getexif() else small
    except Exception as error:
        raise PictureError(Later("this image file is broken or incomplete")) from error
    return _without_alpha(small)


def _shrunk(image: Image.Image, side_px: int) -> Image.Image:
    exif = image.getexif()
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits per pixel or more
        values = np.asarray(image, np.float32)
        low, high = values.min(), values.max()
        image = Image.fromarray(np.uint8(255 * (values - low) / max(high - low, 1)))
    has_alpha = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    longer = max(image.size)
    if longer > side_px:
        size = [max(1, round(side * side_px / longer)) for side in image.size]
        image = image.resize(size, Image.Resampling.BOX if longer > 4 * side_px else Image.Resampling.LANCZOS)
    image.getexif().update(exif)
    return image


def _without_alpha(image: Image.Image) -> np.ndarray:
    """Return a transparent image on paper that contrasts with its ink."""
    if image.mode == "RGB":
        return np.asarray(image)
    pixels = np.asarray(image, np.float32)
    colors, alpha = pixels[..., :3], pixels[..., 3:] / 255
    opaque = alpha[..., 0] > 0.5
    if not opaque.any():
        raise PictureError(Later("this image is fully transparent"))
    if opaque.mean() > 0.6:  # an image with holes or round corners: fill them with its own most common tone
        paper = np.median(colors[opaque], axis=0)
    else:
        paper = np.full(3, 255.0 if colors[opaque].mean() < 128 else 0.0)
    return np.rint(colors * alpha + paper * (1 - alpha)).astype(np.uint8)


_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)  # in scans, these mean data or a restart


def _n_scans(data: bytes) -> int:
    """Return the number of scans of a JPEG from its markers, as its decoder would find them, without decoding."""
    scans, place = 0, 2
    while (marker := _MARKER.search(data, place)) is not None and marker[1] != b"\xd9":
        place = marker.end()
        if marker[1] not in (b"\xd8", b"\x01"):  # all other markers state their length
            place += int.from_bytes(data[place : place + 2], "big")
        scans += marker[1] == b"\xda"
    return scans
