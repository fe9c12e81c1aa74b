"""What is taken home: the page of a network, and the picture to share."""

import base64
import gzip
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from mlp import DEFAULT_MODEL
from mlp.analysis.other_tools.network_export import download
from mlp.analysis.take_home import learning_picture as painting
from mlp.analysis.take_home.learning_picture import Story, moments_of, moving_picture, still_picture
from mlp.analysis.take_home.standalone_html import packed_images, take_home_page
from mlp.class_names import DIGITS
from mlp.jobs.rewind import Rewind
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError, load_model
from mlp.training.data.sources import Mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings


def network(*sizes: int) -> Reader:
    return Reader(MLP([784, *sizes, 10], rng=np.random.default_rng(0)))


def close_call() -> Reader:
    """Return a network whose answers depend on the last bits of its weights: half precision confuses eight and nine."""
    close = network()
    close.network.values[:] = 0
    close.network.dense_layers[0].bias.value[8] = 1.0
    close.network.dense_layers[0].bias.value[9] = 1.0001
    return close


def about(page: str) -> dict:
    return json.loads(re.search(r'id="network">(.*?)</script>', page).group(1))


def test_half_precision_is_used_unless_it_changes_an_answer():
    plain, close, large = load_model(DEFAULT_MODEL.with_name("article.safetensors")), close_call(), network(8)
    large.network.values[0] = 1e6  # too much for float16
    assert [about(take_home_page(each))["half"] for each in (plain, close, large)] == [True, False, False]


def test_command_on_the_page_is_marked_as_english_from_left_to_right():
    trained = network(8)
    trained.facts = {"command": "python -m mlp train --layers 8"}
    assert about(take_home_page(trained))["way"] == [["Command", "python -m mlp train --layers 8", True]]


def test_names_and_facts_are_escaped_and_a_fact_cannot_end_the_script():
    uploaded = network(8)
    uploaded.facts = {"data": "</script><script>alert(1)</script>", "settings": {"activation": "<b>relu</b>", "odd": 1}}
    page = take_home_page(uploaded, title="<script>alert(2)</script>")
    assert "alert(1)</script>" not in page
    assert "<b>relu</b>" not in page
    assert page.count("<script") == 6
    assert "&lt;script&gt;alert(2)" in page


def test_take_home_page_makes_no_requests():
    page = take_home_page(network(8))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 3
    assert "worker-src blob:" in policy
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("take", [take_home_page, lambda reader: download(reader, "onnx", "mine")])
def test_network_that_reads_no_digits_or_is_not_finite_is_refused(take):
    for sizes in ([784, 5], [100, 10], [784, 10, 11]):
        with pytest.raises(ModelError, match=r"784 pixels to 10 digits, or to signs whose names it has, got"):
            take(Reader(MLP(sizes, rng=np.random.default_rng(0))))
    broken = network(8)
    broken.network.values[3] = np.nan
    with pytest.raises(ModelError, match="finite"):
        take(broken)


def test_mnist_images_come_with_their_license():
    assert "CC BY-SA 3.0" in take_home_page(network(8))
    without = take_home_page(network(8), images=False)
    assert "CC BY-SA" not in without
    assert len(without) < 100_000


def test_page_measures_on_images_that_no_network_has_learned():
    data = np.frombuffer(gzip.decompress(base64.b64decode(packed_images())), np.uint8)
    images, labels, mnist = data[: 784 * 4000].reshape(4000, 784), data[784 * 4000 :], Mnist().load()
    known = {image.tobytes(): label for split in (mnist.train, mnist.validation) for image, label in rows(split)}
    unknown = {image.tobytes(): label for image, label in rows(mnist.test)}
    assert [unknown[image.tobytes()] for image in images[:500]] == labels[:500].tolist()
    assert [known[image.tobytes()] for image in images[500:]] == labels[500:].tolist()
    assert not any(image.tobytes() in known for image in images[:500])


def rows(split):
    return zip(split.images, split.labels.tolist(), strict=True)


COLORS = {"accent": "#ff0000", "text": "#000000", "quiet": "#808080", "line": "#d0d0ff", "paper": "#ffffff"}
RED = ImageColor.getrgb(COLORS["accent"])
WRONG, RIGHT = np.eye(10)[7] * 0.9 + 0.01, np.eye(10)[4] * 0.5 + 0.05
INK = np.zeros((280, 280), np.uint8)
INK[40:240, 120:160] = 255
STORY = Story(INK, [(0, WRONG), (5, WRONG), (9, RIGHT), (20, RIGHT)], DIGITS, 4, "My own network", COLORS)


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


def is_red(picture: Image.Image) -> np.ndarray:
    """Return which pixels have the accent's color, about, as other colors are lighter or without it."""
    pixels = np.asarray(picture.convert("RGB"), int)
    return np.abs(pixels - RED).max(axis=2) < 60


def test_bar_of_the_answer_is_as_long_as_its_share():
    bars = [is_red(opened(still_picture(replace(STORY, moments=[(0, share * np.eye(10)[4])])))) for share in (0.4, 0.8)]
    half, whole = (bar[95:415, 380:620].sum(axis=1).max() for bar in bars)
    assert whole == pytest.approx(2 * half, abs=2)
    assert half > 60


def test_strip_marks_the_first_right_reading_once_it_has_come():
    assert STORY.first_right == 2
    picture, marked = opened(moving_picture(STORY)), []
    for place in range(picture.n_frames):
        picture.seek(place)
        marked.append(bool(is_red(picture)[595:645].any()))
    first = marked.index(True)
    assert 0 < first < len(marked) - 1
    assert marked == [place >= first for place in range(len(marked))]
    assert replace(STORY, meant=3).first_right is None


def test_moving_picture_is_a_small_file_that_repeats_and_shows_its_address_if_there_is_room():
    story = replace(STORY, moments=[(step, WRONG if step < 9 else RIGHT) for step in range(24)])
    files = [moving_picture(replace(story, address=address)) for address in ("", "inkling.example.org", "i" * 900)]
    assert {(opened(file).format, opened(file).info["loop"], len(file) < 700_000) for file in files} == {
        ("GIF", 0, True)
    }
    none, short, long = (np.asarray(opened(file).convert("RGB"))[30:70, 175:500] for file in files)
    assert (short != none).any()
    np.testing.assert_array_equal(long, none)


def test_moments_are_the_answers_at_the_saved_steps_and_now():
    settings = Settings(hidden=(4,), batch_size=2)
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (400, 784), np.uint8), rng.integers(0, 10, 400)
    run = Run(settings)
    rewind, kept = Rewind(run.copy(), 200, settings), {}
    for _ in steps(run, images, labels):
        if run.step in rewind.wanted(0):
            rewind.add([(run.step, run.network.values.astype(np.float16))])
            kept[run.step] = run.network.copy()
        if run.step == 150:
            break
    found = moments_of(rewind, Reader(run.network), 150, images[0].reshape(28, 28))
    assert found[0][0] == 0
    assert found[-1][0] == 150
    assert len(found) <= painting.CELLS < len(rewind.steps)
    step, shares = found[10]
    np.testing.assert_allclose(shares, kept[step].predict_proba(images[:1])[0], atol=1e-2)
