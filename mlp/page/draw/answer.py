"""Show the answer: the digit, a bar for each class, and the preprocessing on the way."""

import html

import numpy as np
import streamlit as st

from mlp.images.input_image import InputImage
from mlp.page import state
from mlp.page.draw.canvas import follow_strokes
from mlp.page.draw.correction import Reading, correction
from mlp.page.draw.current_drawing import current_drawing
from mlp.page.draw.networks import Answering, answering, digit_in
from mlp.page.draw.stage_network import scene
from mlp.page.draw.stage_widget import stage_widget
from mlp.page.style.fragments import fragment
from mlp.page.style.theme import colours, image_url
from mlp.page.train.speed import note_drawing, note_frame, note_reading
from mlp.page.visitors.redraw_interval import every
from mlp.page.visitors.visitor import Visitor

MOST_ON_A_PHONE = 3
STAGE_PX = {4: 52, 5: 39}  # so many of them and the arrows between are as wide as the canvas
FOLLOW_S = 0.4  # between two looks with the newest weights, while a run plays

NO_DIGIT = (
    '<p class="none" role="status">I see no digit</p>',
    "<small>More like a dot, a scribble or a letter than like any of 0 to 9.</small>",
)
LOOK_INSIDE = "Look inside"


def reading_section(visitor: Visitor) -> None:
    """Draw the answer; while a run plays and answers, look again with its newest weights."""
    follows = visitor.job is not None and visitor.job.playing and state.network.get() == "run"
    fragment(_reading, run_every=every(FOLLOW_S) if follows else None, key="reading")(visitor)
    follow_strokes("reading", first=True)


def _reading(visitor: Visitor) -> None:
    now = answering(visitor)
    drawing = current_drawing()
    probabilities = None if drawing is None else now.reader.predict_proba(drawing.image[None])[0]
    seen = drawing is None or digit_in(drawing.image)
    note_drawing(None if drawing is None else drawing.image.tobytes())
    if now.step is not None:
        note_frame(visitor, "reading", now.step)
    reading = None
    if drawing is not None and probabilities is not None and np.isfinite(probabilities).all():
        reading = Reading(int(probabilities.argmax()), float(probabilities.max()))
        if now.step is not None:
            note_reading(visitor, drawing.image.tobytes(), now.step, *reading)
    with st.container(horizontal=True, key="stage_reading", gap="medium", wrap=False):
        with st.container(key="network_side", gap=None):
            reads = "" if drawing is None else f", reading {html.escape(drawing.name)}"
            st.html(f'<h2 class="ink-name">The network{reads}</h2>')
            _network(now, drawing, probabilities)
        with st.container(key="answer_side", gap=None):
            with st.container(key="answer", gap=None):
                # Two pieces, so that a screen reader is told of another digit, and not of each share on the way there.
                # While a run plays, it would be told of each that it tries: what is read then is said once it stands.
                silent = visitor.job is not None and visitor.job.playing and now.kind == "run"
                for piece in _answer(probabilities) if seen else NO_DIGIT:
                    said = piece.replace(' role="status"', "") if silent else piece
                    st.html(f'<div class="ink-answer">{said}</div>')
            with st.container(key="answer_by"):
                st.html(f'<p class="ink-by">{now.said}</p>')
            with st.container(key="bars"):
                st.html(_bars(probabilities if seen else None))
    with st.container(key="correction_row"):
        if drawing is not None:
            correction(visitor, drawing, reading)
    if state.stage_opened.pop():
        st.rerun()  # the tab that shows all of it lies outside of this fragment


def _network(now: Answering, drawing: InputImage | None, probabilities: np.ndarray | None) -> None:
    picture = scene(now.network, None if drawing is None else now.seen(drawing.image), probabilities)
    if picture is None:
        st.html('<p class="ink-status">Its weights have grown beyond all bounds: there is nothing left to see.</p>')
    else:
        stage_widget(picture, colours(), _open)


def _open() -> None:
    """Show the whole network in its tab."""
    state.stage_opened.set(True)
    state.leads_to.set(LOOK_INSIDE)
    state.inside_view.set("network")


def way_section(visitor: Visitor) -> None:
    """Draw, under the canvas, the way from the drawing to what the network is shown: a line, which opens.

    It is a fragment of its own, not a place that `reading_section` writes to: a script that was broken off
    could leave that fragment with a place that is no longer there.
    """
    fragment(_way, key="way")(visitor)
    follow_strokes("way")


def _way(visitor: Visitor) -> None:
    with st.container(key="way_line", gap=None):
        # Apart from the pictures, so that what was opened stays open when they change.
        st.html('<details class="ink-open"><summary>What it sees</summary></details>')
        with st.container(key="model_input"):
            st.html(_stages(current_drawing(), answering(visitor)))


def _answer(probabilities: np.ndarray | None) -> tuple[str, str]:
    """Give what is read, and what is to be said of it."""
    if probabilities is None:
        return (
            '<p class="none ink-empty" role="status">Nothing drawn yet</p>',
            "<small>Draw a digit from 0 to 9, large or small.</small>",
        )
    if not np.isfinite(probabilities).all():
        return (
            '<p class="none" role="status">No answer</p>',
            "<small>This network’s weights have grown beyond all bounds.</small>",
        )
    digit = int(probabilities.argmax())
    return f'<p class="digit" role="status">{digit}</p>', f"<small>{percent(probabilities[digit])} sure</small>"


def _bars(probabilities: np.ndarray | None) -> str:
    rows = []
    ranks = {} if probabilities is None else {int(digit): rank for rank, digit in enumerate(np.argsort(-probabilities))}
    best = -1 if probabilities is None or not np.isfinite(probabilities).all() else int(probabilities.argmax())
    for digit in range(10):
        share = 0.0 if best < 0 else float(probabilities[digit])  # type: ignore[index]
        text = "–" if best < 0 else percent(share)
        rank = ranks.get(digit, digit)
        names = " ".join(["best"] * (digit == best) + ["top"] * (rank < MOST_ON_A_PHONE))
        rows.append(
            f'<div role="listitem" class="{names}" style="--rank:{rank}"><b>{digit}</b>'
            f'<i style="--share:{share:.2%}"></i><span>{text}</span></div>'
        )
    return f'<div class="ink-bars" role="list" aria-label="Probability of each digit">{"".join(rows)}</div>'


def _stages(drawing: InputImage | None, now: Answering) -> str:
    image = np.zeros((28, 28), np.uint8) if drawing is None else drawing.image
    if drawing is None or drawing.stages is None:
        blank = np.zeros((28, 28), np.uint8)
        shown = [("as drawn", blank), ("cut to ink", blank), ("20 × 20", blank), ("28 × 28", blank)]
    else:
        first, second = ("as drawn", drawing.pixels), ("cut to ink", drawing.stages.cut)
        if drawing.thumbnail is not None:
            first, second = ("as uploaded", drawing.thumbnail), ("its ink", drawing.pixels)
        shown = [first, second, ("20 × 20", drawing.stages.fitted), ("28 × 28", drawing.image)]
    if now.reader.straighten:
        shown.append(("upright", now.seen(image)))
    figures = []
    for name, pixels in shown:
        height, width = pixels.shape[:2]
        scale = STAGE_PX[len(shown)] / max(height, width)
        figures.append(
            f'<figure><img src="{image_url(pixels)}" alt="the drawing {html.escape(name)}" '
            f'width="{max(1, round(width * scale))}" height="{max(1, round(height * scale))}">'
            f"<figcaption>{html.escape(name)}</figcaption></figure>"
        )
    return f'<div class="ink-stages">{"<span>→</span>".join(figures)}</div>'


def percent(share: float) -> str:
    """Write a probability as a percentage, never rounding doubt away.

    Examples
    --------
    >>> percent(0.9996), percent(0.123), percent(1.0)
    ('99.9 %', '12.3 %', '100.0 %')
    """
    shown = round(share * 100, 1)
    if shown == 100 and share < 1 - 1e-6:
        shown = 99.9
    return f"{shown:.1f} %"
