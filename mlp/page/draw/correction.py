"""Correct an answer: the drawing joins the visitor's own digits, which the network can learn at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mlp.images.drawings.drawing_set import as_pixels
from mlp.images.input_image import InputImage, with_article
from mlp.jobs.limits import limits
from mlp.jobs.origin import Origin
from mlp.jobs.snapshot import Snapshot
from mlp.language import Later, mark, tr
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.draw.collect import KEPT_DRAWINGS, change_drawings
from mlp.page.draw.networks import Answerer, answering
from mlp.page.draw.reading import DigitAnswer, Reading
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.link import hidable
from mlp.page.script.redraw import redraw, rerun_page
from mlp.page.session_var import ControlVar
from mlp.page.style.html import announced
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import RUN, begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import N_MIXED, DrawingData, drawing_data
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.teaching import EPOCHS, shares_read, teaching_settings

_refused = Refusal("teach_now")

_corrected = ControlVar[int | None]("corrected", None)
"""The true digit of the drawing; a control."""

hidable("correction", "Not right? It was a …")


def correction_row(visitor: Visitor) -> Row:
    """Take the drawing as a digit; after *Teach it now* the row shows what that run costs on MNIST."""
    run = answering(visitor).shelved.run
    taught = run is not None and state.taught.get()[0] == run.number
    return Row(partial(_correct, visitor), (STROKE, KEPT_DRAWINGS, RUN) if taught else (STROKE, KEPT_DRAWINGS))


def _correct(visitor: Visitor) -> None:
    """Draw the ten digits to choose from, with the one chosen for this drawing before, if any."""
    own, drawing, answerer = visitor.digits.now, this_page().desk.digit, answering(visitor)
    if drawing is None or drawing.kind not in ("drawing", "picture") or not answerer.reader.reads_digits:
        return
    place = own.place_of(drawing.image)
    digit = None if place is None else own.examples[place].label
    _corrected.set(digit)
    with st.container(key="correction"), _corrected.placed():
        st.pills(
            tr("Not right? It was a"),
            list(range(10)),
            key=_corrected.key,
            on_change=_corrected.on_change(_keep_digit),
            args=(visitor, drawing),
            help=tr("Keeps this drawing under “Your drawings” for a network to learn. Press again to remove it."),
        )
    _refused.show()
    taught = _taught(answerer, drawing)
    if taught:
        st.html(taught)
    elif digit is not None:
        kept = mark("Kept as <b>{digit}</b><span> in Your drawings ({n:,})</span>")
        text = tr(kept, digit=with_article(str(digit)), n=len(own))
        with st.container(horizontal=True, vertical_alignment="center", key="kept_row", gap="small"):
            st.button(tr("Teach it now"), key="teach_now", on_click=_teach_now, args=(visitor,))
            st.html(announced("kept", text), width="content")
    else:
        st.html(announced("kept", ""))


def _keep_digit(visitor: Visitor, drawing: InputImage) -> None:
    """Keep the drawing under the pressed digit, or remove it if pressed again, unless another one is drawn by now."""
    label, own, digit = _corrected.get(), visitor.digits.now, this_page().desk.digit
    place, is_there = own.place_of(drawing.image), digit is not None and np.array_equal(digit.image, drawing.image)
    if is_there and label is not None:
        change_drawings(visitor.digits, lambda own: own.with_example(label, drawing.image, drawing.strokes), _refused)
    elif is_there and place is not None:
        visitor.digits.change(own.without_examples([place]))
    redraw(KEPT_DRAWINGS)


def _teach_now(visitor: Visitor) -> None:
    before: DigitAnswer = this_page().desk.answer.current  # the one that the page shows
    if teach(visitor, refusal=_refused) and before.drawing is not None and before.reading is not None:
        state.taught.set((visitor.runs.current, as_pixels(before.drawing.image).tobytes(), *before.reading))
        rerun_page()


def _taught(answers: Answerer, drawing: InputImage) -> str:
    """Return as HTML how teaching changed the answer for this drawing, and its cost; empty if it was not taught."""
    number, pixels, digit, share = state.taught.get()
    answering_run = answers.shelved.run
    if answering_run is None or answering_run.number != number or pixels != as_pixels(drawing.image).tobytes():
        return ""
    run = answering_run.snapshot
    shares = run.reader.predict_proba(drawing.image[None])[0]
    reading = Reading(int(shares.argmax()), float(shares.max())) if np.isfinite(shares).all() else "–"
    both: dict[str, Any] = {"before": str(Reading(digit, share)), "now": str(reading)}
    change, cost = tr("before: <b>{before}</b> → now: <b>{now}</b>", **both), _cost(run)
    heard = "" if run.playing else tr("Before: {before}. Now: {now}. {cost}", **both, cost=cost)
    return (
        f'<div class="ink-before-after"><p>{change}</p><p class="ink-status">{cost}</p></div>'
        f"{announced('kept', heard, visible=False)}"
    )


def _cost(run: Snapshot) -> str:
    """Return the cost of teaching on MNIST, as HTML."""
    measured = list(run.history.evaluations)
    if len(measured) < 2:
        return tr("measuring the effect on MNIST …")
    first, last = measured[0].accuracy, measured[-1].accuracy
    cost = tr("nothing") if last >= first else tr("{points:.1f} points", points=100 * (first - last))
    playing = mark("at step {step:,} it cost <b>{cost}</b> on MNIST: {first:.1%} → {last:.1%}")
    text = playing if run.playing else mark("it cost <b>{cost}</b> on MNIST: {first:.1%} → {last:.1%}")
    return tr(text, step=measured[-1].step, cost=cost, first=first, last=last)


def teaching_epochs() -> int:
    """Return the number of epochs of teaching."""
    return min(EPOCHS, limits().max_epochs)


def own_data(visitor: Visitor) -> DrawingData:
    """Return the visitor's digits among MNIST's, at the chosen share; a ValueError if there are none."""
    return drawing_data(visitor.digits.now, chosen_mnist(), state.own_share.get() / 100)


def teach(visitor: Visitor, data_of: Callable[[Visitor], DrawingData] = own_data, *, refusal: Refusal) -> bool:
    """Train the answering network further with digits mixed into MNIST's; for callbacks.

    If it was taught before, the lesson begins with the network from before that, so that lessons can be compared, and
    no network learns both one's own digits and a class's. Return whether a run has begun. If not, ``refusal`` has the
    reason.
    """
    answerer = answering(visitor)
    if not answerer.reader.reads_digits:
        alone = mark(
            "This network has learned drawings alone. Choose another network above the picture of the network."
        )
        other = mark("This network has learned other images. Choose another network above the picture of the network.")
        refusal.set(tr(answerer.reader.learned.of(alone, alone, other)))
        return False
    try:
        reader, name = _untaught(answerer)
        network = reader.network
        settings = teaching_settings(reader, epochs=teaching_epochs())
        if answerer.shelved.run is None and not answerer.shelved.is_shipped:  # the others are within the limits already
            limits().check(settings, N_MIXED)
        run = Run(settings, network, temperature=reader.temperature)
        data = data_of(visitor)
    except ValueError as error:
        text = mark("This network cannot be taught: {reason}. Choose another network above the picture of the network.")
        refusal.set(tr(text, reason=error.args[0]))
        return False
    before = visitor.job
    read_before = shares_read(Reader(network, straighten=reader.straighten), data)
    origin = Origin(name, answerer.shelved.root, read_before)
    begin(visitor, run, data, origin, refusal=refusal, within_limits=False, start_network=network)
    return visitor.job is not before


def _untaught(answerer: Answerer) -> tuple[Reader, str]:
    """Return the network that answers, or the one with which its lesson began, and the name of that network."""
    run, job = answerer.shelved.run, answerer.shelved.job
    if run is None or run.origin is None or not isinstance(run.data, DrawingData):
        return answerer.reader, answerer.shelved.title
    start = None if job is None else job.rewind.start
    if job is None or start is None:
        gone = mark("what it was before its last lesson, {origin}, is no longer known")
        raise ValueError(Later(gone, origin=run.origin.name))
    network = job.first_network or start.network  # which others may hold, too
    return Reader(network, temperature=start.temperature, straighten=start.settings.straighten), run.origin.name
