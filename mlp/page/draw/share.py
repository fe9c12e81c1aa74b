"""Share: what there is to share, links, and a picture of how a network learned to read the drawing, or reads it now."""

import html
import re
from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from mlp.analysis.take_home.learning_picture import Story, moments_of, moving_picture, still_picture
from mlp.images.input_image import InputImage
from mlp.images.stroke_link import strokes_to_text
from mlp.jobs.workers.picture_processes import paint
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.networks import Answerer, answering, answering_as, is_seen
from mlp.page.draw.reading import true_label
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.link import Query, language_query
from mlp.page.script.redraw import redrawn
from mlp.page.session_var import SessionVar
from mlp.page.settings.link import settings_query
from mlp.page.style.download_button import download_button
from mlp.page.style.reach import named_address
from mlp.page.style.theme import LIGHT, plain
from mlp.page.train.run_words import duration
from mlp.page.visitors.shelf import chosen
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData

_COPY = """
<div class="ink-share" data-link="{link}">
  <button type="button" class="ink-button ink-copy">{copy}</button>
  <p class="ink-status" role="status"></p>
  <input class="ink-link" type="text" readonly hidden aria-label="{label}">
</div>
"""
_what = SessionVar[str | None]("share_what", None)
"""What the visitor wants to share; a control."""

Way = tuple[str, Callable[[Visitor], None]]
"""What can be shared, and what draws how."""


@redrawn("share_menu", lambda _, ways: [STROKE] if dict(ways).get(_what.get()) is share_drawing else [])
def share_section(visitor: Visitor, ways: Sequence[Way]) -> None:
    """Ask what to share, and draw how."""
    labels = [label for label, _ in ways]
    st.pills(tr("Share"), labels, key=_what.key, format_func=tr, label_visibility="collapsed", width="stretch")
    for label, draw in ways:
        if label == _what.get():
            draw(visitor)


def _copy_query(query: Query) -> None:
    """Draw the button that copies a link to this page with a query, and with the language if it is not English."""
    copy_button(f"?{urlencode({**query, **language_query()}, doseq=True)}")


def copy_button(link: str) -> None:
    """Draw the button that copies a link: an address, or a query of the page's own."""
    st.html(_COPY.format(link=html.escape(link), copy=tr("Copy the link"), label=tr("Link")))


def share_settings(_visitor: Visitor) -> None:
    """Draw the button that copies a link with the settings."""
    st.markdown(tr("A link with these settings, and nothing else."))
    _copy_query(settings_query())


def share_drawing(visitor: Visitor) -> None:
    """Draw the button that copies a link with the drawing, and those that download a picture of it."""
    drawing = this_page().desk.drawing
    if drawing is not None and (link := strokes_to_text(drawing.strokes)):
        _copy_query({"drawing": [link]})
    _picture(visitor)


def _picture(visitor: Visitor) -> None:
    """Draw the buttons that paint and download a picture."""
    desk = this_page().desk
    drawing = None if desk.is_empty or desk.drawing is None else desk.digit  # what is given may be of a class
    if drawing is None:
        st.button(tr("Draw first for a picture"), key="share_still", icon=":material/image:", disabled=True)
        return
    # It is painted outside of the script, so the session's values are passed; a playing run answers as it is then.
    made = partial(picture, visitor, drawing, chosen(visitor), state.loan.get())
    network = answering(visitor).shelved
    if network.is_earlier:
        none = mark("There is no animation of {network}: only the newest run has the steps that led to its weights.")
        st.caption(tr(none, network=plain(tr(network.title))))
    if network.job is not None and network.job.rewind.keeps:
        download_button(
            tr("Download an animation"),
            partial(made, moving_picture),
            "inkling-as-it-learned.gif",
            key="share_moving",
            icon=":material/animation:",
            help=tr("Downloads how your network learned to read your drawing, in five seconds."),
        )
    download_button(
        tr("Download a picture"),
        partial(made, still_picture),
        "inkling-drawing.png",
        key="share_still",
        icon=":material/image:",
        help=tr("Downloads your drawing with the network’s answer."),
    )


def picture(
    visitor: Visitor,
    drawing: InputImage,
    key: str,
    loan: state.Loan | None,
    painter: Callable[[Story], bytes],
) -> bytes:
    """Return the picture of a drawing as this network reads it now; safe outside of the script."""
    answerer = answering_as(visitor, key, loan)
    shares, job = answerer.reader.predict_proba(drawing.image[np.newaxis])[0], answerer.shelved.job
    moments = [(0, shares)]
    if job is not None and answerer.step is not None:
        moments = moments_of(job.rewind, answerer.reader, answerer.step, drawing.image)
    meant = true_label(visitor, drawing, answerer.reader)
    unseen = tr("It sees no digit") if answerer.reader.reads_digits else tr("It sees none of its signs")
    story = Story(
        drawing.pixels,
        moments,
        answerer.reader.names,
        int(moments[-1][1].argmax()) if meant is None else meant,
        _whose(answerer),
        LIGHT,
        _examples(answerer),
        "" if is_seen(answerer.reader, drawing.image, shares) else unseen,
        named_address(),
    )
    return paint(painter, story, visitor.id)


def _examples(answerer: Answerer) -> dict[int, np.ndarray]:
    """Return the visitor's first drawing of each sign that has any, (28, 28) uint8, by the sign's place."""
    data = None if answerer.shelved.run is None else answerer.shelved.run.data
    if not isinstance(data, DrawingData) or data.base is not None:
        return {}
    own = data.held if data.room else data.learned
    return {int(label): image.reshape(28, 28) for label, image in zip(own.labels[::-1], own.images[::-1], strict=True)}


def _whose(answerer: Answerer) -> str:
    if (run := answerer.shelved.run) is None:
        return html.unescape(re.sub(r"<[^>]*>", "", answerer.caption))
    step, origin = answerer.step or 0, run.origin
    seconds = run.snapshot.seconds * step / max(1, run.snapshot.step)
    values = {"time": duration(max(1, seconds)), "origin": origin and origin.name}
    if step:
        continued = mark("My own network, trained in {time}, starting from {origin}")
        return tr(continued if origin else mark("My own network, trained in {time}"), **values)
    continued = mark("My own network, untrained, starting from {origin}")
    return tr(continued if origin else mark("My own network, untrained"), **values)
