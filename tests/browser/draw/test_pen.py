"""The tests' own pen draws what was requested."""

import pytest
from playwright.sync_api import Browser

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE

# A canvas that records where the pen goes down, moves and goes up, at half its size and far down the page.
NOTEBOOK = """
<meta name="viewport" content="width=device-width">
<canvas class="upper-canvas" width="280" height="280"
    style="width:140px; height:140px; margin:2000px 20px; touch-action:none"></canvas>
<script>
window.strokes = [];
const canvas = document.querySelector("canvas");
const at = event => [event.offsetX * 2, event.offsetY * 2];
canvas.addEventListener("pointerdown", event => strokes.push([at(event)]));
canvas.addEventListener("pointermove", event => event.buttons && strokes.at(-1).push(at(event)));
canvas.addEventListener("pointerup", event => strokes.at(-1).push("up " + event.pointerType));
</script>
"""


@pytest.mark.parametrize(("touch", "pointer"), [(False, "mouse"), (True, "touch")])
def test_every_point_of_a_stroke_arrives(browser: Browser, touch: bool, pointer: str):
    strokes = fit(DIGITS[4])
    with browser.new_context(**PHONE) as context:
        page = context.new_page()
        page.set_content(NOTEBOOK)
        draw(page, strokes, touch=touch)
        drawn = page.evaluate("window.strokes")

    assert [stroke.pop() for stroke in drawn] == [f"up {pointer}"] * 2
    for expected, arrived in zip(strokes, drawn, strict=True):
        # Browsers merge moves within a frame: the ends must be there, and no point may stray from the path.
        assert arrived[0] == pytest.approx(expected[0], abs=2)
        assert arrived[-1] == pytest.approx(expected[-1], abs=2)
        assert all(any(point == pytest.approx(near, abs=2) for near in expected) for point in arrived)
