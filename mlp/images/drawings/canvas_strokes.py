"""The strokes of a drawing in the canvas's own JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlp.images.recorded import MAX_COORDINATE, MAX_POINTS, Stroke


def strokes_on_canvas(objects: Sequence[Any]) -> tuple[Stroke, ...]:
    """Return the strokes in the canvas's own JSON; none if one has another form, or they have over 600 points.

    Parameters
    ----------
    objects : sequence of mappings
        As the canvas sends them: each with a ``path`` of M, Q and L segments, in pixels. The control point of a Q is
        where the pen was; its end lies between two such points.
    """
    strokes, n_points = [], 0
    for each in objects:
        path = each.get("path") if isinstance(each, Mapping) else None
        moved = isinstance(each, Mapping) and any(
            each.get(name, still) != still for name, still in (("scaleX", 1), ("scaleY", 1), ("angle", 0))
        )
        if not isinstance(path, Sequence) or moved:
            return ()
        n_points += len(path)
        if n_points > MAX_POINTS:
            return ()
        try:
            points = [[float(segment[1]), float(segment[2])] for segment in path]
        except (TypeError, ValueError, OverflowError, LookupError):
            return ()
        if not points or not (np.abs(points) <= MAX_COORDINATE).all():
            return ()
        strokes.append(np.array(points))
    return tuple(strokes)
