"""The strokes of a drawing on the canvas follow the pen, or are unknown."""

import pytest

from mlp.images.drawings.canvas_strokes import strokes_on_canvas


def canvas_object(**changes):
    path = [["M", 10, 20], ["Q", 12, 22, 14, 24], ["Q", 16, 26, 18, 28], ["L", 20, 30]]
    return {"type": "path", "path": path, "scaleX": 1, "scaleY": 1, "angle": 0, **changes}


def test_canvas_strokes_follow_the_pen():
    (stroke,) = strokes_on_canvas([canvas_object()])
    assert stroke.tolist() == [[10, 20], [12, 22], [16, 26], [20, 30]]


@pytest.mark.parametrize(
    "changes",
    [
        {"scaleX": 2},
        {"angle": 90},
        {"path": None},
        {"path": []},
        {"path": [["M"]]},
        {"path": [{"a": 1}]},
        {"path": [["M", "x", 2]]},
        {"path": [["M", float("inf"), 2]]},
        {"path": [["M", 1e300, 2]]},
        {"path": [["M", 10**400, 2]]},
        {"path": 5},
    ],
)
def test_unsupported_canvas_object_gives_no_strokes(changes):
    assert strokes_on_canvas([canvas_object(), canvas_object(**changes)]) == ()


def test_missing_canvas_object_gives_no_strokes():
    assert strokes_on_canvas([None]) == ()
