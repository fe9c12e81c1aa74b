"""All kinds of a visitor's input, each with good examples and a reader."""

import base64
import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote

import numpy as np

from mlp.images.drawings.drawing_file import dump_drawings, parse_drawings
from mlp.images.drawings.drawing_set import NO_DIGITS
from mlp.jobs.record import RecordError, dump_record, parse_record
from mlp.nn.weights import ModelError, dump_model
from mlp.page.live.desk import Desk, checked_drawing
from mlp.page.tabs.runs.uploads import description_of
from mlp.page.visitors.visitor import Visitor
from mlp.training.settings import Settings
from mlp.training.uploaded_network import readable_network
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.fuzz.mutate import WORDS, damaged_header, damaged_json, mutated
from tests.fuzz.pictures import (
    NETWORK,
    answer_to,
    make_page,
    picture_file,
    picture_files,
    read_sheet_photo,
    read_upload,
)
from tests.images.drawings.sample_drawings import letters
from tests.jobs.test_record import record_after

APP = str(Path(__file__).resolve().parents[2] / "app.py")
NAMES_IN_URL = [
    *Settings().as_dict(),
    "hidden_layers",
    "width_1",
    "width_4",
    "tab",
    "hide",
    "lesson",
    "embed",
    "session",
]


@dataclass(frozen=True)
class Input:
    """One kind of input.

    ``weight`` is its share of all examples, relative to other kinds. ``make`` returns the bytes of a damaged
    example; ``read`` reads them as the page would, and returns True for an answer, False for a clear refusal; any error
    is a fault.
    """

    name: str
    make: Callable[[random.Random], bytes]
    read: Callable[[bytes], bool]
    weight: float = 1.0


def _damaging(
    examples: list[bytes], structured: Callable[[bytes, random.Random], bytes] = mutated
) -> Callable[[random.Random], bytes]:
    """Damage bytes anywhere in half of the examples, and values in the format's own structure in the others."""
    return lambda rng: rng.choice((mutated, structured))(rng.choice(examples), rng)


def read_weights(data: bytes) -> bool:
    """Load a network, let it answer and describe it."""
    try:
        network = readable_network(data, "a<b>.safetensors")
    except ModelError:
        return False
    assert np.isfinite(network.network.values).all()
    assert "<script" not in description_of(network)
    json.dumps(
        [description_of(network), network.facts], ensure_ascii=False
    ).encode()  # the page and the disk take its texts
    network.predict_proba(np.zeros((1, 784), np.uint8))
    return True


def read_drawing(data: bytes) -> bool:
    """Read the browser's report on its canvas."""
    try:
        drawing = json.loads(data)
    except (ValueError, RecursionError):
        drawing = {"data": data.decode("latin1")}
    visitor = Visitor("x" * 32)
    visitor.keep_drawing(drawing if isinstance(drawing, dict) else None)
    sound = checked_drawing(drawing)
    desk = Desk()
    if sound is not None:
        desk.report(*sound, is_newest=True)
    image = desk.drawing
    if image is None:
        return False
    for stroke in image.strokes:
        assert np.isfinite(stroke).all()
    answer_to(image.pixels)
    return True


def _drawings() -> list[bytes]:
    url = "data:image/png;base64," + base64.b64encode(picture_file("RGB", "PNG", (280, 280))).decode()
    raw = {"version": "4.4.0", "objects": [{"type": "path", "path": [["M", 1, 2], ["Q", 3, 4, 5, 6]]}]}
    return [json.dumps({"raw": raw, "data": url}).encode(), json.dumps({"data": url, "raw": raw}).encode()]


def make_drawing(rng: random.Random) -> bytes:
    """Damage the whole message, or only the image in it."""
    if rng.random() < 0.5:
        return rng.choice((mutated, damaged_json))(rng.choice(_DRAWINGS), rng)
    picture = mutated(picture_file("RGBA", "PNG", (280, 280)), rng)
    return json.dumps({"raw": {}, "data": "data:image/png;base64," + base64.b64encode(picture).decode()}).encode()


def read_drawing_set(data: bytes) -> bool:
    """Load drawings, and dump them again."""
    try:
        drawings = parse_drawings(data)
    except ValueError:
        return False
    text = dump_drawings(drawings)
    assert dump_drawings(parse_drawings(text)) == text
    return True


def _drawing_sets() -> list[bytes]:
    ours = NO_DIGITS
    for label, strokes in DIGITS.items():
        drawn = tuple(np.array(stroke) for stroke in fit(strokes))
        ours = ours.with_example(label, np.full(784, label + 1, np.uint8), drawn if label % 2 else ())
    theirs = {"samples": [{"label": 7, "writer": 3, "strokes": DIGITS[7]}, {"label": 1, "strokes": [[[0, 1.5]]]}]}
    return [dump_drawings(ours).encode(), dump_drawings(letters(2)).encode(), json.dumps(theirs).encode()]


def make_address(rng: random.Random) -> bytes:
    """Return the query of an address, with one or two of its values damaged."""
    pairs = [f"{name}={rng.choice(('1', '2.5', 'all', 'adam', '7'))}" for name in rng.sample(NAMES_IN_URL, 3)]
    word = quote(rng.choice(WORDS)[:1000])
    pairs += [f"{rng.choice(NAMES_IN_URL)}={word}", rng.choice((f"{word}=1", "epochs=3&epochs=4", "hide=seed,%00,x"))]
    return mutated("&".join(pairs).encode(), rng)


def read_address(data: bytes) -> bool:
    """Open the page at an address, and train."""
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(APP, default_timeout=60)
    for name, values in parse_qs(data.decode("latin1")).items():
        page.query_params[name] = values
    page.run()
    assert not page.exception, page.exception[0]
    with suppress(ValueError):
        page.button(key="step").click().run()
    assert not page.exception, page.exception[0]
    return not page.error


def make_settings(rng: random.Random) -> bytes:
    """Return settings as a browser could send them, a few of them nonsense."""
    values = Settings().as_dict()
    nonsense = [word.decode("latin1") for word in WORDS]
    nonsense += [None, True, -1, 0, 10**30, 1.5, float("nan"), float("inf"), 1e-320, [], [1e9], {"a": 1}, [8] * 40]
    for name in rng.sample(sorted(values), rng.randint(1, 3)):
        values[name] = rng.choice(nonsense)
    if rng.random() < 0.1:
        values[rng.choice(nonsense[:5])] = 1
    return json.dumps(values).encode()


def read_settings(data: bytes) -> bool:
    """Create the settings of a run, as the train button does."""
    try:
        settings = Settings.from_dict(json.loads(data))
    except ValueError:
        return False
    assert settings.n_parameters <= 16_000_000
    return True


def read_record(data: bytes) -> bool:
    """Read a damaged checkpoint."""
    try:
        parse_record(data)
    except RecordError:
        return False
    return True


_DRAWINGS = _drawings()
_NETWORKS = [dump_model(NETWORK, data="MNIST", validation_accuracy=0.9), dump_model(NETWORK, data="<script>x</script>")]
_RECORDS = [dump_record(record_after(2)), dump_record(record_after(2, optimizer="adam"))]
INPUTS = [
    Input("weight files", _damaging(_NETWORKS, damaged_header), read_weights),
    Input("pictures", _damaging(picture_files()), read_upload),
    Input("pages", make_page, read_sheet_photo, weight=0.1),
    Input("drawings", make_drawing, read_drawing),
    Input("sets of drawings", _damaging(_drawing_sets(), damaged_json), read_drawing_set),
    Input("addresses", make_address, read_address, weight=0.01),
    Input("settings", make_settings, read_settings),
    Input("checkpoints", _damaging(_RECORDS, damaged_header), read_record),
]
