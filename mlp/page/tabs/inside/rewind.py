"""Rewind: any step of the run, for any drawing, and another run from there."""

import html
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.jobs.job import Job
from mlp.jobs.record import Record
from mlp.jobs.rewind import Replay, replay
from mlp.language import Later, mark, number, tr
from mlp.page import state
from mlp.page.draw.answer import answer_anew
from mlp.page.draw.networks import Answerer, answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.live.desk import STROKE
from mlp.page.script.redraw import redraw
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.tabs.inside import network_picture
from mlp.page.tabs.lab.experiment import GROWN, bars, begin_work, lab_refused, progress, work_of
from mlp.page.tabs.places import VIEW
from mlp.page.visitors.engine import engine
from mlp.page.visitors.refusals import reason
from mlp.page.visitors.runs import adopt, check_earlier_runs, check_memory, run_key
from mlp.page.visitors.shelf import answers_now
from mlp.page.visitors.visitor import Visitor

_lab_moment = ControlVar[int | None]("lab_moment", None)
"""The chosen saved step; a control."""
_lab_replay_of = SessionVar[tuple[int, bool] | None]("lab_replay_of", None)
"""Number of the run whose steps are computed again, and whether the result is shown."""


IDEA = mark(
    "Go back in time. The whole page then answers as your run did at that step: draw anything, and look inside. From "
    "any step you can continue in another way."
)
QUESTIONS = (
    (
        mark("At which step does the network read your drawing right for the first time, and does it stay right?"),
        mark(
            "Often within the first hundred steps. Then many answers waver for a while: the borders between digits "
            "still move, and your drawing may be near one of them."
        ),
    ),
    (
        mark("Go to a step in the middle, continue from there, and change nothing. Where does the second run end?"),
        mark(
            "At the same weights, bit for bit. The seed decides the order of the images, and the optimizer keeps "
            "its memory, so nothing is left to chance."
        ),
    ),
    (
        mark("Continue from a late step with a tenth of the learning rate. What does the curve do?"),
        mark(
            "The loss soon falls and jitters less: the weights stop jumping across the valley and settle into it. "
            "Early in a run, the same change only makes training slow."
        ),
    ),
)
EXPERIMENT = "rewind"
UNKEPT = 8  # a run of fewer steps has saved none


def choices(visitor: Visitor, data: Dataset) -> None:
    """Draw the slider of saved steps, and the field for an exact step."""
    subject_choice(data)
    job, back = answers_now(visitor).job, state.loan.get()
    if job is None:
        return
    newest, kept = job.snapshot().step, job.rewind.steps
    at = newest if back is None or back.step is None else back.step
    moments = sorted({*kept, newest, at})
    _lab_moment.set(at)
    with _lab_moment.placed():
        st.select_slider(
            tr("Saved step"),
            moments,
            key=_lab_moment.key,
            format_func=lambda step: number(step, ",d"),
            on_change=_lab_moment.on_change(_go_to),
            args=(visitor, job),
            width=200,
        )
    if newest:
        exact = SessionVar(f"lab_step_{at}", at)  # another field beside another step
        st.number_input(tr("Exact step"), 0, newest, at, key=exact.key, width=190)
        st.button(tr("Compute it"), key="lab_replay", on_click=_compute, args=(visitor, job, exact))
    st.button(tr("Back to now"), key="lab_now", on_click=_go_to_now, args=(visitor,), disabled=at == newest)


def view(visitor: Visitor, data: Dataset) -> None:
    """Draw the answers at this step and now, and the network at work."""
    job = answers_now(visitor).job
    lab_refused.show()
    if job is not None and not job.snapshot().step:
        nothing = tr("Your run has not taken a step yet, so there is nothing to go back to.")
        st.html(f'<p class="ink-note">{nothing}</p>')
        return
    if job is None:
        only = tr(
            "You can only rewind your newest run: train one, or choose it above. Any other network has only its final "
            "weights, not the steps that led there."
        )
        st.html(f'<p class="ink-note">{only}</p>')
        network_picture.draw(answering(visitor), subject(data))
        return
    if job.snapshot().step >= UNKEPT and not any(0 < step < job.snapshot().step // 2 for step in job.rewind.steps):
        restarted = mark(
            "This run has no saved steps, as the server has restarted since. Any step can still be computed exactly."
        )
        in_sweep = mark(
            "This run has no saved steps, as it trained in a sweep. Any step can still be computed exactly."
        )
        st.caption(tr(restarted if job.rewind.keeps else in_sweep))
    _take_replay(visitor, job)
    progress(EXPERIMENT, tr("Repeating the steps"))
    snapshot = job.snapshot()
    back = state.loan.get()
    step, then = (snapshot.step, snapshot.reader) if back is None or back.step is None else (back.step, back.reader)
    if not np.isfinite(then.network.values).all():
        st.info(tr(GROWN))
        return
    looked_at = subject(data)
    image = looked_at.image[None]
    measured = [evaluation for evaluation in snapshot.history.evaluations if evaluation.step <= step]
    _continue_button(visitor, job, step)
    values: dict[str, Any] = {
        "network": html.escape(tr(answers_now(visitor).title)),
        "step": step,
        "steps": snapshot.steps,
        "epoch": float(snapshot.history.epoch_at(step)),
    }
    text = tr("<b>{network}</b> at step {step:,} of {steps:,}, epoch {epoch:.2f}", **values)
    if measured:
        text = tr(
            "<b>{network}</b> at step {step:,} of {steps:,}, epoch {epoch:.2f}, with {share:.2%} of validation images "
            "right at step {at:,}",
            share=float(measured[-1].accuracy),
            at=measured[-1].step,
            **values,
        )
    network_picture.draw(Answerer(answering(visitor).shelved, then, text, step), looked_at)
    then_title, now_title = tr("At this step"), tr("Now")
    st.html(
        '<div class="lab-row">'
        f"{bars(then_title, then.predict_proba(image)[0], snapshot.reader.names)}"
        f"{bars(now_title, snapshot.reader.predict_proba(image)[0], snapshot.reader.names)}</div>"
    )


def _go_to_now(visitor: Visitor) -> None:
    state.loan.pop()
    _redraw_answers(visitor)


def _redraw_answers(visitor: Visitor) -> None:
    """Redraw all that the network reads, with the network of the chosen step."""
    answer_anew(visitor)
    redraw(VIEW, STROKE)


def _go_to(visitor: Visitor, job: Job) -> None:
    step = _lab_moment.get()
    if visitor.job is not job or step is None or step == job.snapshot().step:
        _go_to_now(visitor)
        return
    try:
        network = job.rewind.network(step)
    except LookupError:
        return  # the exactly computed step, which is already shown
    state.loan.set(state.Loan(run_key(visitor.runs.current), replace(job.snapshot(), network=network).reader, step))
    _redraw_answers(visitor)


def _compute(visitor: Visitor, job: Job, step: SessionVar[int]) -> None:
    try:
        again = replay(job.rewind, job.training_data, job.snapshot().history.rate_changes, step.get())
    except LookupError:
        lab_refused.set(Later("This step can’t be computed, as the run’s first weights are no longer known."))
        return
    begin_work(visitor, EXPERIMENT, again)
    _lab_replay_of.set((visitor.runs.current, False))


def _take_replay(visitor: Visitor, job: Job) -> None:
    """Show the computed step as soon as it is ready."""
    work, of = work_of(EXPERIMENT), _lab_replay_of.get()
    if work is None or of is None or of != (visitor.runs.current, False) or work.work.progress < 1:
        return
    run = work.work.run
    _lab_replay_of.set((visitor.runs.current, True))
    reader = replace(job.snapshot(), network=run.network).reader
    state.loan.set(state.Loan(run_key(visitor.runs.current), reader, run.step))
    st.rerun()


def _continue_button(visitor: Visitor, job: Job, step: int) -> None:
    """Draw the button that continues from an exactly computed step."""
    work = work_of(EXPERIMENT)
    exact: Replay | None = None if work is None or _lab_replay_of.get() != (visitor.runs.current, True) else work.work
    if exact is None or exact.run.step != step:
        if state.loan.get() is not None:
            st.caption(tr("Saved weights are rounded; to continue from here, compute the exact step."))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            tr("Continue from here"),
            key="lab_go_on",
            type="primary",
            on_click=_continue_run,
            args=(visitor, job, exact),
            help=tr("Starts a new run at this step, paused, so that you can change its learning rate first."),
        )
        exactly = tr("Step {step:,d} is exact to the last bit, with its optimizer’s memory.", step=step)
        st.caption(exactly, width="content")


def _continue_run(visitor: Visitor, job: Job, exact: Replay) -> None:
    snapshot, step = job.snapshot(), exact.run.step
    seconds = snapshot.seconds * step / max(snapshot.step, 1)
    record = Record(exact.run.copy(), job.data, snapshot.history.until(step), seconds, None, False, {})
    try:
        check_earlier_runs(visitor)
        check_memory(visitor, [exact.run.settings], job.data)
        other = Job.resumed(record, engine(), visitor.id, first_network=job.first_network)
    except (ValueError, OSError) as error:
        lab_refused.set(Later("This run cannot continue: {reason}", reason=reason(error)))
        return
    other.rewind = job.rewind.until(step)
    state.loan.pop()
    adopt(visitor, other, job.data, visitor.runs.origin)
