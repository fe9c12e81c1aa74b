"""Damaged images of a digit, damaged photos of pages with several, and their readers."""

import io
import random
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from mlp.images.decoding import SHEET_PX, PictureError, decoded
from mlp.images.drawing import to_mnist
from mlp.images.photo import find_ink, read_sheet
from mlp.images.picture import Picture, picture_from
from mlp.images.sheet_photos.found_digits import MAX_DIGITS
from mlp.nn.network import MLP
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.works import Photo
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.fuzz.mutate import mutated

NETWORK = MLP([784, 8, 10], rng=np.random.default_rng(1))
MAX_KEPT_MB = 4.0
"""A photo with all of its digits, as stored."""

SMALL_PX, LARGE_SHARE = (120, 420), 0.05
"""Sides of most pages, as small ones are read ten times as fast; and the fraction read at full size."""


def picture_file(mode: str, kind: str, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """Return an image file with a seven."""
    image = Image.new("L", size, 230)
    ImageDraw.Draw(image).line([(20, 8), (40, 8), (28, 34)], fill=20, width=4)
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def picture_files() -> list[bytes]:
    """Return files of every format, to be damaged."""
    good = [picture_file(mode, "PNG") for mode in ("L", "RGB", "RGBA", "P", "1", "LA", "I;16")]
    good += [
        picture_file("RGB", "JPEG"),
        picture_file("L", "JPEG", progressive=True),
        picture_file("CMYK", "JPEG"),
    ]
    good += [picture_file("RGB", "WEBP"), picture_file("RGB", "BMP"), picture_file("P", "GIF")]
    return [*good, picture_file("1", "BMP")]


def read_upload(data: bytes) -> bool:
    """Find the digit in an image; in this process, where its time and memory can be measured."""
    try:
        ink = find_ink(decoded(data))
    except PictureError:
        return False
    answer_to(ink)
    return True


def answer_to(ink: np.ndarray) -> None:
    """Read ink as the page does."""
    pixels = to_mnist(ink)
    if pixels is not None:
        assert pixels.shape == (28, 28)
        assert abs(NETWORK.predict_proba(pixels[None]).sum() - 1) < 1e-4


def make_page(rng: random.Random) -> bytes:
    """Return a page with digits and with distracting marks; half of the files are damaged too."""
    large = rng.random() < LARGE_SHARE
    width, height = (rng.randint(700, 2 * SHEET_PX) if large else rng.randint(*SMALL_PX) for _ in range(2))
    page = Image.new("RGB", (width, height), (rng.choice((255, 235, 128, 20)),) * 3)
    for _ in range(rng.randint(1, 4)):
        rng.choice((_digits, _specks, _rules, _noise, _shade, _blot))(page, rng)
    if rng.random() < 0.2:
        page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 4)))
    out = io.BytesIO()
    page.save(out, rng.choice(("JPEG", "JPEG", "PNG")))
    return mutated(out.getvalue(), rng) if rng.random() < 0.5 else out.getvalue()


def _ink(rng: random.Random) -> tuple[int, int, int]:
    return rng.choice(((20, 20, 20), (60, 60, 160), (200, 200, 205), (250, 250, 250)))


def _digits(page: Image.Image, rng: random.Random) -> None:
    """Draw rows of digits, from far too small to far too large."""
    side, ink = rng.randint(8, max(page.size)), _ink(rng)
    pen, apart = max(1, side // rng.randint(6, 20)), round(side * rng.uniform(0.4, 2))
    draw = ImageDraw.Draw(page)
    for top in range(rng.randint(0, side), page.height, round(side * rng.uniform(1, 2))):
        for left in range(rng.randint(0, side), page.width, max(apart, page.width // 60)):
            for stroke in fit(DIGITS[rng.randrange(10)]):
                draw.line([(left + x * side / 280, top + y * side / 280) for x, y in stroke], fill=ink, width=pen)


def _specks(page: Image.Image, rng: random.Random) -> None:
    """Draw as many small pieces as fit, in rows or anywhere, with one or two larger ones."""
    side, ink, draw = rng.randint(1, 30), _ink(rng), ImageDraw.Draw(page)
    apart, jitter = side + rng.randint(1, side + 8), rng.choice((0, side))
    for top in range(0, page.height, apart):
        for left in range(0, page.width, max(apart, page.width // 100)):
            x, y = left + rng.randint(0, jitter), top + rng.randint(0, jitter)
            large = 3 if rng.random() < 0.01 else 1
            draw.rectangle((x, y, x + large * side, y + large * side), fill=ink)


def _rules(page: Image.Image, rng: random.Random) -> None:
    """Draw lines at any slope, from a hair to a bar."""
    ink, draw, thick = _ink(rng), ImageDraw.Draw(page), rng.randint(1, 12)
    slope = rng.choice((0.0, 0.0, rng.uniform(-1, 1)))
    for top in range(-page.width, page.height + page.width, rng.randint(thick + 2, 90)):
        draw.line((0, top, page.width, top + slope * page.width), fill=ink, width=thick)
        if rng.random() < 0.1:
            draw.line((top, 0, top + slope * page.height, page.height), fill=ink, width=thick)


def _noise(page: Image.Image, rng: random.Random) -> None:
    grain = Image.effect_noise(page.size, rng.uniform(1, 120)).convert("RGB")
    page.paste(Image.blend(page, grain, rng.random()))


def _shade(page: Image.Image, rng: random.Random) -> None:
    dark = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(page.size)
    page.paste((0, 0, 0), mask=dark.point(lambda tone: tone * rng.choice((1, 2)) // 2))


def _blot(page: Image.Image, rng: random.Random) -> None:
    x, y = rng.randint(-50, page.width), rng.randint(-50, page.height)
    ImageDraw.Draw(page).ellipse((x, y, x + rng.randint(1, page.width), y + rng.randint(1, page.height)), _ink(rng))


def read_sheet_photo(data: bytes) -> bool:
    """Find and read all digits on a photo, then store and restore it, as the server does."""
    try:
        colors = decoded(data, SHEET_PX)
        page = read_sheet(colors)
        ink = find_ink(decoded(data)) if page is None else page.digits[0].ink
    except PictureError:
        return False
    if page is not None:
        assert 2 <= len(page.digits) <= MAX_DIGITS
        assert [digit.row for digit in page.digits] == sorted(digit.row for digit in page.digits)
        for digit in page.digits:
            answer_to(digit.ink)
    answer_to(ink)
    visitor = Visitor("x" * 32)
    visitor.picture = Picture(ink, colors[:112, :112], page)
    assert visitor.picture.nbytes < 1e6 * MAX_KEPT_MB
    kept = picture_from(Photo(visitor).files()[0].dump())
    assert kept.nbytes == visitor.picture.nbytes
    return True
