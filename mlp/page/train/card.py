"""Draw the train card: buttons, progress, and curves that grow."""

import html
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import streamlit as st

from mlp.language import Later, tr, tr_as
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.live.live_page import this_page
from mlp.page.script.link import hidable
from mlp.page.script.redraw import redrawn
from mlp.page.settings.controls import chosen_settings, recipe_buttons, settings_panel
from mlp.page.style.html import live
from mlp.page.style.plots import QUANTITIES, PlacedPlot, draw_plot
from mlp.page.train import guess
from mlp.page.train.moving import View, curve_title, run_parts
from mlp.page.train.note import note_section, problems, refused
from mlp.page.train.speed import speed_choice, strip
from mlp.page.visitors.analysis_budget import LastResult
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import all_runs, begin, shows_run
from mlp.page.visitors.shelf import answers_now, shelf, to_learn
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.saved_sources import Source, fitted
from mlp.training.history import Quantity
from mlp.training.run import Run

hidable("train", "Train a new network")
hidable("pause", "Pause and Resume")
hidable("step", "One step")

READS = 0.75
"""Accuracy on validation images from which a first run reads."""
SINGLE_STEP_S = 0.12
"""Longest wait for a single step, which spares the page a second redraw."""


def wait_for_step(visitor: Visitor) -> None:
    """Wait briefly for a single step that was just started; call it before drawing anything that shows the step."""
    if visitor.job is not None:
        visitor.job.wait_for_step(SINGLE_STEP_S)


def is_first_try(visitor: Visitor) -> bool:
    """Whether the first run has steps left and has not read most digits yet: watching it is then what is next."""
    if visitor.job is None or len(all_runs(visitor)) > 1:
        return False
    now = visitor.job.snapshot()
    return now.can_continue and all(measured.accuracy < READS for measured in now.history.evaluations)


def script_state(visitor: Visitor) -> str:
    """Return a hash of what the card shows besides the progress: the browser asks for a script when it changes."""
    job, shown, trials = visitor.job, visitor.shown, visitor.shown.trials()
    kinds = () if job is None else tuple(problem.kind for problem in problems(job, job.snapshot()))
    errors = tuple(trial.snapshot.error for trial in trials)
    steps = None if shown.busy else tuple(trial.snapshot.step for trial in trials)
    numbers = *shelf(visitor), visitor.sweep.key, visitor.shows_sweep, is_first_try(visitor)
    return str(hash((visitor.forgotten, numbers, shown.playing, shown.can_continue, errors, steps, kinds)))


class Subject(NamedTuple):
    """What a new run learns where that is not up to the network that answers: its names, and what returns the data."""

    names: tuple[str, ...]
    data_of: Callable[[Visitor], Source]


def training_section(visitor: Visitor, reader: Reader, subject: Subject | None = None) -> None:
    """Draw what one presses, and what happens: it grows while the job plays; ``reader`` is the network that answers.

    A new run learns the ``subject``, by default what the network that answers reads.
    """
    st.header(tr_as("heading", "Train"), anchor=False)
    begin_run = partial(train, visitor) if subject is None else partial(train, visitor, subject.data_of)
    reads = _reads(to_learn(visitor)) if subject is None else subject.names
    _run_buttons(visitor, begin_run)
    recipe_buttons(begin_run)
    run, move = answers_now(visitor).run, partial(_move_setting, visitor, visitor.runs.current)
    settings_panel(reads, None if visitor.shows_sweep else run, move)
    _progress_and_curves(visitor, reader)
    note_section(visitor)


def _reads(data: Source) -> tuple[str, ...]:
    """Return what a network will read that learns from ``data``, of which no drawings are warped for it."""
    return data.names if isinstance(data, DrawingData) else data.load().learned.reads


def _run_buttons(visitor: Visitor, begin_run: Callable[..., None]) -> None:
    shown, playing = visitor.shown, visitor.shown.playing
    answers = answers_now(visitor)
    with st.container(horizontal=True, vertical_alignment="center", key="train_head", gap=None):
        st.button(tr("Train a new network"), key="train", on_click=begin_run)
        st.button(
            tr("Pause") if playing else tr("Resume"),
            key="pause",
            disabled=not shown.can_continue,
            on_click=_set_playing,
            args=(visitor, visitor.runs.current, not playing),
        )
        if answers.is_earlier and shown.can_continue and not visitor.shows_sweep:  # the buttons are the newest one’s
            which = html.escape(tr(all_runs(visitor)[0].title))
            st.html(f'<p class="ink-status" title="{which}">{which}</p>', width="content")
        st.button(
            tr("One step"),
            key="step",
            disabled=answers.is_earlier or visitor.shows_sweep or bool(shown.jobs and not shown.can_continue),
            on_click=_step,
            args=(visitor, visitor.runs.current, begin_run),
            help=tr("Trains on a single minibatch, then stops."),
        )
        speed_choice(visitor)


def _move_setting(visitor: Visitor, number: int, key: str) -> None:
    """Change the learning rate of the playing run, too."""
    if key == "learning_rate" and visitor.job is not None and visitor.job.playing and shows_run(visitor, number):
        visitor.job.set_learning_rate(float(state.control(key).get()))


@redrawn("progress_and_curves")
def _progress_and_curves(visitor: Visitor, reader: Reader) -> None:
    """Draw the parts that change while a run plays; from then on the live channel updates them."""
    epochs, asks = int(state.control("epochs").get()), guess.is_asked(visitor)
    answers = answers_now(visitor)
    view = View(answers.key, reader, state.speed.get(), epochs, guess.guess_of(visitor), asks, LastResult())
    page = this_page()
    parts = run_parts(visitor, view, page)
    drawn = parts.get("step")
    page.register("run", partial(run_parts, visitor, view._replace(drawn=drawn or (0, 0))))
    if not page.followed:
        page.arrived(drawn)
    with st.container(key="progress"):
        for name in ("number", "about"):
            if f"html.{name}" in parts:
                st.html(live(name, parts[f"html.{name}"]))
        st.html(live("progress", parts["html.progress"]))
        if drawn is not None:
            st.html(live("strip", strip(visitor, page.desk, answers)))
        st.html(live("spoken", parts["html.spoken"], "p hidden data-say"))
    with st.container(key="curves"):
        if "plot.loss" not in parts:  # the network that answers has no run
            return
        for quantity, column in zip(QUANTITIES, st.columns(2, gap="medium"), strict=True):
            with column.container(key=f"{quantity}_curve", gap=None):
                _curve(visitor, quantity, parts.get(f"html.{quantity}_summary"), parts.get(f"plot.{quantity}"), epochs)


def _curve(visitor: Visitor, quantity: Quantity, summary: str | None, plot: PlacedPlot | None, epochs: int) -> None:
    """Draw a chart with its title: one of a run if there is a summary; empty axes for a guess if there is no plot."""
    with st.container(horizontal=True, wrap=False, gap="small", key=f"{quantity}_head"):
        st.html(curve_title(quantity, summary))
        if quantity == "accuracy" and summary is not None and plot is not None:
            guess.guess_button(visitor)
    if plot is None:
        guess.empty_axes(epochs)
    else:
        draw_plot(quantity, plot)


def train(
    visitor: Visitor, data_of: Callable[[Visitor], Source] = to_learn, *, refusal: Refusal = refused, play: bool = True
) -> None:
    """Begin a new run, by default on what the network that answers reads, or set the ``refusal``; for callbacks."""
    try:
        data, settings = data_of(visitor), chosen_settings()
        run = Run(fitted(settings, data))
    except ValueError as error:
        refusal.set(Later("This run cannot start: {reason}", reason=reason(error)))
        return
    begin(visitor, run, data, refusal=refusal, play=play)


def _set_playing(visitor: Visitor, number: int, play: bool) -> None:
    # Do what the button said rather than toggle: another page may have changed the state already.
    if shows_run(visitor, number):
        (visitor.shown.play if play else visitor.shown.pause)()


def _step(visitor: Visitor, number: int, begin_run: Callable[..., None]) -> None:
    if not shows_run(visitor, number):
        return
    if visitor.job is None:
        begin_run(play=False)
    if visitor.job is not None:
        visitor.job.step()
