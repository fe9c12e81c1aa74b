"""Visitors' drawings and uploads, good and bad."""

import base64
import io
import random

from PIL import Image, ImageDraw

from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.fuzz.targets import INPUTS


def picture(digit: int, size: int = 280) -> Image.Image:
    """Return a digit as the canvas holds it, white on black."""
    image = Image.new("RGB", (size, size))
    pen = ImageDraw.Draw(image)
    for stroke in fit(DIGITS[digit]):
        pen.line([(x, y) for x, y in stroke], fill="white", width=18, joint="curve")
    return image


def png(image: Image.Image) -> bytes:
    """Return a drawing as a file."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def data_url(digit: int) -> str:
    """Return a digit as the canvas sends it."""
    return "data:image/png;base64," + base64.b64encode(png(picture(digit))).decode()


def bad_picture(rng: random.Random) -> bytes:
    """Return an image file that is damaged, too large, or not an image."""
    damaged = next(kind for kind in INPUTS if kind.name == "pictures").make(rng)
    return rng.choice([damaged, damaged, b"", b"<script>alert(1)</script>", bytes(11_000_000)])
