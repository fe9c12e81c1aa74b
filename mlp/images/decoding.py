"""Decode a picture file, and refuse what is too large before it is decoded."""

import io
import re

import numpy as np
from PIL import Image, ImageOps

MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
"""Of a JPEG before it is made smaller; checked before it is decoded. Phones take 12 to 48 million."""
MAX_PIXELS_IN_SCANS = 30_000_000
"""Of a JPEG of more than one scan, as progressive ones are: its decoder keeps 2 bytes for each number of each pixel."""

MAX_PIXELS_WHOLE = 16_000_000
"""Of the other formats, which cannot be decoded small: 50 million pixels of 16 bits would take 900 MB and 8 s."""

MAX_SIDE = 30_000
"""Of any picture: decoding takes some memory for each row too, 330 MB more for 16 million rows of one pixel."""

MAX_SCANS = 100
"""Of a progressive JPEG, which has about ten; an empty one has a few bytes, and takes a whole round over the pixels."""

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")

WORK_PX = 400
"""Longer side of the picture in which one digit is looked for."""

PAGE_PX = 1000
"""Longer side of the picture in which several are."""


class PictureError(ValueError):
    """A file is no picture, is too large, or shows no ink; the message says so in words for a person."""


def too_large(data: bytes) -> PictureError:
    """Say that a file has too many bytes."""
    return PictureError(f"a picture may have at most {MAX_BYTES / 1e6:.0f} MB, got {len(data) / 1e6:.1f} MB")


def decoded(data: bytes, side_px: int = WORK_PX) -> np.ndarray:
    """Decode a picture file to (h, w, 3) uint8, upright, without transparency, at most ``side_px`` pixels a side."""
    if len(data) > MAX_BYTES:
        raise too_large(data)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(
            f"a picture may have at most {MAX_PIXELS / 1e6:.0f} million pixels, this has more"
        ) from error
    except Exception as error:  # Pillow's decoders raise many kinds on broken files
        raise PictureError(f"this is no picture that can be read; it must be one of {', '.join(FORMATS)}") from error
    scans = _n_scans(data) if image.format in ("JPEG", "MPO") else 0
    if scans > MAX_SCANS:
        raise PictureError(f"this JPEG is drawn in {scans:,} rounds, a picture may have at most {MAX_SCANS}")
    width, height = image.size
    most = MAX_PIXELS_WHOLE if scans == 0 else MAX_PIXELS if scans == 1 else MAX_PIXELS_IN_SCANS
    if width * height > most:
        kind = f"progressive {image.format}" if scans > 1 else image.format
        raise PictureError(f"a {kind} may have at most {most / 1e6:.0f} million pixels, got {width:,} × {height:,}")
    if max(width, height) > MAX_SIDE:
        raise PictureError(f"a side of a picture may have at most {MAX_SIDE:,} pixels, got {width:,} × {height:,}")
    try:
        shrink = 2 * side_px / max(width, height)
        # A JPEG is then decoded small, in a fraction of the time and of the memory.
        image.draft("RGB", (max(1, round(width * shrink)), max(1, round(height * shrink))))
        image.load()
        small = _shrunk(image, side_px)
        small = ImageOps.exif_transpose(small) if small.getexif() else small
    except Exception as error:
        raise PictureError("this picture is broken or cut short") from error
    return _without_alpha(small)


def _shrunk(image: Image.Image, side_px: int) -> Image.Image:
    exif = image.getexif()
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel and more
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
    """Lay a transparent picture on paper that its ink stands out from."""
    if image.mode == "RGB":
        return np.asarray(image)
    pixels = np.asarray(image, np.float32)
    colours, alpha = pixels[..., :3], pixels[..., 3:] / 255
    opaque = alpha[..., 0] > 0.5
    if not opaque.any():
        raise PictureError("this picture is wholly transparent")
    if opaque.mean() > 0.6:  # a picture with holes or round corners: fill them with its own most common tone
        paper = np.median(colours[opaque], axis=0)
    else:
        paper = np.full(3, 255.0 if colours[opaque].mean() < 128 else 0.0)
    return np.rint(colours * alpha + paper * (1 - alpha)).astype(np.uint8)


_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)  # in a scan, 0xff is data or a restart if so followed


def _n_scans(data: bytes) -> int:
    """Count the scans of a JPEG by its markers, as its decoder would meet them, without decoding any."""
    scans, place = 0, 2
    while (found := _MARKER.search(data, place)) is not None and found[1] != b"\xd9":
        place = found.end()
        if found[1] not in (b"\xd8", b"\x01"):  # all others say how long they are
            place += int.from_bytes(data[place : place + 2], "big")
        scans += found[1] == b"\xda"
    return scans
