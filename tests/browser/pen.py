"""Draw on the page's canvas with a mouse or a finger, stroke by stroke."""

import math
from collections.abc import Sequence

from playwright.sync_api import Page

CANVAS = "canvas.upper-canvas"
AT_HOME = "#canvas"
"""The canvas of a page taken home."""
CANVAS_PX = 280

Stroke = Sequence[Sequence[float]]


def fit(strokes: Sequence[Stroke], share: float = 0.6, center: tuple[float, float] = (0.5, 0.5)) -> list[Stroke]:
    """Return strokes scaled to the canvas with their proportions.

    Parameters
    ----------
    strokes : list of strokes
        A stroke is a list of (x, y), y down, in any unit.
    share : float
        Length of the longer side, as a share of the canvas, 0 to 1.
    center : (float, float)
        Position of the middle, as shares of the canvas.

    Examples
    --------
    >>> fit([[(0, 0), (2, 4)]], share=0.5)
    [[(105.0, 70.0), (175.0, 210.0)]]
    """
    xs = [x for stroke in strokes for x, _ in stroke]
    ys = [y for stroke in strokes for _, y in stroke]
    # A single dot has no size: any scale will do.
    scale = CANVAS_PX * share / (max(max(xs) - min(xs), max(ys) - min(ys)) or 1)
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return [
        [(CANVAS_PX * center[0] + (x - middle_x) * scale, CANVAS_PX * center[1] + (y - middle_y) * scale) for x, y in s]
        for s in strokes
    ]


def draw(page: Page, strokes: Sequence[Stroke], *, touch: bool = False, on: str = CANVAS) -> None:
    """Draw strokes given in canvas pixels, 0 to 280, as `fit` returns them.

    Parameters
    ----------
    page : Page
        A page with the canvas on it.
    strokes : list of strokes
        A stroke is a list of (x, y) from pen down to pen up.
    touch : bool
        Whether to use a finger instead of the mouse; the page must have been opened with ``has_touch``.
    on : str
        Selects the canvas; that of a page taken home is another.
    """
    canvas = page.locator(on)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    # The canvas may be shown smaller than it is.
    scale = box["width"] / CANVAS_PX
    draw_stroke = _with_finger if touch else _with_mouse
    for stroke in strokes:
        draw_stroke(page, [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke])


def _with_mouse(page: Page, points: list[tuple[float, float]]) -> None:
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y)
    page.mouse.up()


def _with_finger(page: Page, points: list[tuple[float, float]]) -> None:
    finger = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def turned(strokes: Sequence[Stroke], degrees: float) -> list[Stroke]:
    """Return strokes turned about their origin, clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [[(cos * x - sin * y, sin * x + cos * y) for x, y in stroke] for stroke in strokes]
