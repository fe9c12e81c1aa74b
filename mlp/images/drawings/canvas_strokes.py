"""The strokes of a drawing in the canvas's own JSON."""

from collections.abc import Sequence
from typing import Any

from mlp.images.drawings.drawing_set import NO_STROKES, checked_drawing
from mlp.images.recorded import Strokes, checked_strokes

STILL = {"scaleX": 1, "scaleY": 1, "angle": 0}
"""What an object has that nobody has changed on the canvas."""


def strokes_on_canvas(objects: Sequence[Any]) -> Strokes:
    """Return the strokes in the canvas's own JSON; none if one has another form, or they have over 600 points.

    The canvas sends each object with a ``path`` of M, Q and L segments, in pixels. The control point of a Q is where
    the pen was; its end lies between two such points.
    """
    try:
        if all(each.get(name, value) == value for each in objects for name, value in STILL.items()):
            return checked_drawing(checked_strokes([[segment[1:3] for segment in each["path"]] for each in objects]))
    except (AttributeError, TypeError, ValueError, LookupError):
        pass
    return NO_STROKES
