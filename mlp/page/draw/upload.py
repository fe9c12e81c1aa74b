"""Upload a photo, which is read until the visitor draws or clears it."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp.images.decoding import MAX_PIXELS, MAX_PIXELS_WHOLE, PictureError
from mlp.jobs.workers import picture_readers
from mlp.page.live.desk import Photo, photo_of
from mlp.page.live.tabs import this_tab
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.redraw import On, part
from mlp.page.style.theme import plain
from mlp.page.visitors.visitor import Visitor

_picture_in = ControlVar[Any]("picture_in", None)
"""The uploaded photo; a control."""
_picture_error = SessionVar[str | None]("picture_error", None)
"""The reason why the last photo could not be read."""
_pictures_taken = SessionVar[int]("pictures_taken", 0)
"""Number of photos uploaded so far."""


SUFFIXES = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]


def photo_button(where: DeltaGenerator) -> None:
    """Draw the button that opens the panel in its place, and below, the error of the last upload, if any."""
    # A new button after each photo closes the panel, which would cover the result.
    turn = _pictures_taken.get()
    opens = f'class="ink-button" data-opens="photo_panel" data-turn="{turn}"'
    where.html(f'<button type="button" {opens}>Photo</button>')
    outcome = st.empty()  # replaced at once by the next error, rather than cleared only when the script ends
    if error := _picture_error.get():
        outcome.error(plain(error))


@part("photo_drawn", on=On.CANVAS)
def photo_panel(visitor: Visitor, show: Callable[[Photo | None], None]) -> None:
    """Draw the panel for uploads; unlike a popover's content, it stays in the page when it closes, so uploads continue.

    ``show`` is called with the new photo, or None if it was removed or could not be read.
    """
    with st.container(key="photo_panel"):
        with _picture_in.placed():
            st.file_uploader(
                "A photo of one digit, or of a page with several, dark on light or light on dark",
                type=SUFFIXES,
                key=_picture_in.key,
                on_change=_take_in,
                args=(visitor, show),
            )
        st.caption(
            f"At most {MAX_PIXELS_WHOLE / 1e6:.0f} million pixels ({MAX_PIXELS / 1e6:.0f} million for a JPEG). "
            "The photo is kept like a drawing: see *Privacy* at the end of the page."
        )


def forget_photo() -> None:
    """Forget the last photo's file, and why it could not be read."""
    _picture_error.set(None)
    if _picture_in.get() is not None:
        _picture_in.renew()


def _take_in(visitor: Visitor, show: Callable[[Photo | None], None]) -> None:
    file, photo = _picture_in.get(), None
    _picture_error.set(None)
    if file is not None:
        _pictures_taken.set(_pictures_taken.get() + 1)
        try:
            photo = photo_of(picture_readers.read(file.getvalue(), visitor.id, whole=this_tab().desk.whole))
        except PictureError as error:
            _picture_error.set(f"{file.name}: {error}.")
    show(photo)
