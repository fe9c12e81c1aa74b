"""Share: a link to the experiment, and a picture of how a network learned to read the drawing, or reads it now."""

import html
import re
from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.take_home.learning_picture import Story, moments_of, moving_picture, still_picture
from mlp.images.input_image import InputImage
from mlp.images.stroke_link import strokes_to_text
from mlp.jobs.workers.picture_readers import paint
from mlp.page import state
from mlp.page.draw.networks import Answering, answering, answering_as, is_seen
from mlp.page.draw.reading import true_label
from mlp.page.live.desk import STROKE
from mlp.page.live.tabs import this_tab
from mlp.page.style.download_button import download_button
from mlp.page.style.redraw import part
from mlp.page.style.theme import LIGHT
from mlp.page.train.run_words import duration
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData

_BUTTON = """
<div class="ink-share" data-drawing="{drawing}">
  <button type="button" class="ink-copy">Copy link to this experiment</button>
  <p class="ink-status" role="status"></p>
  <button type="button" class="ink-copy ink-to-board">Board mode: one part at a time, in large type</button>
  <input class="ink-link" type="text" readonly hidden aria-label="Link to this experiment">
</div>
"""


def share_section(visitor: Visitor) -> None:
    """Draw the button that copies the page's address, which holds the settings, and those that download a picture."""
    _copy_link()
    _picture(visitor)


@part("share_link", STROKE)
def _copy_link() -> None:
    # Only the copied link holds the drawing, not the address.
    drawing = this_tab().desk.drawing
    strokes = strokes_to_text(drawing.strokes) if drawing is not None and drawing.strokes else None
    st.html(_BUTTON.format(drawing=html.escape(strokes or "")))


@part("share_picture", STROKE)
def _picture(visitor: Visitor) -> None:
    """Draw the buttons that paint and download a picture."""
    desk = this_tab().desk
    drawing = None if desk.is_empty else desk.digit
    if drawing is None:
        st.button("Draw first for a picture", key="share_still", icon=":material/image:", disabled=True)
        return
    # It is painted outside of the script, so the session's values are passed; a playing run answers as it is then.
    made = partial(picture, visitor, drawing, state.network.get(), state.rewound.get())
    if answering(visitor).kind == "run" and visitor.job is not None and visitor.job.rewind.keeps:
        download_button(
            "Download a moving picture",
            partial(made, moving_picture),
            "inkling-as-it-learned.webp",
            key="share_moving",
            icon=":material/animation:",
            help="Downloads how your network learned to read your drawing, in five seconds.",
        )
    download_button(
        "Download a picture",
        partial(made, still_picture),
        "inkling-drawing.png",
        key="share_still",
        icon=":material/image:",
        help="Downloads your drawing with the network’s answer.",
    )


def picture(
    visitor: Visitor,
    drawing: InputImage,
    network: str | None,
    rewound: state.Rewound | None,
    painter: Callable[[Story], bytes],
) -> bytes:
    """Return the picture of a drawing as this network reads it now; safe outside of the script."""
    now = answering_as(visitor, network, rewound)
    shares, job = now.reader.predict_proba(drawing.image[np.newaxis])[0], visitor.job
    moments = [(0, shares)]
    if now.kind == "run" and now.step is not None and job is not None:
        moments = moments_of(job.rewind, now.reader, now.step, drawing.image)
    meant = true_label(visitor, drawing, now.reader)
    unseen = "It sees no digit" if now.reader.reads_digits else "It sees none of its signs"
    story = Story(
        drawing.pixels,
        moments,
        now.reader.names,
        int(moments[-1][1].argmax()) if meant is None else meant,
        _whose(visitor, now),
        LIGHT,
        _examples(visitor, now.reader.names),
        "" if is_seen(now.reader, drawing.image, shares) else unseen,
    )
    return paint(painter, story, visitor.id)


def _examples(visitor: Visitor, names: tuple[str, ...]) -> list[np.ndarray]:
    """Return the visitor's first drawing of each of these signs, (28, 28) uint8; empty if there are none."""
    data = None if visitor.job is None else visitor.job.data
    if not isinstance(data, DrawingData) or data.base is not None or data.names != names:
        return []
    learned = data.learned
    return [learned.images[np.argmax(learned.labels == label)].reshape(28, 28) for label in range(len(names))]


def _whose(visitor: Visitor, now: Answering) -> str:
    if now.kind != "run" or now.step is None or visitor.job is None:
        return html.unescape(re.sub(r"<[^>]*>", "", now.caption))
    run, origin = visitor.job.snapshot(), visitor.runs.origin
    trained = f"trained in {duration(max(1.0, run.seconds * now.step / max(1, run.step)))}"
    return f"My own network, {trained if now.step else 'untrained'}" + (
        f", starting from {origin.name}" if origin else ""
    )
