"""Photos: upload one, which is read until the visitor draws or clears it, and pick a digit of one with several."""

import html
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp.images.decoding import MAX_PIXELS, MAX_PIXELS_WHOLE, PictureError
from mlp.images.picture import SheetPhoto
from mlp.images.sheet_photos.found_digits import FoundDigit
from mlp.jobs.workers import picture_processes
from mlp.language import mark, tr
from mlp.page.draw.networks import answering
from mlp.page.draw.on_canvas import CANVAS, picture_error, picture_in, show_photo
from mlp.page.draw.reading import NETWORK, answers_to
from mlp.page.live.desk import STROKE, Photo, photo_of
from mlp.page.live.live_page import this_page
from mlp.page.script.redraw import Event, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.style.picking import Pick, choice, pick_from
from mlp.page.style.theme import image_url, plain
from mlp.page.visitors.refusals import named_reason
from mlp.page.visitors.visitor import Visitor

_pictures_taken = SessionVar[int]("pictures_taken", 0)
"""Number of photos uploaded so far."""


SUFFIXES = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]
GAP = 1.2  # in heights of a digit: with a wider gap, two digits belong to two numbers

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def photo_button(where: DeltaGenerator) -> None:
    """Draw the button that opens the panel in its place, and below, the error of the last upload, if any."""
    # A new button after each photo closes the panel, which would cover the result.
    turn = _pictures_taken.get()
    opens = f'class="ink-button" data-opens="photo_panel" data-turn="{turn}"'
    where.html(f'<button type="button" {opens}>{tr("Photo")}</button>')
    outcome = st.empty()  # replaced at once by the next error, rather than cleared only when the script ends
    if error := picture_error.get():
        outcome.error(plain(error))


def photo_section(visitor: Visitor) -> None:
    """Draw the panel of *Photo*, and an open photo of several digits; after the canvas, as its code comes late."""
    _panel(visitor)
    _sheet_photo(visitor)


@redrawn("photo_drawn", CANVAS)
def _panel(visitor: Visitor) -> None:
    """Draw the panel for uploads; unlike a popover's content, it stays in the page when closed, so uploads continue."""
    with st.container(key="photo_panel"):
        with picture_in.placed():
            st.file_uploader(
                tr("A photo of one digit, or of a page with several, dark on light or light on dark"),
                type=SUFFIXES,
                key=picture_in.key,
                on_change=_take_in,
                args=(visitor,),
            )
        limits = mark(
            "At most {most:.0f} million pixels ({most_jpeg:.0f} million for a JPEG). "
            "The photo is kept like a drawing: see *Privacy* at the end of the page."
        )
        st.caption(tr(limits, most=MAX_PIXELS_WHOLE / 1e6, most_jpeg=MAX_PIXELS / 1e6))


def _take_in(visitor: Visitor) -> None:
    file, photo = picture_in.get(), None
    picture_error.set(None)
    if file is not None:
        _pictures_taken.set(_pictures_taken.get() + 1)
        try:
            photo = photo_of(picture_processes.decode(file.getvalue(), visitor.id, whole=this_page().desk.whole))
        except PictureError as error:
            picture_error.set(named_reason(file.name, error))
    show_photo(visitor, photo)


def _reads(_: Visitor) -> Sequence[Event]:
    return () if this_page().desk.photo is None else (STROKE, NETWORK)


@redrawn("sheet_photo", CANVAS, _reads)
def _sheet_photo(visitor: Visitor) -> None:
    """Draw the open photo over the canvas if it has several digits, and the numbers that they form at its foot."""
    photo = this_page().desk.photo
    if photo is None or photo.picture.sheet is None:
        st.html(announced("sheet_photo"))
        return
    sheet, answers = photo.picture.sheet, _answers(visitor, photo)
    numbers = numbers_on(sheet.digits, answers)
    with st.container(key="sheet_photo"):
        numbers_shown = range(len(sheet.digits))
        pick_from("photo_digits", _photo(sheet, answers), _CSS, numbers_shown, partial(_pick, visitor, photo))
        rows = [html.escape(" ".join(row)) for row in numbers]
        read = "".join(f"<li>{row}</li>" for row in rows)
        heard = announced("sheet_photo", tr("On your photo: {rows}.", rows="; ".join(rows)), visible=False)
        st.html(
            f'<div class="ink-photo-read" title="{tr("Press one of your digits. A ? is none.")}">'
            f'<ol aria-label="{tr("Numbers that were read, row by row")}">{read}</ol></div>{heard}'
        )


def _answers(visitor: Visitor, photo: Photo) -> list[str | None]:
    """Return the answer for each digit; None if it is rejected or the network cannot answer."""
    answers = iter(answers_to([digit for digit in photo.digits if digit is not None], answering(visitor)))
    return [None if digit is None else next(answers).text for digit in photo.digits]


def numbers_on(digits: Sequence[FoundDigit], answers: Sequence[str | None]) -> list[list[str]]:
    """Return the numbers in each row: digits that are close together form one number.

    >>> import numpy as np
    >>> ink = np.zeros((10, 5), np.uint8)
    >>> places = [(0, 0, 5, 10), (8, 0, 13, 10), (40, 0, 45, 10)]
    >>> numbers_on([FoundDigit(place, 0, ink) for place in places], ["4", None, "7"])
    [['4?', '7']]
    """
    rows: list[list[str]] = []
    for number, (digit, answer) in enumerate(zip(digits, answers, strict=True)):
        text = "?" if answer is None else answer
        before = digits[number - 1] if number else None
        if before is None or before.row != digit.row:
            rows.append([text])
        elif digit.box[0] - before.box[2] > GAP * max(digit.box[3] - digit.box[1], before.box[3] - before.box[1]):
            rows[-1].append(text)
        else:
            rows[-1][-1] += text
    return rows


def _photo(sheet: SheetPhoto, answers: Sequence[str | None]) -> str:
    height, width = sheet.shown.shape[:2]
    buttons = []
    for number, (digit, answer) in enumerate(zip(sheet.digits, answers, strict=True)):
        left, top, right, bottom = digit.box
        place = (
            f"left:{left / width:.2%};top:{top / height:.2%};"
            f"width:{(right - left) / width:.2%};height:{(bottom - top) / height:.2%}"
        )
        text = "?" if answer is None else html.escape(answer)
        seen = mark("digit {number}: no digit seen") if answer is None else mark("digit {number}: read as {answer}")
        name = tr(seen, number=number + 1, answer=answer)
        pressed = number == (this_page().desk.chosen or 0)
        buttons.append(choice(number, name, f"<b>{text}</b>", pressed=pressed, more=f'style="{place}"'))
    picture = f'<img src="{image_url(sheet.shown)}" alt="{tr("your photo")}">{"".join(buttons)}'
    return f'<div class="photo" style="--ratio:{width / height:.4f}">{picture}</div>'


def _pick(visitor: Visitor, photo: Photo, pick: Pick) -> None:
    """Read the digit that was pressed."""
    show_photo(visitor, photo, pick.number)
