"""The section "Step by step": one training step in slow motion, on a copy."""

import html
from typing import Any

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep, slow_step
from mlp.images.mnist import Dataset
from mlp.language import in_order, mark, several, tr
from mlp.page import state
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.settings.controls import chosen_settings
from mlp.page.style.theme import plain
from mlp.page.tabs.places import Section
from mlp.page.tabs.step.backward import after, backward, check, update
from mlp.page.tabs.step.forward import forward, loss, minibatch, probabilities
from mlp.page.tabs.step.step_pieces import followed
from mlp.page.visitors.refusals import reason
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import sign_settings
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.synthetic_data import training_data
from mlp.training.run import Run

_slow_step = SessionVar[tuple[tuple[Any, ...], SlowStep] | None]("slow_step", None)
"""The step, after what it is a step of."""
_slow_stage = ControlVar[str]("slow_stage", "")
"""The open stage; a control."""


STAGES = {
    mark("Minibatch"): minibatch,
    mark("Forward"): forward,
    mark("Softmax"): probabilities,
    mark("Loss"): loss,
    mark("Backward"): backward,
    mark("Check"): check,
    mark("Update"): update,
    mark("After"): after,
}
FOLLOW_A_PICTURE = (minibatch, forward, probabilities, loss, backward)


@redrawn("step_through", where=Where.TAB)
def step_section(visitor: Visitor, data: Dataset) -> None:
    """Draw a training step, one stage at a time."""
    st.markdown(
        tr(
            "A network learns in thousands of steps, each from a handful of images. Here is **one of them in slow "
            "motion**, with its real numbers. It works on a copy, so your run stays as it is."
        )
    )
    try:
        step = _current(visitor, data)
    except (ValueError, OSError) as error:
        st.error(tr("There is no step to show: {reason}", reason=plain(tr(reason(error)))))
        return
    job = visitor.job
    is_extra = job is not None and step.epoch > job.snapshot().settings.epochs
    within, beyond = (
        mark("Step <b>{step:,}</b>, in epoch {epoch}"),
        mark("Step <b>{step:,}</b>, in epoch {epoch}, after the run’s last"),
    )
    facts = [
        tr("A new network") if job is None else html.escape(tr(all_runs(visitor)[0].title)),
        tr(beyond if is_extra else within, step=step.number, epoch=step.epoch),
        in_order(step.before.layer_sizes),
        several("{n} image", "{n} images", len(step.labels)),
        tr("learning rate {rate:.4g}", rate=float(step.learning_rate)),
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ink-status">{" · ".join(facts)}</p>', width="content")
        if job is not None:
            st.button(
                tr("Newest step"),
                key="slow_newest",
                on_click=_slow_step.set,
                args=(None,),
                icon=":material/refresh:",
                help=tr("Copies your run again, at its current step."),
            )
    stages = list(STAGES)
    stage = _slow_stage.choice(
        tr("Stage"),
        stages,
        format_func=lambda name: f"{stages.index(name) + 1} {tr(name)}",
        label_visibility="collapsed",
    )
    at = stages.index(stage)
    with st.container(border=True, key="slow_card"):
        _head(at, step, visitor, data)
        with np.errstate(over="ignore", invalid="ignore"):  # steps of a run that blew up are shown, too
            STAGES[stage](step)


def _head(at: int, step: SlowStep, visitor: Visitor, data: Dataset) -> None:
    """Draw the stage's title, its controls, and at the right *Back* and *Next*, which stay where they are."""
    name, n = list(STAGES)[at], len(step.labels)
    with st.container(horizontal=True, vertical_alignment="bottom", key="slow_head"):
        st.subheader(f"{at + 1:d}. {tr(name)}", anchor=False, width="stretch")
        if STAGES[name] in FOLLOW_A_PICTURE:
            state.slow_picture.start(followed(step))  # a default alone would leave the last number in the browser
            label = tr("Image to follow, 0 to {last}", last=n - 1)
            st.number_input(label, 0, n - 1, key=state.slow_picture.key, width=190)
        _back_and_next(at, step.number, visitor, data)


def _back_and_next(at: int, number: int, visitor: Visitor, data: Dataset) -> None:
    with st.container(horizontal=True, key="slow_steps", width="content"):
        st.button(
            tr("Back"),
            key="slow_back",
            icon=":material/arrow_back:",
            disabled=at == 0,
            on_click=_go_to_stage,
            args=(at - 1,),
        )
        if at + 1 < len(STAGES):
            following = tr("Next: {stage}", stage=tr(list(STAGES)[at + 1]))
            st.button(following, key="slow_next", type="primary", on_click=_go_to_stage, args=(at + 1,))
        else:
            st.button(
                tr("Next minibatch"),
                key="slow_next",
                type="primary",
                on_click=_next_minibatch,
                args=(visitor, data, number),
            )


def _go_to_stage(stage: int) -> None:
    _slow_stage.set(list(STAGES)[stage])


def _current(visitor: Visitor, data: Dataset) -> SlowStep:
    """Return a step of the visitor's run, or the first of a new network, computed anew when these are others."""
    job, settings = visitor.job, chosen_settings()
    if not data.learned.are_digits:
        settings = sign_settings(settings, data.names)
    origin = ("new", settings, data.name) if job is None else ("run", visitor.id, visitor.runs.current)
    kept = _slow_step.get()
    if kept is None or kept[0] != origin:
        kept = (origin, _step_of(Run(settings) if job is None else job.run_state(), visitor, data))
        _keep(*kept)
    return kept[1]


def _step_of(run: Run, visitor: Visitor, data: Dataset) -> SlowStep:
    """Return the next step of a run, on the images that it trains on."""
    if visitor.job is not None:
        dataset = visitor.job.training_data.load()
    elif not data.learned.are_digits:
        dataset = data
    else:
        dataset = training_data(chosen_mnist(), run.settings).load()
    return slow_step(run, dataset.train.images, dataset.train.labels)


def _keep(origin: tuple[Any, ...], step: SlowStep) -> None:
    _slow_step.set((origin, step))
    state.slow_picture.pop()  # the number now belongs to another image


def _next_minibatch(visitor: Visitor, data: Dataset, number: int) -> None:
    kept = _slow_step.get()
    assert kept is not None  # the button is below the step
    origin, step = kept
    if step.number != number:
        return  # a busy browser can send one press twice, but the visitor means one step
    _keep(origin, _step_of(step.run, visitor, data))
    _go_to_stage(0)


STEP = Section(mark("Step by step"), step_section, looks_at_images=True)
