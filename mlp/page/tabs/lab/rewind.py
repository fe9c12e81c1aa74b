"""Rewind: any moment of the run, for any drawing; and another way on from there."""

import html
from dataclasses import replace

import streamlit as st

from mlp.jobs.job import Job
from mlp.jobs.moments.rewind import Replay, advanced, replay
from mlp.jobs.record import Record
from mlp.page import state
from mlp.page.draw.canvas import draw_anew
from mlp.page.draw.networks import Answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.style import theme
from mlp.page.tabs.inside import network_picture
from mlp.page.tabs.inside import style as inside_style
from mlp.page.tabs.lab.parts import bars, facts_list, is_finite
from mlp.page.tabs.lab.work import begin_work, progress, work_of
from mlp.page.train.data_state import DataState
from mlp.page.visitors.engine import engine
from mlp.page.visitors.refusals import reason, refuse, show_refusal
from mlp.page.visitors.runs import adopt, check_memory
from mlp.page.visitors.visitor import Visitor

SAID = (
    "Go back in time. The whole page then answers as your run did at that moment: draw anything, and look inside. From "
    "any step you can go on again, another way."
)
ROOM = "rewind"
UNKEPT = 8  # steps: a run of so many has moments


def choices(visitor: Visitor, data: DataState) -> tuple[()]:
    """Draw the slider of moments, and the exact step."""
    job = visitor.job
    if job is None:
        return ()
    now, kept = job.snapshot().step, job.rewind.steps
    back = state.rewound.get()
    at = back[1] if back is not None and back[0] == visitor.runs.number else now
    subject_choice(data.dataset)
    moments = sorted({*kept, now, at})
    state.lab_moment.set(at)
    st.select_slider(
        "Moment, in steps",
        moments,
        key=state.lab_moment.key,
        format_func=lambda step: f"{step:,d}",
        on_change=state.lab_moment.on_change(_go_to),
        args=(visitor, job),
        width=300,
    )
    if now:
        step = state.lab_step.get()
        if step is None or not 0 <= step <= now:
            state.lab_step.set(now)
        st.number_input("Exactly step", 0, now, key=state.lab_step.key, width=130)
        st.button("Compute it", key="lab_replay", on_click=_compute, args=(visitor, job))
    st.button("Back to now", key="lab_now", on_click=_go_to_now, disabled=at == now)
    return ()


def view(visitor: Visitor, data: DataState) -> None:
    """Draw the moment: its answer beside that of now, and the network at work."""
    inside_style.apply()
    job = visitor.job
    show_refusal("lab")
    if job is not None and not job.snapshot().step:
        st.html('<p class="ink-said">Your run has taken no step yet: there is nothing to go back to.</p>')
        return
    if job is None:
        st.html(
            '<p class="ink-said">Only your own run can be rewound: press <b>Train a new network</b> above. A network '
            "that came from a file brings its end alone, not how it was learned.</p>"
        )
        return
    if job.snapshot().step >= UNKEPT and not any(0 < step < job.snapshot().step // 2 for step in job.rewind.steps):
        st.caption(
            "No saved steps of this run are here: it trained beside others, or before the server was restarted. Any "
            "step can be computed again, exactly."
        )
    _take_replay(visitor, job)
    progress(ROOM, "Taking the steps again")
    now = job.snapshot()
    back = state.rewound.get()
    step, then = (back[1], back[2]) if back is not None and back[0] == visitor.runs.number else (now.step, now.reader)
    if not is_finite(then.network):
        return
    looked_at = subject(data.dataset)
    image = looked_at.image[None]
    measured = [one for one in now.history.evaluations if one.step <= step]
    told = [("Moment", f"step {step:,} <small>of {now.steps:,}, epoch {now.history.epoch_at(step):.2f}</small>")]
    if measured:
        newest = measured[-1]
        told.append(("Right on validation images", f"{100 * newest.accuracy:.2f}% <small>at {newest.moment}</small>"))
    st.html(
        f'<p class="ink-said">Your run on <b>{html.escape(looked_at.name)}</b>.</p><div class="lab-row">'
        f"{bars('At this moment', then.predict_proba(image)[0], now.reader.names)}"
        f"{bars('Now', now.reader.predict_proba(image)[0], now.reader.names)}<div>{facts_list(told)}</div></div>"
    )
    _offer_to_go_on(visitor, job, step)
    said = f"<b>Your run</b> at step {step:,}"
    network_picture.draw(Answering(then, "run", said, step), looked_at, theme.colors())


def _go_to_now() -> None:
    state.rewound.pop()
    _draw_all_anew()


def _draw_all_anew() -> None:
    """Let all that reads drawings read with the network of the moment."""
    draw_anew(["lab_rooms", *(one for one in state.stroke_readers.get() if one != "lab_view")])


def _go_to(visitor: Visitor, job: Job) -> None:
    step = state.lab_moment.get()
    if visitor.job is not job or step is None or step == job.snapshot().step:
        _go_to_now()
        return
    try:
        network = job.rewind.network(step)
    except LookupError:
        return  # it was computed exactly, and is what is looked at already
    state.rewound.set((visitor.runs.number, step, replace(job.snapshot(), network=network).reader))
    if state.network.get() == "run":
        _draw_all_anew()
    else:
        state.network.set("run")
        state.lab_moved.set(True)


def _compute(visitor: Visitor, job: Job) -> None:
    step = max(0, state.lab_step.get() or 0)
    try:
        again = replay(job.rewind, job.data, job.snapshot().history.rate_changes, min(step, job.snapshot().step))
    except LookupError:
        refuse("lab", "This step cannot be computed: how the run began is not known any more.")
        return
    begin_work(visitor, ROOM, advanced, again)
    state.lab_replay_of.set((visitor.runs.number, False))


def _take_replay(visitor: Visitor, job: Job) -> None:
    """Look at a step that was computed, once it is there."""
    work, of = work_of(ROOM), state.lab_replay_of.get()
    if work is None or of is None or of != (visitor.runs.number, False) or work.work.progress < 1:
        return
    run = work.work.run
    state.lab_replay_of.set((visitor.runs.number, True))
    state.rewound.set((visitor.runs.number, run.step, replace(job.snapshot(), network=run.network).reader))
    st.rerun()


def _offer_to_go_on(visitor: Visitor, job: Job, step: int) -> None:
    """Offer to go on from a step that was computed exactly."""
    work = work_of(ROOM)
    exact: Replay | None = (
        None if work is None or state.lab_replay_of.get() != (visitor.runs.number, True) else work.work
    )
    if exact is None or exact.run.step != step:
        if state.rewound.get() is not None:
            st.caption("These weights are rounded to two bytes each. To go on from here, compute the step exactly.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Go on from here",
            key="lab_go_on",
            type="primary",
            on_click=_go_on,
            args=(visitor, job, exact),
            help="As a run of its own, paused: change its learning rate first, or let it go as it went before.",
        )
        st.caption(f"Step {step:,d} is here bit for bit, with all that its optimizer knew.", width="content")


def _go_on(visitor: Visitor, job: Job, exact: Replay) -> None:
    now, step = job.snapshot(), exact.run.step
    seconds = now.seconds * step / max(now.step, 1)
    record = Record(exact.run.copy(), job.data, now.history.until(step), seconds, None, False, {})
    try:
        check_memory(visitor, [exact.run.settings], job.data)
        other = Job.resumed(record, engine(), visitor.id, first_network=job.first_network)
    except (ValueError, OSError) as error:
        refuse("lab", f"This run cannot go on: {reason(error)}")
        return
    other.rewind = job.rewind.until(step)
    state.rewound.pop()
    adopt(visitor, other, job.data, visitor.runs.origin)
