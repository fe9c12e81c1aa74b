"""What the canvas reports is read, and replaces a photo only if it is a stroke."""

from unittest.mock import Mock

import numpy as np
import pytest
import streamlit as st

from mlp.images.canvas_image import RUNS, pixels_of_canvas
from mlp.images.drawing import to_mnist
from mlp.images.picture import Picture
from mlp.page.draw.canvas import on_stroke
from mlp.page.live.desk import Desk, photo_of
from mlp.page.live.live_page import this_page
from mlp.page.visitors.visitor import Visitor
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.page.sight import picture, url_of

STROKE = {"path": [["M", 140, 60], ["L", 140, 220]]}
INK = np.zeros((60, 60), np.uint8)
INK[10:50, 25:35] = 255
PICTURE = Picture(INK, np.zeros((60, 60, 3), np.uint8))


class Canvas:
    """A session's state with a canvas; without page and browser."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.visitor = Visitor("somebody")
        monkeypatch.setattr("mlp.page.session_var.st.session_state", {})
        monkeypatch.setattr("mlp.page.script.redraw.st.rerun", lambda parts=None: None)

    def report(self, drawing: object) -> None:
        """Set the browser's report on the canvas."""
        st.session_state["canvas"] = {"drawing": drawing, "backgroundFit": None}
        on_stroke(self.visitor)

    def show(self, picture: Picture) -> None:
        """Read a photo in place of a drawing."""
        self.visitor.picture = picture
        self.desk.put([], "", photo_of(picture))

    @property
    def desk(self) -> Desk:
        """The desk of this session's tab."""
        return this_page().desk


@pytest.fixture
def canvas(monkeypatch: pytest.MonkeyPatch) -> Canvas:
    return Canvas(monkeypatch)


def report_of(digit: int, *objects: object) -> dict[str, object]:
    """Return the browser's message after a digit was drawn."""
    return {"raw": {"objects": list(objects)}, "data": url_of(picture(fit(DIGITS[digit])))}


@pytest.mark.parametrize("followed", [False, True])
def test_stroke_replaces_a_photo_on_the_canvas(canvas: Canvas, followed: bool):
    canvas.show(PICTURE)
    if followed:
        this_page().connect(Mock())
        canvas.desk.begin_stroke()  # the report overtakes the channel's image of it
    canvas.report(report_of(7, STROKE))
    assert canvas.visitor.picture is None
    assert canvas.desk.drawing.kind == "drawing"
    canvas.desk.draw(report_of(5)["data"], pen=False)
    canvas.report(report_of(7, STROKE))  # of the stroke before, if the channel is open
    assert np.array_equal(canvas.desk.drawing.pixels, np.asarray(picture(fit(DIGITS[5 if followed else 7])))[:, :, 0])


def test_only_a_stroke_replaces_the_picture(canvas: Canvas):
    canvas.show(PICTURE)
    for drawn in ((), ({"type": "Image"},)):  # what a blank canvas, or one with the picture's ink, reports by itself
        canvas.report(report_of(7, *drawn))
        assert canvas.visitor.picture is PICTURE
        assert canvas.desk.drawing.kind == "picture"
    canvas.report(report_of(7, {"type": "Image"}, STROKE))
    assert canvas.visitor.picture is None


def test_canvas_in_runs_is_read_like_its_png():
    shades = np.asarray(picture(fit(DIGITS[8])).convert("L"))
    ends = np.flatnonzero(np.diff(shades.ravel().astype(int), append=-1)) + 1
    runs = zip(shades.ravel()[ends - 1], np.diff(ends, prepend=0), strict=True)
    url = RUNS + "".join(f"{chr(97 + round(shade / 17))}{length}" for shade, length in runs)
    as_runs, as_png = (pixels_of_canvas(each) for each in (url, url_of(picture(fit(DIGITS[8])))))
    assert as_runs is not None
    assert as_png is not None
    assert np.abs(to_mnist(as_runs) - to_mnist(as_png)).max() < 0.03


@pytest.mark.parametrize(("side", "is_read"), [(560, True), (561, False)])
def test_png_of_a_canvas_is_decoded_up_to_560_pixels(side: int, is_read: bool):
    assert (pixels_of_canvas(url_of(picture(fit(DIGITS[8])).resize((280, side)))) is not None) == is_read


@pytest.mark.parametrize("runs", ["", "a", "a5", "q78400", "a-1", "a78401", "78400", f"a{10**400}", "a78399\n"])
def test_runs_that_do_not_fill_the_canvas_are_not_read(runs: str):
    assert pixels_of_canvas(RUNS + runs) is None
