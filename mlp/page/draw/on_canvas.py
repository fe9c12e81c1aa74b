"""What the page puts on the canvas: nothing, the shape of a sign to draw, strokes, a photo, or an image of the data.

*Give me one* gives such an image, and a run that begins while nothing is drawn.
"""

import html
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageOps

from mlp.images.input_image import from_data
from mlp.images.mnist import Dataset
from mlp.images.recorded import CANVAS_PX
from mlp.language import tr
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.draw.networks import answering, pretrained
from mlp.page.live.desk import STROKE, Desk, Given, Photo
from mlp.page.live.live_page import this_page
from mlp.page.script.link import forget_linked, linked
from mlp.page.script.redraw import Event, redraw, rerun_page
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.html import svg, svg_url
from mlp.page.style.theme import image_url
from mlp.page.visitors.shelf import LINKED, answers_now, images_of, named
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.saved_sources import Source

CANVAS = Event()
"""What a script puts on the canvas."""
_given_to = SessionVar[int]("given_to", 0)
"""The number of the last run that was given an image, or that began with a drawing."""
_followed = SessionVar[tuple[str, tuple[str, ...]] | None]("followed_network", None)
"""The key of the network that answered at the last script, and the names that it reads."""
taken_off = SessionVar[tuple[list[Any], Photo | None, int] | None]("taken_off", None)
"""The drawing or photo that left the canvas last, as another network reads something else; *Undo* brings it back."""
picture_in = ControlVar[Any]("picture_in", None)
"""The uploaded photo; a control."""
picture_error = SessionVar[str | None]("picture_error", None)
"""The reason why the last photo could not be read."""

_WRITES = (
    "<style>text { animation: w 2.4s 0.7s ease-in-out both; } "
    "@keyframes w { from { clip-path: inset(-20% 100% -20% 0); } to { clip-path: inset(-20% 0 -20% 0); } }</style>"
)
"""As the dotted 3 does, in the same time."""
LOOKED_AT, TRIED = 500, 20
"""Images among which a misread one is looked for, and those that the slower pretrained network reads, too."""


def follow_network(visitor: Visitor) -> None:
    """Keep which network answers, and take off a drawing for one that reads something else; call before the canvas."""
    network, before, loan = answers_now(visitor), _followed.get(), state.loan.get()
    if loan is not None and loan.key != network.key:
        state.loan.pop()  # given back
    if before is None or before[0] != network.key:
        state.network.set(network.key)
        visitor.network = network.key
        if before is not None and named(visitor, linked(LINKED)) != network.key:
            forget_linked(LINKED)  # so that the choice outlives a reload
    if before is not None and network.reads not in (before[1], this_page().desk.collected):
        take_off(visitor)
    _followed.set((network.key, network.reads))


def take_off(visitor: Visitor) -> None:
    """Clear canvas and desk, and keep what was drawn there for *Undo*."""
    desk = this_page().desk
    if desk.objects or desk.photo is not None:
        taken_off.set((desk.objects, desk.photo, desk.chosen or 0))
    _clear(visitor, "")


def give_one(visitor: Visitor) -> None:
    """Show a random one of the `given_images`, if there are any; for callbacks."""
    if (source := given_images(visitor)) is not None:
        images = source.load()
        forget_photo()
        _give(visitor, images, int(np.random.default_rng().integers(len(images.test))), "test")
        redraw(CANVAS, STROKE)


def given_images(visitor: Visitor) -> Source | None:
    """Return images of what the canvas asks for; none of signs that are not drawn yet, or that somebody else drew."""
    return images_of(visitor, this_page().desk.collected or answering(visitor).reader.learned.reads)


def give_to_run(visitor: Visitor) -> None:
    """Show an image to a run that has just begun on this page, unless something is drawn; call it before the canvas."""
    run, job = visitor.runs.current, visitor.job
    if job is None or state.begun_run.get() != run or _given_to.get() == run:
        return
    _given_to.set(run)
    desk = this_page().desk
    asked_for = desk.given is not None and desk.given.image.kind == "test"
    if desk.drawing is None and not asked_for and job.first_network is not None:
        images = job.data.load()
        number = misread_image(images, replace(job.snapshot(), network=job.first_network).reader)
        if number is not None:
            _give(visitor, images, number, "validation")


def misread_image(images: Dataset, first: Reader) -> int | None:
    """Return the number of a validation image that ``first`` misreads, or None if it reads all that were tried.

    The pretrained network reads it right, and surely, if it is a digit.
    """
    held, rng = images.validation, np.random.default_rng()
    tried = rng.permutation(len(held))[:LOOKED_AT]
    wrong = tried[first.predict(held.images[tried]) != held.labels[tried]][:TRIED]
    if first.reads_digits and len(wrong):
        sure = pretrained("pretrained").predict_proba(held.images[wrong])[np.arange(len(wrong)), held.labels[wrong]]
        wrong = wrong[np.argsort(-sure)][: int((sure > 0.5).sum())]
    return int(wrong[0]) if len(wrong) else None


def _give(visitor: Visitor, images: Dataset, number: int, kind: Literal["test", "validation"]) -> None:
    label = int(getattr(images, kind).labels[number])
    _clear(visitor, "", Given(from_data(images, number, kind), label))


def _clear(visitor: Visitor, image: str | None, given: Given | None = None) -> None:
    """Clear the canvas, and put on the desk what is given in place of a drawing; ``image`` as in `Desk.put`."""
    visitor.picture = None
    visitor.keep_drawing(None)
    this_page().desk.put([], image, given=given)
    this_page().changed("canvas", "reading")  # a given image goes without a change of the canvas


def given_html(desk: Desk) -> str:
    """Return the image that is read in place of a drawing, to lie over the empty canvas, and whose it is, as HTML."""
    if desk.drawing is not None or desk.given is None:
        return ""
    image = desk.given.image
    name = tr(image.name)
    text = tr("{image}. Draw your own.", image=html.escape(f"{name[0].upper()}{name[1:]}"))
    return f'<img class="ink-given" src="{image_url(image.pixels)}" alt=""><p class="ink-given">{text}</p>'


def dotted(name: str) -> str:
    """Return a style sheet as HTML, with a name as the shape that the empty canvas shows, in place of the dotted 3.

    It draws itself from left to right, unless the visitor's system asks for less motion.
    """
    if not name:
        return "<style></style>"  # always an element, so that none after it moves
    text = (
        '<text x="50" y="50" text-anchor="middle" dominant-baseline="central" font-family="sans-serif" fill="none" '
        'stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-dasharray="0.1 4" '
        f'font-size="{min(96, 170 / len(name)):.0f}">{html.escape(name)}</text>'
    )
    moving, still = (f"--invite: url({svg_url(svg(100, 100, style + text, ''))}) !important" for style in (_WRITES, ""))
    return f"<style>:root {{ {moving}; }} @media (prefers-reduced-motion: reduce) {{ :root {{ {still}; }} }}</style>"


def wipe(visitor: Visitor, *on: Event) -> None:
    """Clear canvas and desk, and redraw what depends on these events, none for the whole page; the reading follows.

    The browser gets the message some 10 ms before its canvas is empty, and a stroke that begins in between is lost. So
    the page says that nothing is drawn only once the next stroke will count, when the live channel asks for a reading.
    """
    _clear(visitor, None if this_page().followed and on else "")
    if on:
        redraw(*on)
    else:
        rerun_page()


def keep_drawing(visitor: Visitor, drawn: tuple[list[Any], str] | None) -> None:
    """Keep the canvas's objects and image, to restore them after a reload."""
    visitor.keep_drawing(None if drawn is None else {"raw": {"objects": drawn[0]}, "data": drawn[1]})


def put_objects(
    objects: list[Any], image: str | None = None, photo: Photo | None = None, chosen: int | None = None
) -> None:
    """Put these objects on the canvas, see `Desk.put`; it then reports them as if they had been drawn."""
    this_page().desk.put(objects, image, photo, chosen)
    this_page().changed("canvas")
    redraw(CANVAS, STROKE)


def show_photo(visitor: Visitor, photo: Photo | None, chosen: int = 0) -> None:
    """Read a photo, or one digit of it, and put its ink on the canvas; clear the canvas if there is none."""
    digit = None if photo is None else photo.digits[chosen]
    visitor.picture = None if photo is None else photo.picture
    if digit is None:
        wipe(visitor, CANVAS)
    else:
        whole = image_url(np.asarray(ImageOps.pad(Image.fromarray(digit.pixels), (CANVAS_PX, CANVAS_PX))))
        place = {"left": 0, "top": 0, "width": CANVAS_PX, "height": CANVAS_PX, "originX": "left", "originY": "top"}
        objects = [{"type": "Image", "src": whole, **place}]
        keep_drawing(visitor, (objects, whole))
        put_objects(objects, whole, photo, chosen)


def forget_photo() -> None:
    """Forget the last photo's file, and why it could not be read."""
    picture_error.set(None)
    if picture_in.get() is not None:
        picture_in.renew()
