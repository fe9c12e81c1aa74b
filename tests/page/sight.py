"""Tests' view of the page, and their drawings on it."""

import base64
import html
import io
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from mlp.analysis.take_home.learning_picture import DESCRIPTION
from mlp.page.draw.canvas import CANVAS_PX, STROKE_PX
from mlp.page.live.desk import checked_drawing
from mlp.page.live.live_page import LivePage
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor
from mlp.training.settings import Settings
from tests.browser.digits import DIGITS
from tests.browser.pen import Stroke, fit
from tests.images.drawings.sample_drawings import jittered

APP = Path(__file__).resolve().parents[2] / "app.py"
PATIENCE_S = 60  # a busy machine is slow, while a real error stays
WILD = {"learning_rate": 1, "momentum": 0.99, "weight_decay": 0.01, "initialization": "he", "batch_size": 8}
"""A link to a run whose loss soon is no finite number."""


def text(page: AppTest, key: str | None = None) -> str:
    """Return the text in the container with this key, else on the whole page, without its markup.

    What is hidden is not on the page in this sense.
    """
    where = page.main if key is None else page.container(key=key)
    parts = []
    for element in where:
        if element.type == "html":
            body = re.sub(r"</?(?:b|em)>|<p hidden.*?</p>", "", element.proto.body)
            parts.append(html.unescape(re.sub(r"<script.*</script>|<[^>]*>", " ", body, flags=re.DOTALL)))
        elif element.type in ("markdown", "caption", "error", "warning", "info", "subheader", "text"):
            parts.append(element.value)
    return " ".join(" ".join(parts).split())


def markup(page: AppTest) -> str:
    """Return all HTML on the page."""
    assert not page.exception
    return " ".join(element.proto.body for element in page.get("html"))


def component(page: AppTest, key: str) -> Any:
    """Return the data of the component with this key."""
    [found] = [one for one in page.get("bidi_component") if one.key == key]
    return json.loads(found.proto.json)


def visitor_of(page: AppTest) -> Visitor:
    """Return the server's visitor of this page."""
    return visitors().get(page.session_state["visitor_id"], "")


def page_of(page: AppTest) -> LivePage:
    """Return the live channel's record of this page."""
    live: LivePage = page.session_state["live_page"]
    return live


def open_in(page: AppTest) -> set[str]:
    """Return the labels of all that is open on the page: its section, its view, and its lesson."""
    chosen = (group.options[index] for group in page.button_group for index in group.indices)
    return {page.session_state["shown_section"], *chosen, *(head.value for head in page.subheader)}


def networks(page: AppTest) -> list[str]:
    """Return the titles of the networks beside the canvas, without the marks of what a narrow row hides."""
    return [chip.replace(" *·", " ·").removesuffix("*") for chip in page.segmented_control(key="network").options]


def address(page: AppTest) -> dict[str, list[str]]:
    """Return the query of the address that the page has sent to the browser, each name with all its values."""
    return parse_qs(component(page, "went")["query"])


def eventually(condition: Callable[[], object]) -> None:
    """Return once ``condition()`` holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        time.sleep(0.005)


def at_rest(page: AppTest) -> AppTest:
    """Return the page once no worker trains its run."""
    eventually(lambda: not visitor_of(page).job.snapshot().busy)
    return page.run()


def finished(page: AppTest) -> AppTest:
    """Return the page once its run is over."""
    eventually(lambda: visitor_of(page).job.snapshot().finished)
    return at_rest(page)


def trained_with(page: AppTest) -> Settings:
    """Take one step, and return the settings of the run."""
    page.button(key="step").click().run()
    return visitor_of(at_rest(page)).job.snapshot().settings  # type: ignore[union-attr]


def picture(strokes: Sequence[Stroke], ink: tuple[int, ...] = (255, 255, 255)) -> Image.Image:
    """Return the canvas's content after these strokes, given in its pixels."""
    image = Image.new("RGB", (CANVAS_PX, CANVAS_PX))
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(float(x), float(y)) for x, y in stroke]
        pen.line(points, fill=ink, width=STROKE_PX, joint="curve")
        for x, y in points:
            radius = STROKE_PX / 2
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    return image


def sheet_photo() -> tuple[bytes, str]:
    """Return a photo, as a JPEG file, of a page with two numbers below each other, and its digits."""
    sheet = Image.new("L", (1000, 700), 235)
    numbers = ("4025", "83")
    for row, number in enumerate(numbers):
        for column, digit in enumerate(number):
            drawn = picture(fit(DIGITS[int(digit)])).convert("L").resize((130, 130))
            sheet.paste(40, (80 + 150 * column, 120 + 260 * row), drawn)
    out = io.BytesIO()
    sheet.save(out, "JPEG")
    return out.getvalue(), " ".join(numbers)


def description_of(picture: Image.Image) -> str:
    """Return the description in a file of `mlp.analysis.take_home.learning_picture`."""
    if picture.format == "GIF":
        return bytes(picture.info["comment"]).decode()
    text: str = picture.getexif()[DESCRIPTION]
    return text.encode("latin-1").decode()  # Pillow reads it as Latin-1


def url_of(image: Image.Image) -> str:
    """Return an image as the canvas sends it."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def put(page: AppTest, drawing: Any, objects: Sequence[object] = ()) -> AppTest:
    """Make the canvas send an image, or any other value, and its strokes."""
    data = url_of(drawing) if isinstance(drawing, Image.Image) else drawing
    report = {"raw": {"objects": list(objects)}, "data": data}
    page.session_state["canvas"] = {"drawing": report, "backgroundFit": None}
    page_of(page).desk.report(*(checked_drawing(report) or ([], "")), is_newest=True)  # as the canvas's callback does
    return page.run()


def draw(page: AppTest, digit: int) -> AppTest:
    """Draw a digit on the canvas."""
    return put(page, picture(fit(DIGITS[digit])))


def draw_sign(page: AppTest, letter: str, rng: np.random.Generator) -> AppTest:
    """Draw a letter on the canvas, which also reports its strokes."""
    strokes = [stroke.tolist() for stroke in jittered(letter, rng)]
    return put(
        page, picture(strokes), [{"path": [["M", *first], *(["L", *at] for at in more)]} for first, *more in strokes]
    )
