"""A network as one HTML file: it reads as Python does, from a disk, without requests."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from mlp import DEFAULT_MODEL, Reader, to_mnist
from mlp.analysis.take_home.standalone_html import take_home_page
from mlp.images.recorded import place, rasterize
from mlp.nn.digit_check import DIGIT_CHECK_MODEL, sees_digit
from mlp.nn.network import MLP
from mlp.nn.weights import dump_model, load_model, parse_model
from tests.browser.digits import DIGITS
from tests.browser.pen import AT_HOME, draw, fit

READ = """(packed) => {
  const ink = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const found = inkling.stagesOf(ink, 280, 280);
  if (!found) return null;
  const { chances, seen } = inkling.read(inkling.network, found.centered);
  const refused = inkling.read(inkling.digitCheck, found.centered).chances[10] >= inkling.about.refusedFrom;
  return { centered: Array.from(found.centered), seen: Array.from(seen), chances: Array.from(chances), refused };
}"""


def drawings() -> Iterator[np.ndarray]:
    """Yield each digit at two sizes and places, and difficult inputs: dots, boxes, an edge, a tie, noise, nothing."""
    rng = np.random.default_rng(7)
    for strokes in DIGITS.values():
        for _ in range(2):
            side = rng.uniform(60, 220)
            corner = tuple(rng.uniform(5, 275 - side, 2))
            yield rasterize(place([np.array(each) for each in strokes], longer_side=side, corner=corner), pen_px=18)
    for box in ((140, 141, 140, 141), (10, 270, 10, 270), (0, 280, 0, 3), (40, 59, 40, 61), (279, 280, 0, 280)):
        ink = np.zeros((280, 280), np.uint8)
        ink[box[0] : box[1], box[2] : box[3]] = 255
        yield ink
    yield (rng.random((280, 280)) < 0.1).astype(np.uint8) * 200
    yield np.zeros((280, 280), np.uint8)


@pytest.fixture(scope="module")
def article():
    network = load_model(DEFAULT_MODEL.with_name("article.safetensors"))
    network.facts = {**network.facts, "data": "<img src=x onerror=alert(1)>"}
    return network


@pytest.fixture
def at_home(new_browser: Callable[..., Page], tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a network's page from the disk, offline; errors and requests fail the test."""
    errors, asked = [], []

    def open_file(network, **options) -> Page:
        file = tmp_path / "my network.html"
        file.write_text(take_home_page(network, title="Mine & <i>yours</i>", digit_check=load_model(DIGIT_CHECK_MODEL)))
        page = new_browser(offline=True, **options)
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_file
    assert errors == []
    # Blobs are made by the page itself: the worker's code and the saved file.
    assert [url for url in asked if not url.endswith("my%20network.html") and not url.startswith("blob:")] == []


def in_half(reader: Reader) -> Reader:
    return parse_model(dump_model(reader, half=True))


def test_take_home_page_reads_as_python_does(at_home, article):
    page, digit_check = at_home(article), load_model(DIGIT_CHECK_MODEL)
    half = in_half(article)
    for ink in drawings():
        found, image = page.evaluate(READ, base64.b64encode(ink).decode()), to_mnist(ink)
        if image is None:
            assert found is None
            continue
        np.testing.assert_array_equal(np.array(found["centered"], np.float32), image.ravel())
        np.testing.assert_allclose(found["chances"], half.predict_proba(image[None])[0], atol=1e-5)
        assert found["refused"] == (not sees_digit(digit_check, image[None])[0])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_take_home_page_keeps_all_reading_options(at_home, activation):
    network = MLP([784, 40, 20, 10], activation=activation, rng=np.random.default_rng(3))
    network.values *= 3
    reader = Reader(network, test_time_augmentation=True, temperature=0.7, straighten=activation == "tanh")
    page = at_home(reader)
    expect(page.locator("#straightened")).to_have_count(int(reader.straighten))
    half = in_half(reader) if page.evaluate("inkling.about.half") else reader
    for ink in list(drawings())[:20]:
        found, image = page.evaluate(READ, base64.b64encode(ink).decode()), to_mnist(ink)[None]
        np.testing.assert_array_equal(np.array(found["seen"], np.float32), half.as_seen(image).ravel())
        np.testing.assert_allclose(found["chances"], half.predict_proba(image)[0], atol=1e-5)


def test_take_home_page_is_drawn_on_by_keyboard_and_touch(at_home, article):
    page = at_home(article, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page.locator("#canvas").focus()
    page.keyboard.press("Space")
    for _ in range(16):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_contain_text("1,")
    expect(page.locator("#beside")).to_contain_text("1")
    expect(page.locator("#beside")).to_be_in_viewport()
    page.keyboard.press("Delete")
    expect(page.get_by_role("status")).to_have_text("Nothing drawn yet")
    box = page.locator("#canvas").bounding_box()
    assert box["x"] + box["width"] <= 390
    page.touchscreen.tap(box["x"] + 100, box["y"] + 100)
    expect(page.get_by_role("status")).not_to_have_text("Nothing drawn yet")


def test_train_on_mnist_trains_on_mnist_without_mixing_too(at_home):
    page = at_home(Reader(MLP([784, 8, 10], rng=np.random.default_rng(3))))
    page.get_by_role("checkbox", name="Mix in MNIST images").uncheck()
    page.get_by_role("button", name="Train on MNIST").click()
    expect(page.locator("#learned")).to_contain_text("110 steps, 0 drawings of yours")
    held, first = re.findall(r"(\d+\.\d)%", page.locator("#learned").inner_text())
    assert float(held) > float(first) + 20


def test_taught_take_home_page_saves_the_same_network(at_home, article, tmp_path):
    article.temperature = 1.25
    page = at_home(article)
    page.get_by_role("button", name="3", exact=True).click()
    expect(page.locator("#learned")).to_have_text("Draw first, then choose what it was.")
    draw(page, fit(DIGITS[7]), on=AT_HOME)
    expect(page.get_by_role("status")).to_contain_text("7,")
    for pressed in (1, 2, 3):
        page.get_by_role("button", name="3", exact=True).click()
        expect(page.locator("#learned")).to_contain_text(f"{24 * pressed} steps")
    expect(page.get_by_role("status")).to_contain_text("3,")
    expect(page.locator("#learned")).to_contain_text(
        re.compile(r"It reads (9\d|100)\.\d% of 500 test images of MNIST, at first")
    )  # the MNIST images that it mixes in are random
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as .safetensors").click()
    saving.value.save_as(tmp_path / "taught.safetensors")
    taught = load_model(tmp_path / "taught.safetensors")
    assert taught.temperature == 1.25
    assert (taught.facts["taught_steps"], taught.facts["taught_drawings"]) == (72, 3)
    ink = next(drawings())
    found = page.evaluate(READ, base64.b64encode(ink).decode())
    np.testing.assert_allclose(found["chances"], taught.predict_proba(to_mnist(ink)[None])[0], atol=1e-5)
