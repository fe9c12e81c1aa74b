"""Visitors' drawings and files: digits, and images that take long to read."""

import base64
import io
import json

import numpy as np
from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates

from mlp.images.decoding import SHEET_PX
from mlp.images.recorded import MAX_POINTS
from mlp.nn.network import MLP
from mlp.nn.weights import dump_model
from tests.browser.digits import DIGITS
from tests.browser.pen import fit

SCAN = bytes.fromhex("ffda 0008 01 0100 01 3f 00")  # coefficients 1 to 63 of the only component; no data follow
SPECK_PX, APART_PX = 12, 23  # close and large enough to be parts of digits


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


def data_url(digit: int, turned: float = 0.0) -> str:
    """Return a digit, turned by some degrees, as the canvas sends it."""
    return "data:image/png;base64," + base64.b64encode(png(picture(digit).rotate(turned))).decode()


def many_scans(n: int, size: tuple[int, int] = (5000, 4000)) -> bytes:
    """Return a JPEG with this many empty scans, each over all of its pixels."""
    out = io.BytesIO()
    Image.new("L", size, 255).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    return data[:-2] + SCAN * n + data[-2:]  # before the end-of-image marker


def wide_network(*hidden: int) -> bytes:
    """Return the file of a network with hidden layers of these widths, in half precision."""
    return dump_model(MLP([784, *hidden, 10], rng=np.random.default_rng(0)), half=True)


def many_drawings(n: int, seed: int = 0) -> bytes:
    """Return a file with this many different drawings."""
    images = np.random.default_rng(seed).integers(0, 2, (n, 784), np.uint8) * 255
    samples = [
        {"label": number % 10, "strokes": [], "image": base64.b64encode(image.tobytes()).decode()}
        for number, image in enumerate(images)
    ]
    return json.dumps({"samples": samples}).encode()


def many_strokes(n: int, seed: int = 0, n_points: int = MAX_POINTS) -> bytes:
    """Return a file with this many drawings without an image, by default of as many points as one may have."""
    points = np.random.default_rng(seed).integers(100, 280, (n, n_points, 2)).tolist()
    samples = [{"label": number % 10, "strokes": [stroke]} for number, stroke in enumerate(points)]
    return json.dumps({"samples": samples}, separators=(",", ":")).encode()


def many_dots(n: int, seed: int = 0) -> bytes:
    """Return a file with this many drawings of as many strokes as one may have, of one point each."""
    rng = np.random.default_rng(seed)
    points, images = rng.integers(10, 100, (n, MAX_POINTS, 1, 2)).tolist(), rng.integers(0, 256, (n, 784), np.uint8)
    samples = [
        {"label": number % 10, "strokes": dots, "image": base64.b64encode(image.tobytes()).decode()}
        for number, (dots, image) in enumerate(zip(points, images, strict=True))
    ]
    return json.dumps({"samples": samples}, separators=(",", ":")).encode()


def many_states(n: int) -> bytes:
    """Return a message with the states of this many controls, none of which has a name: two bytes each."""

    def field(number: int, data: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(data)) + data  # wire type 2: bytes with their length

    def varint(value: int) -> bytes:
        return bytes([value]) if value < 128 else bytes([value % 128 + 128]) + varint(value // 128)

    states = field(WidgetStates.WIDGETS_FIELD_NUMBER, b"") * n
    return field(BackMsg.RERUN_SCRIPT_FIELD_NUMBER, field(ClientState.WIDGET_STATES_FIELD_NUMBER, states))


def many_specks() -> bytes:
    """Return a photo of a page with nearly two thousand specks, and one shape as large as a digit."""
    page = Image.new("L", (SHEET_PX, SHEET_PX), 240)
    draw = ImageDraw.Draw(page)
    for top in range(5, SHEET_PX - 2 * SPECK_PX, APART_PX):
        for left in range(5, SHEET_PX - 2 * SPECK_PX, APART_PX):
            draw.rectangle((left, top, left + SPECK_PX - 1, top + SPECK_PX - 1), fill=30)
    # A shape as large as a digit, so that the others do not count as too small.
    draw.rectangle((0, 0, 40, 40), fill=240)
    draw.rectangle((8, 8, 8 + SPECK_PX - 1, 8 + 2 * SPECK_PX), fill=30)
    return png(page)
