"""The desk of a page: what is being read there."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from mlp.images.canvas_image import MAX_URL_CHARACTERS, pixels_of_canvas, strokes_on_canvas
from mlp.images.input_image import InputImage, from_drawing, from_picture
from mlp.images.picture import Picture
from mlp.images.recorded import NO_STROKES, Strokes
from mlp.page.script.redraw import Event

STROKE = Event(lambda page: page.desk.version)
"""What is being read."""


class Photo(NamedTuple):
    """An open photo, and its digits; None for one without ink."""

    picture: Picture
    digits: tuple[InputImage | None, ...]


class Given(NamedTuple):
    """An image of the data that the page has given, and its label."""

    image: InputImage
    label: int


class Desk:
    """What one page reads: the drawing on its canvas, or a photo in its place; of several digits, the chosen one.

    Scripts and the live channel set and read it from their own threads, so each attribute is replaced whole.
    """

    def __init__(self) -> None:
        self.on_canvas: dict[str, Any] = {"objects": []}
        """What a script has put on the canvas, in the form of the canvas's reports."""
        self.objects: list[Any] = []
        """The strokes and images that are on the canvas, as a script put them or the canvas last reported them."""
        self.photo: Photo | None = None
        """What is read in place of the drawing, until the next stroke."""
        self.given: Given | None = None
        """What is read while the canvas is empty, until the next stroke; not the visitor's."""
        self.chosen: int | None = None
        """Place of the chosen digit, from 0; None for a drawing's last one, or a photo's first one."""
        self.whole = False
        """Whether the network that answers reads a drawing as a whole, even if it has separate parts."""
        self.collected: tuple[str, ...] = ()
        """The names of the signs that the page collects; none while it reads digits."""
        self.pen = False
        """Whether the pen is down."""
        self.version = 0
        """Changes with each stroke, and whatever else is put on the desk; not while the pen is down."""
        self.answer: Any = None
        """The newest answer to what is on the desk, a `mlp.page.draw.reading.Answer`."""
        self.read_of: bytes | None = None
        """The image that was read last while the pen was up; None if nothing was drawn, or no digit is seen."""
        self.meant: int | None = None
        """The right answer to it; None if that is unknown."""
        self._image = ""
        self._removed = ""  # what a script has removed, which a browser may still show
        self._strokes = NO_STROKES
        self._prepared: tuple[str, Strokes, InputImage | None] = ("", NO_STROKES, None)
        self._preparing = threading.Lock()

    def put(
        self,
        objects: list[Any],
        image: str | None,
        photo: Photo | None = None,
        chosen: int | None = None,
        given: Given | None = None,
    ) -> None:
        """Put these objects, in the form of the canvas's reports, on the canvas, in place of everything on the desk.

        Their image is read from now on, or the photo, and this digit of it; ``given`` while the canvas is empty.
        Without an image, the desk waits until the canvas shows it.
        """
        # The canvas redraws itself when its content changes, so the time makes it differ.
        self.on_canvas = {"objects": objects, "put": time.time()}
        self.objects, self._strokes = objects, strokes_on_canvas(objects)
        self.photo, self.chosen, self.given = photo, chosen, given
        self.version += 1
        if image is not None:
            self._image = image
        self._removed = self._image if image is None and not objects else ""

    def choose(self, place: int) -> None:
        """Choose one of several digits."""
        self.chosen = place
        self.version += 1

    def begin_stroke(self) -> None:
        """Forget the photo, the chosen digit and the given image, as the visitor draws."""
        self.photo = self.chosen = self.given = None
        self.pen = True

    def draw(self, image: str, *, pen: bool) -> None:
        """Read this image of the canvas, which the live channel has sent."""
        self._image, self.pen = image, pen
        if image != self._removed:
            self._removed = ""

    def report(self, objects: list[Any], image: str, *, is_newest: bool) -> None:
        """Take the canvas's own report after a stroke, the only source of strokes.

        Its image is read if it ``is_newest``, as without the live channel, or has overtaken that of the channel.
        """
        self.objects, self._strokes = objects, strokes_on_canvas(objects)
        self.version += 1
        if self.is_drawn_on:
            self.photo = self.given = None
        if is_newest or self.pen:
            self._image, self.pen = image, False
            if self.photo is None:
                self.chosen = None

    @property
    def answered(self) -> InputImage | None:
        """What the newest answer is to; None if that is nothing."""
        answered: InputImage | None = None if self.answer is None else self.answer.current.drawing
        return answered

    @property
    def is_drawn_on(self) -> bool:
        """Whether the canvas has strokes, besides an image that the page has put there."""
        return any(
            not (isinstance(each, Mapping) and str(each.get("type")).lower() == "image") for each in self.objects
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be read, even while a browser still shows what a script has removed."""
        return not self.objects and self.photo is None and self.given is None

    @property
    def drawing(self) -> InputImage | None:
        """The visitor's drawing, or the chosen digit of the photo in its place, prepared once; None without ink."""
        photo = self.photo
        if photo is not None:
            return photo.digits[min(self.chosen or 0, len(photo.digits) - 1)]
        with self._preparing:
            image, strokes = self._image, self._strokes
            prepared_image, prepared_strokes, prepared = self._prepared
            if image != prepared_image:
                pixels = pixels_of_canvas(image)
                prepared = None if pixels is None else from_drawing(pixels, strokes)
            elif strokes is not prepared_strokes and prepared is not None:
                prepared = replace(prepared, strokes=strokes)
            self._prepared = image, strokes, prepared
            return prepared

    @property
    def new_drawing(self) -> InputImage | None:
        """The drawing to be given or kept; None if a script has removed it, even while a browser still shows it."""
        return None if self._removed else self.drawing

    @property
    def digits(self) -> tuple[InputImage, ...]:
        """The parts that are read separately: the drawing's digits from left to right, all of it, or what is given."""
        drawing, given = self.drawing, self.given
        if drawing is None:
            return () if given is None else (given.image,)
        return (drawing,) if self.whole else drawing.digits

    @property
    def digit(self) -> InputImage | None:
        """The chosen one of the digits; None if there is nothing to read."""
        digits = self.digits
        return digits[place_of(self.chosen, len(digits))] if digits else None


def place_of(chosen: int | None, n: int) -> int:
    """Return the place of the chosen one of ``n`` digits, from 0: the last if none is chosen, or no longer there."""
    return n - 1 if chosen is None or chosen >= n else chosen


def photo_of(picture: Picture) -> Photo:
    """Return a photo with its digits, prepared."""
    n = 1 if picture.sheet is None else len(picture.sheet.digits)
    return Photo(picture, tuple(from_picture(picture, number) for number in range(n)))


def checked_drawing(drawing: object) -> tuple[list[Any], str] | None:
    """Return the objects and the image of a drawing from a browser or a file; None if it is not a canvas's report."""
    if not isinstance(drawing, Mapping):
        return None
    raw, image = drawing.get("raw"), drawing.get("data")
    if not isinstance(raw, Mapping) or not isinstance(image, str) or len(image) > MAX_URL_CHARACTERS:
        return None
    objects = raw.get("objects")
    return (list(objects) if isinstance(objects, Sequence) and not isinstance(objects, str) else []), image
