"""Pictures with elements to pick: by pointer, touch and keyboard, and with names for screen readers."""

import html
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from mlp.page.session_var import SessionVar

_JS = "export default (component) => inkling.pickFrom(component);"

_GALLERY_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


class Pick(NamedTuple):
    """The number of the picked element, and the place of the press in the picture, 0 to 1 in both directions."""

    number: int
    x: float
    y: float


class GalleryPicture(NamedTuple):
    """An image to pick: its number, its data URL, its name as text, and its caption in HTML of our own."""

    number: int
    url: str
    name: str
    caption: str


def choice(number: int, name: str, inside: str = "", *, pressed: bool | None = None, more: str = "") -> str:
    """Return the HTML of an element to pick, with its number, its name for screen readers, and HTML of our own inside.

    ``pressed`` is for one that can stay so; ``more`` are more attributes.
    """
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    label = html.escape(name)
    return f'<button type="button" data-number="{number}" aria-label="{label}"{state} {more}>{inside}</button>'


def pick_from(
    key: str, picture: Any, css: str, numbers: Container[int], on_pick: Callable[[Pick], None], js: str = _JS
) -> None:
    """Draw a picture with elements to pick, which keep the focus when it changes.

    ``picture`` is HTML with a `choice` for each element, or the data for ``js``; it stands in an element of the class
    ``root``. ``on_pick`` is called with each press on one of ``numbers``.
    """
    report = SessionVar[Any](key, None)

    def picked() -> None:
        pick = checked_pick((report.get() or {}).get("picked"), numbers)
        if pick is not None:
            on_pick(pick)

    component = st.components.v2.component(key, html='<div class="root"></div>', js=js, css=css)
    component(key=report.key, data=picture, on_picked_change=picked)


def checked_pick(sent: object, numbers: Container[int]) -> Pick | None:
    """Return what a browser has sent if it is a press on one of these elements, else None.

    >>> checked_pick([3, 0.5, 0], range(4))
    Pick(number=3, x=0.5, y=0)
    >>> [checked_pick(sent, range(4)) for sent in (None, 3, [4, 0, 0], [3, 0], [3, 0, 2], ["3", 0, 0])]
    [None, None, None, None, None, None]
    """
    match sent:
        case [int(number), int() | float() as x, int() | float() as y] if number in numbers:
            return Pick(number, x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None
    return None


def gallery(pictures: Sequence[GalleryPicture], on_pick: Callable[[int], None]) -> None:
    """Draw images; ``on_pick`` is called with the number of a picked one, if it is one of these."""
    buttons = "".join(
        f'<button type="button" data-number="{picture.number}" title="{html.escape(picture.name)}">'
        f'<img src="{picture.url}" alt="{html.escape(picture.name)}">{picture.caption}</button>'
        for picture in pictures
    )
    numbers = [picture.number for picture in pictures]
    pick_from("gallery", buttons, _GALLERY_CSS, numbers, lambda pick: on_pick(pick.number))
