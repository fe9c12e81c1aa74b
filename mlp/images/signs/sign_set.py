"""A visitor's set of invented signs: two to ten names, and drawings of each as strokes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mlp.class_names import MAX_CLASSES, MIN_CLASSES, checked_name, in_words
from mlp.images.drawing import to_mnist
from mlp.images.recorded import CANVAS_PX, MAX_POINTS, PEN_PX, Stroke, rasterize

PIXELS = 784
MAX_DRAWINGS = 50
"""Maximum number of drawings of one sign."""
MAX_COORDINATE = 10_000.0
"""Largest coordinate of a point, in pixels of the canvas, whose side is 280."""
MIN_DRAWINGS = 2
"""Minimum number of drawings of each sign, so that one can be left out."""


class SignsError(ValueError):
    """A set of signs breaks a rule; the message says which, as text for visitors."""


@dataclass(frozen=True, eq=False)
class SignDrawing:
    """One drawing of a sign: the place of its name in the set, and its strokes in pixels of the canvas."""

    label: int
    strokes: tuple[Stroke, ...]

    @cached_property
    def image(self) -> np.ndarray:
        """The network's input, (784,) uint8."""
        image = to_mnist(rasterize(self.strokes, pen_px=PEN_PX))
        if image is None:
            raise SignsError("a drawing of a sign must leave ink on the canvas")
        return np.rint(image * 255).astype(np.uint8).reshape(PIXELS)


@dataclass(frozen=True, eq=False)
class SignSet:
    """Names and drawings. Each change returns another set, so that it can be undone.

    An unfinished set may have fewer names than a network needs: see `missing`.
    """

    names: tuple[str, ...] = ()
    drawings: tuple[SignDrawing, ...] = ()

    def __len__(self) -> int:
        """Number of drawings."""
        return len(self.drawings)

    @property
    def counts(self) -> list[int]:
        """Number of drawings of each sign."""
        return np.bincount(self.labels, minlength=len(self.names)).tolist()

    @property
    def images(self) -> np.ndarray:
        """All images, (n, 784) uint8."""
        return np.array([drawing.image for drawing in self.drawings], np.uint8).reshape(-1, PIXELS)

    @property
    def labels(self) -> np.ndarray:
        """The label of each drawing, (n,) int64."""
        return np.array([drawing.label for drawing in self.drawings], np.int64)

    @property
    def n_bytes(self) -> int:
        """Approximate memory in bytes."""
        drawings = sum(2_000 + sum(stroke.nbytes for stroke in drawing.strokes) for drawing in self.drawings)
        return drawings + sum(len(name.encode()) for name in self.names)

    def with_name(self, name: str) -> "SignSet":
        """Return the set with another sign.

        Raises
        ------
        SignsError
            If there are ten already, or the name is empty, too long or taken.
        """
        if len(self.names) >= MAX_CLASSES:
            raise SignsError(f"a set has at most {MAX_CLASSES} signs; remove one first")
        return replace(self, names=(*self.names, self._new_name(name, self.names)))

    def renamed(self, label: int, name: str) -> "SignSet":
        """Return the set with another name for one sign; errors as in `with_name`."""
        others = self.names[:label] + self.names[label + 1 :]
        return replace(self, names=(*self.names[:label], self._new_name(name, others), *self.names[label + 1 :]))

    def without_name(self, label: int) -> "SignSet":
        """Return the set without one sign and its drawings."""
        kept = [drawing for drawing in self.drawings if drawing.label != label]
        moved = [replace(drawing, label=drawing.label - (drawing.label > label)) for drawing in kept]
        return SignSet(self.names[:label] + self.names[label + 1 :], tuple(moved))

    def with_drawing(self, label: int, strokes: Sequence[Stroke]) -> "SignSet":
        """Return the set with another drawing of a sign.

        Raises
        ------
        SignsError
            If there are no strokes or too many points, or the sign has the most drawings already.
        """
        if self.counts[label] >= MAX_DRAWINGS:
            raise SignsError(f"a sign has at most {MAX_DRAWINGS} drawings; remove one first")
        return replace(self, drawings=(*self.drawings, SignDrawing(label, checked_strokes(strokes))))

    def without_drawing(self, place: int) -> "SignSet":
        """Return the set without the drawing at this place."""
        return replace(self, drawings=self.drawings[:place] + self.drawings[place + 1 :])

    def first(self, n: int) -> "SignSet":
        """Return the set with only the first ``n`` drawings of each sign."""
        return replace(self, drawings=tuple(self.drawings[place] for place in np.flatnonzero(self.ranks < n)))

    @property
    def ranks(self) -> np.ndarray:
        """Number of earlier drawings of the same sign, for each drawing, (n,) int64.

        Examples
        --------
        >>> dot = (np.zeros((1, 2)),)
        >>> SignSet(("A", "B"), tuple(SignDrawing(label, dot) for label in (0, 1, 0))).ranks.tolist()
        [0, 0, 1]
        """
        labels, ranks = self.labels, np.zeros(len(self), np.int64)
        for label in range(len(self.names)):
            ranks[labels == label] = np.arange((labels == label).sum())
        return ranks

    @property
    def missing(self) -> str | None:
        """Return what is still missing before a network can learn the set, as a sentence; None if nothing is."""
        if len(self.names) < MIN_CLASSES:
            return f"A network needs at least {MIN_CLASSES} signs to tell apart, and there {_are(len(self.names))}."
        few = [name for name, n in zip(self.names, self.counts, strict=True) if n < MIN_DRAWINGS]
        return f"Draw at least {MIN_DRAWINGS} of each sign; {in_words(few)} need more." if few else None

    def _new_name(self, name: str, others: tuple[str, ...]) -> str:
        try:
            checked = checked_name(name)
        except ValueError as error:
            raise SignsError(str(error)) from error
        if checked in others:
            raise SignsError(f"each sign needs its own name, and {checked!r} is taken")
        return checked


def _are(n: int) -> str:
    return ("is none", "is one")[n] if n < 2 else f"are {n}"


def checked_strokes(strokes: Sequence[Stroke]) -> tuple[Stroke, ...]:
    """Return the strokes of one drawing as (n, 2) float64 each, rounded to a tenth of a pixel.

    Raises
    ------
    SignsError
        If there are none, too many points, or a point is not a pair of numbers near the canvas.
    """
    try:
        checked = tuple(np.round(np.array(stroke, np.float64), 1) for stroke in strokes)
    except (TypeError, ValueError, OverflowError) as error:
        raise SignsError("a stroke must be a list of points [x, y]") from error
    if not checked or any(stroke.ndim != 2 or stroke.shape[1] != 2 or not len(stroke) for stroke in checked):
        raise SignsError("a drawing must have strokes of points [x, y], at least one of each")
    n_points = sum(map(len, checked))
    if n_points > MAX_POINTS:
        raise SignsError(f"a drawing may have at most {MAX_POINTS} points, got {n_points:,}")
    points = np.concatenate(checked)
    if not np.isfinite(points).all() or np.abs(points).max() > MAX_COORDINATE:
        raise SignsError(f"points must lie within ±{MAX_COORDINATE:,.0f}")
    if not ((points >= 0) & (points < CANVAS_PX)).all(axis=1).any():
        raise SignsError("a drawing must lie on the canvas")
    return checked
