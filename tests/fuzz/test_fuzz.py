"""Any input is answered or refused with a clear error; `make fuzz` tries a hundred times as much."""

import base64
import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import hypothesis
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import event, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from mlp.analysis.damage import n_affordable
from mlp.analysis.dead_neurons import SAMPLE, dead_shares
from mlp.analysis.lab.map import discriminant_plane, hidden_outputs, nearest_points
from mlp.analysis.mistakes import read_all
from mlp.images.decoding import SHEET_PX, PictureError, decoded
from mlp.images.drawing import stages
from mlp.images.drawings.drawing_file import dump_drawings, parse_drawings
from mlp.images.photo import find_ink, find_sheet
from mlp.images.picture import Picture, picture_from
from mlp.images.sheet_photos.found_digits import MAX_DIGITS
from mlp.jobs.record import RecordError, dump_record, parse_record
from mlp.nn.network import MLP
from mlp.nn.sequential import PREDICT_ROWS
from mlp.nn.weights import FORMAT, ModelError, dump_model
from mlp.page.live.desk import Desk, checked_drawing
from mlp.page.settings.link import position_in, settings_problems
from mlp.page.tabs.lab.map import FITTED
from mlp.page.train.about_network import about_network
from mlp.page.visitors.shelf import PRETRAINED
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.works import Photo
from mlp.training.positions import controls, settings_at
from mlp.training.settings import Settings
from mlp.training.uploaded_network import network_for_drawings
from tests.images.drawings.sample_drawings import letters, own_digits
from tests.jobs.test_record import record_after
from tests.sample_digits import sample

NETWORK = MLP([784, 8, 10], rng=np.random.default_rng(1))
MAX_BYTES = 10 * 2**20  # of an upload
MAX_NUMBERS = (MAX_BYTES - 10_000) // 2  # in half precision, with room for names and shapes
MAX_KEPT_BYTES = 4_000_000  # a photo with all of its digits, as stored
WORDS = (
    b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"F64", b"BF16", b"<script>", b"\x00", b"9" * 400,
    b"[" * 2000, b'"__metadata__"', b"\x80\x04", b"../../x", b"dense_1.weight", b"[0,18446744073709551615]",
)  # fmt: skip
NUMBERS = [value.to_bytes(8, order) for value in (0, 1, 2**31 - 1, 2**53, 2**64 - 1) for order in ("little", "big")]
STRANGE = st.sampled_from(
    (None, True, -1, 10**400, 1.5, float("nan"), "", "\ud800", "\x00", "<script>", [], [[]], [None], {}, {"a": 1})
) | st.floats() | st.text(max_size=9)  # fmt: skip
"""Values of every JSON type; one of the texts is half a character."""


@st.composite
def damaged(draw: st.DrawFn, examples: list[bytes]) -> bytes:
    """Return an example with up to three pieces replaced, removed, repeated or cut off, mostly near its beginning."""
    data = bytearray(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, draw(st.sampled_from((min(400, len(data)), len(data))))))
        piece = bytes(data[place : place + draw(st.sampled_from((0, 1, 8, 64, len(data))))])
        other = st.sampled_from((*WORDS, *NUMBERS, b"", 2 * piece, 50 * piece[:64])) | st.binary(max_size=8)
        data[place : place + len(piece)] = draw(other)
    return bytes(data)


def replaced(draw: st.DrawFn, value: Any) -> Any:
    """Return a JSON value with one of the values or names in it replaced by a strange one."""
    inner = json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
    if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 6)) == 0:
        return draw(STRANGE)
    place = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
    if isinstance(inner, dict) and draw(st.integers(0, 6)) == 0:
        inner[draw(st.sampled_from(("", "\ud800", "<script>", "__metadata__")))] = inner.pop(place)
    else:
        inner[place] = replaced(draw, inner[place])
    return json.dumps(inner) if isinstance(value, str) else inner


@st.composite
def damaged_json(draw: st.DrawFn, examples: list[bytes]) -> bytes:
    """Return a JSON text, or a safetensors file with its header, with one value or name replaced."""
    data = draw(st.sampled_from(examples))
    start = 0 if data[:1] == b"{" else 8
    end = 8 + int.from_bytes(data[:8], "little") if start else len(data)
    text = json.dumps(replaced(draw, json.loads(data[start:end]))).encode()
    return (len(text).to_bytes(8, "little") if start else b"") + text + data[end:]


def picture_file(mode: str, kind: str, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """Return an image file with a seven."""
    image = Image.new("L", size, 230)
    ImageDraw.Draw(image).line([(20, 8), (40, 8), (28, 34)], fill=20, width=4)
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """Return the photo of a page with digits, specks, lines, noise and blots of any size."""
    width, height = size = draw(st.tuples(st.integers(120, 420), st.integers(120, 420)))
    page = Image.new("L", size, draw(st.sampled_from((255, 235, 128, 20))))
    pen = ImageDraw.Draw(page)
    for _ in range(draw(st.integers(1, 4))):
        mark = draw(st.sampled_from(("digits", "digits", "lines", "noise", "blot")))
        side, tone = draw(st.integers(2, 200)), draw(st.integers(0, 255))
        left, top = draw(st.tuples(st.integers(-side, width), st.integers(-side, height)))
        if mark == "digits":
            rows = draw(st.lists(st.text("0123456789 .", min_size=2, max_size=30), max_size=9))
            pen.text((left // 4, top // 4), "\n".join(map(" ".join, rows)), tone, font_size=side)
        elif mark == "lines":
            for y in range(-width, height + width, side + 2):
                pen.line((0, y, width, y + tone - 128), tone, 1 + side // 16)
        elif mark == "noise":
            page.paste(Image.blend(page, Image.effect_noise(size, side), tone / 255))
        else:
            pen.ellipse((left, top, left + tone, top + side), tone)
    out = io.BytesIO()
    page.convert("RGB").save(out, draw(st.sampled_from(("JPEG", "PNG"))))
    return out.getvalue()


def answer_to(ink: np.ndarray) -> None:
    """Read ink as the page does."""
    found = stages(ink)
    if found is not None:
        assert found.centered.shape == (28, 28)
        assert abs(NETWORK.predict_proba(found.centered[None]).sum() - 1) < 1e-4


def read_weights(data: bytes) -> None:
    network = network_for_drawings(data, "a<b>.safetensors")
    assert np.isfinite(network.network.values).all()
    about = about_network(PRETRAINED._replace(key="uploaded-1"), network, measures=False)
    assert "<script" not in about
    json.dumps([about, network.facts], ensure_ascii=False).encode()  # the page and the disk take its texts
    network.predict_proba(np.zeros((1, 784), np.uint8))


def decode_picture(data: bytes) -> None:
    """Find and read the digits on a photo, then store and restore it, as the server does."""
    colors = decoded(data, SHEET_PX)
    page = find_sheet(colors)
    ink = find_ink(decoded(data)) if page is None else page.digits[0].ink
    if page is not None:
        assert 2 <= len(page.digits) <= MAX_DIGITS
        for digit in page.digits:
            answer_to(digit.ink)
    answer_to(ink)
    visitor = Visitor("x" * 32)
    visitor.picture = Picture(ink, colors[:112, :112], page)
    assert visitor.picture.nbytes < MAX_KEPT_BYTES
    assert picture_from(Photo(visitor).files()[0].dump()).nbytes == visitor.picture.nbytes


def read_drawing(data: bytes) -> None:
    """Read the browser's report on its canvas."""
    try:
        drawing = json.loads(data)
    except (ValueError, RecursionError):
        drawing = {"data": data.decode("latin1")}
    Visitor("x" * 32).keep_drawing(drawing if isinstance(drawing, dict) else None)
    desk, sound = Desk(), checked_drawing(drawing)
    if sound is not None:
        desk.report(*sound, is_newest=True)
    if desk.drawing is None:
        raise ValueError("nothing is drawn")
    assert all(np.isfinite(stroke).all() for stroke in desk.drawing.strokes)
    answer_to(desk.drawing.pixels)


def decode_drawings(data: bytes) -> None:
    text = dump_drawings(parse_drawings(data))
    assert dump_drawings(parse_drawings(text)) == text


def read_settings(data: bytes) -> None:
    values = json.loads(data)
    assert Settings.from_dict(values if isinstance(values, dict) else {"": 1}).n_parameters <= 16_000_000


def read_link(data: bytes) -> None:
    """Take the settings that a link asks for."""
    query = parse_qs(data.decode("latin1"), keep_blank_values=True)
    asked = {key: position_in(control, query[key]) for key, control in controls().items() if key in query}
    settings_at({key: position for key, position in asked.items() if position is not None})
    if not asked or settings_problems(query):
        raise LookupError("the page names what it cannot have")


def read_record(data: bytes) -> None:
    assert np.isfinite(parse_record(data).run.network.values).all()


MODES = ("L", "RGB", "RGBA", "P", "1", "LA", "I;16")
FORMATS = (("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("RGB", "BMP"), ("1", "BMP"), ("P", "GIF"))
CANVAS = "data:image/png;base64," + base64.b64encode(picture_file("RGBA", "PNG", (280, 280))).decode()
PATH = {"type": "path", "path": [["M", 1, 2], ["Q", 3, 4, 5, 6]]}
PICTURES = [picture_file(mode, "PNG") for mode in MODES] + [picture_file(*form) for form in FORMATS]
WEIGHTS = [dump_model(NETWORK, data="MNIST", validation_accuracy=0.9), dump_model(NETWORK, data="<script>x</script>")]
RECORDS = [dump_record(record_after(2)), dump_record(record_after(2, optimizer="adam"))]
DRAWING = json.dumps({"raw": {"version": "4.4.0", "objects": [PATH]}, "data": CANVAS}).encode()
SETS = [dump_drawings(own_digits(np.eye(3, 784), range(3))).encode(), dump_drawings(letters(2)).encode()]
SETTINGS = json.dumps(Settings().as_dict()).encode()
LINK = b"epochs=3&width_1=70&optimizer=adam&warp=true&without_styles=one_footed&recipe=small"
VALUES = st.sampled_from(("1", "0.5", "adam", "true", *(word.decode("latin1") for word in WORDS))) | st.text(max_size=9)
LINKS = st.lists(st.tuples(st.sampled_from([*controls(), "recipe", "drawing"]), VALUES), max_size=5)
KINDS: dict[str, tuple[Callable[[bytes], object], list[bytes], type[Exception], st.SearchStrategy[bytes]]] = {
    "weight files": (read_weights, WEIGHTS, ModelError, damaged(WEIGHTS) | damaged_json(WEIGHTS)),
    "images": (decode_picture, PICTURES, PictureError, damaged(PICTURES)),
    "pages": (decode_picture, PICTURES, PictureError, pages()),
    "drawings": (read_drawing, [DRAWING], ValueError, damaged([DRAWING]) | damaged_json([DRAWING])),
    "sets of drawings": (decode_drawings, SETS, ValueError, damaged(SETS) | damaged_json(SETS)),
    "links": (read_link, [LINK], LookupError, LINKS.map(lambda pairs: urlencode(pairs, errors="replace").encode())),
    "settings": (read_settings, [SETTINGS], ValueError, damaged_json([SETTINGS])),
    "checkpoints": (read_record, RECORDS, RecordError, damaged(RECORDS) | damaged_json(RECORDS)),
}
"""Of each kind of input: its reader, good examples, the error by which it is refused, and damaged examples."""


@pytest.mark.filterwarnings("ignore")  # Pillow warns of broken metadata
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_damaged_input_is_answered_or_refused(kind: str, data: st.DataObject):
    read, _, refusal, strategy = KINDS[kind]
    try:
        read(data.draw(strategy))
        event(f"{kind} answered")
    except refusal:
        event(f"{kind} refused")


@st.composite
def shapes(draw: st.DrawFn) -> list[int]:
    """Return widths of hidden layers, of which a file of the largest size can have that many in half precision."""
    widths, left = list[int](), MAX_NUMBERS
    for _ in range(draw(st.integers(0, 31))):
        before = widths[-1] if widths else 784
        affordable = left // (before + 11) - 1  # with the outputs of the last one
        if affordable < 1:
            break
        widths.append(min(affordable, int(2 ** draw(st.floats(0, 19)))))
        left -= (before + 1) * widths[-1]
    return widths


@hypothesis.settings(max_examples=max(10, hypothesis.settings.default.max_examples // 100), deadline=None)
@hypothesis.example([1, 415_000], False)
@hypothesis.example([1, 8192] * 15, False)
@hypothesis.example([37, 8192] * 8, True)
@given(shapes(), st.booleans())
def test_network_of_any_shape_is_refused_or_takes_less_than_a_gigabyte(widths: list[int], augmented: bool):
    network = MLP.zeros([784, *widths, 10], "relu")
    weights = {f"dense_{n}.weight": layer.weight.value for n, layer in enumerate(network.dense_layers, start=1)}
    biases = {f"dense_{n}.bias": layer.bias.value for n, layer in enumerate(network.dense_layers, start=1)}
    arrays = {name: array.astype(np.float16) for name, array in (weights | biases).items()}
    about = {"format": FORMAT, "activation": "relu", "looks": "5" if augmented else "1"}
    data, digits = safetensors.numpy.save(arrays, about), sample()
    assert len(data) <= MAX_BYTES
    del network, weights, biases, arrays
    tracemalloc.start()
    try:
        reader = network_for_drawings(data, "wide.safetensors")
        read_all(reader, digits.train.images[:PREDICT_ROWS], digits.train.labels[:PREDICT_ROWS])
        points = hidden_outputs(reader.network, digits.train.images[:FITTED])
        plane = discriminant_plane(points, digits.train.labels[:FITTED])
        points = hidden_outputs(reader.network, np.zeros((n_affordable(reader.network, 10_000), 784), np.uint8))
        nearest_points(points, points[0], 5)
        assert plane.places(points).shape == (len(points), 2)
        dead_shares(reader.network, digits.train.images[:SAMPLE])
        event("network shown")
    except ModelError:
        event("network refused")
    finally:
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert highest < 1e9


@pytest.mark.parametrize("kind", KINDS)
def test_good_input_is_answered_and_garbage_refused(kind: str):
    read, examples, refusal, _ = KINDS[kind]
    for example in examples:
        read(example)
    with pytest.raises(refusal):
        read(b"[7]")
