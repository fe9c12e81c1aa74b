"""Photos of digits: ink is found on any paper, and other files get a clear error."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from mlp.images.decoding import MAX_SCANS, WORK_PX, PictureError, decoded
from mlp.images.drawing import to_mnist
from mlp.images.photo import decode_picture
from tests.sample_digits import sample
from tests.wire.files import many_scans

SIDE = 300


def cover(pen=16):
    """Return a seven as amounts of ink, (300, 300) in 0..1."""
    image = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(image).line([(90, 80), (210, 80), (140, 230)], fill=255, width=pen, joint="curve")
    return ndimage.gaussian_filter(np.asarray(image, np.float32) / 255, 1)


def slope():
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    return 0.4 + 0.3 * x + 0.25 * y


def picture(gray, format="PNG", **options):
    """Return an image file of gray values in 0..1."""
    out = io.BytesIO()
    Image.fromarray(np.uint8(255 * np.clip(gray, 0, 1))).convert("RGB").save(out, format, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def expected():
    """Return the network's input for the same seven on the canvas, with a pen of MNIST's width."""
    return to_mnist(np.uint8(255 * cover(pen=18)))


def likeness(image, expected):
    return float((image * expected).sum() / np.sqrt((image**2).sum() * (expected**2).sum()))


NOISE = np.random.default_rng(0).standard_normal((SIDE, SIDE))
PAPERS = {
    "dark on light": lambda ink: 0.95 - 0.85 * ink,
    "light on dark": lambda ink: 0.05 + 0.85 * ink,
    "unevenly lit": lambda ink: slope() * (1 - 0.7 * ink),
    "unevenly lit, light on dark": lambda ink: 1 - slope() * (1 - 0.7 * ink),
    "faint": lambda ink: 0.7 - 0.2 * ink,
    "noisy": lambda ink: slope() * (1 - 0.7 * ink) + 0.05 * NOISE,
}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("paper", PAPERS)
def test_ink_is_found_on_any_paper_in_any_format(paper, format, expected):
    ink = decode_picture(picture(PAPERS[paper](cover()), format)).ink
    assert likeness(to_mnist(ink), expected) > 0.93


@pytest.mark.parametrize("pen", [3, 5, 8])
def test_thin_pen_is_widened_to_mnists(pen, expected):
    assert likeness(to_mnist(decode_picture(picture(0.9 - 0.8 * cover(pen))).ink), expected) > 0.9


def test_colored_ink_of_the_papers_brightness_is_found(expected):
    colors = np.empty((SIDE, SIDE, 3))
    colors[:] = (0.5, 0.5, 0.5)
    colors += cover()[..., None] * np.array((0.4, -0.2, -0.2))
    out = io.BytesIO()
    Image.fromarray(np.uint8(255 * colors)).save(out, "PNG")
    assert likeness(to_mnist(decode_picture(out.getvalue()).ink), expected) > 0.9


def test_mnist_images_are_nearly_unchanged():
    images = sample().test.images[:50].reshape(-1, 28, 28)
    alike = [likeness(to_mnist(decode_picture(picture(image / 255)).ink), image / 255) for image in images]
    assert np.median(alike) > 0.9


@pytest.mark.parametrize(("orientation", "turn"), [(3, 2), (6, 1), (8, 3)])
def test_photo_is_rotated_by_its_orientation_tag(orientation, turn, expected):
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = np.rot90(PAPERS["dark on light"](cover()), turn)
    assert likeness(to_mnist(decode_picture(picture(lying, "JPEG", exif=exif)).ink), expected) > 0.93
    assert likeness(to_mnist(decode_picture(picture(lying, "JPEG")).ink), expected) < 0.8


@pytest.mark.parametrize("tone", [0, 255])
def test_transparent_image_gets_contrasting_paper(tone, expected):
    pixels = np.full((SIDE, SIDE, 4), tone, np.uint8)
    pixels[..., 3] = 255 * cover()
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    assert likeness(to_mnist(decode_picture(out.getvalue()).ink), expected) > 0.93


def test_specks_and_table_edge_are_left_out(expected):
    gray = PAPERS["dark on light"](cover())
    gray[20:23, 250:253] = 0.1
    gray[:, :12] = 0.2
    assert likeness(to_mnist(decode_picture(picture(gray)).ink), expected) > 0.93


def test_large_photo_is_reduced_and_its_thumbnail_more():
    big = np.kron(PAPERS["dark on light"](cover()), np.ones((8, 6)))
    read = decode_picture(picture(big, "JPEG"))
    assert max(decoded(picture(big, "JPEG")).shape) == WORK_PX
    assert max(read.ink.shape) <= WORK_PX
    assert max(read.thumbnail.shape[:2]) <= 112


@pytest.mark.parametrize(
    "gray",
    [np.ones((1, 1)), np.zeros((5, 400)), slope(), 0.7 + 0.03 * NOISE, slope() + 0.05 * NOISE, np.ones((400, 1))],
    ids=["one pixel", "black stripe", "slope", "noise", "noisy slope", "line"],
)
def test_image_without_ink_gets_a_clear_error(gray):
    with pytest.raises(PictureError, match="nothing in this image stands out"):
        decode_picture(picture(gray))


def png_header(width, height):
    """Return a PNG of a few bytes that claims this size."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("size", "rule"),
    [
        ((4500, 4000), "at most 16,000,000 pixels"),
        ((60_000, 60_000), "at most (16,000,000 pixels|50 million pixels)"),
        ((1, 16_000_000), r"at most 30,000 pixels, got [\d,]+ × [\d,]+"),
        ((30_001, 2), r"at most 30,000 pixels, got [\d,]+ × [\d,]+"),
    ],
)
def test_small_file_of_huge_size_is_refused_before_decoding(size, rule):
    with pytest.raises(PictureError, match=rule):
        decode_picture(png_header(*size))


def test_progressive_jpeg_has_a_lower_pixel_limit():
    data = io.BytesIO()
    Image.new("L", (8000, 6000)).save(data, "JPEG", progressive=True)
    with pytest.raises(PictureError, match="a progressive JPEG may have at most 30,000,000 pixels"):
        decoded(data.getvalue())


def test_only_baseline_jpeg_may_have_phone_resolution():
    data = io.BytesIO()
    Image.new("RGB", (8000, 6000), "white").save(data, "JPEG", quality=1)
    assert max(decoded(data.getvalue()).shape[:2]) == WORK_PX


@pytest.mark.parametrize("data", [b"", b"digit", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg/>"])
def test_non_image_file_is_refused(data):
    with pytest.raises(PictureError, match="not a readable image"):
        decode_picture(data)


def test_jpeg_of_many_scans_is_refused_before_decoding():
    with pytest.raises(PictureError, match="at most 100 scans, got 45,006"):
        decoded(many_scans(45_000))  # would take minutes
    assert decoded(many_scans(MAX_SCANS - 6, (80, 60))).shape == (60, 80, 3)
