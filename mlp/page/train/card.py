"""Draw the train card: buttons, progress, and curves that grow."""

from functools import partial

import streamlit as st

from mlp.jobs.snapshot import Snapshot
from mlp.page import state
from mlp.page.live.tabs import this_tab
from mlp.page.settings.controls import chosen_settings, settings_panel
from mlp.page.settings.recipe_buttons import recipe_buttons
from mlp.page.style.glossary import tappable
from mlp.page.style.link import hidable
from mlp.page.style.plots import draw_plot
from mlp.page.style.redraw import fragment
from mlp.page.train import guess, overlay
from mlp.page.train.diagnoses import refused
from mlp.page.train.large_number import large_number
from mlp.page.train.moving import View, plot_of, run_parts
from mlp.page.train.note import note_section
from mlp.page.train.run_words import accuracy_summary, loss_summary, progress
from mlp.page.train.speed import speed_choice, strip
from mlp.page.train.spoken import spoken_progress
from mlp.page.visitors.refusals import reason
from mlp.page.visitors.runs import begin, shows_run, starts_slowly
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import Evaluation
from mlp.training.run import Run

hidable("train", "Train a new network")
hidable("pause", "Pause and Resume")
hidable("step", "One step")


def training_section(visitor: Visitor) -> None:
    """Draw what one presses on the left, and on the right what happens: it grows while the job plays."""
    st.header("Train", anchor=False)
    with st.container(key="train_left", gap=None):
        _run_buttons(visitor)
        recipe_buttons(partial(train, visitor))
        settings_panel(partial(_move_setting, visitor, visitor.runs.current))
    with st.container(key="train_right", gap=None):
        fragment(_run_and_curves, key="progress_and_curves")(visitor)
        note_section(visitor)


def _run_buttons(visitor: Visitor) -> None:
    now = visitor.job.snapshot() if visitor.job else None
    sweep = visitor.shown_sweep
    playing = sweep.playing if sweep else now is not None and now.playing
    with st.container(horizontal=True, vertical_alignment="center", key="train_head", gap=None):
        st.button("Train a new network", key="train", type="primary", on_click=train, args=(visitor,))
        st.button(
            "Pause" if playing else "Resume",
            key="pause",
            disabled=not sweep.can_continue if sweep else now is None or not now.can_continue,
            on_click=_set_playing,
            args=(visitor, visitor.runs.current, not playing),
        )
        st.button(
            "One step",
            key="step",
            disabled=sweep is not None or (now is not None and not now.can_continue),
            on_click=_step,
            args=(visitor, visitor.runs.current),
            help="Trains on a single minibatch, then stops.",
        )
        speed_choice(visitor)


def _move_setting(visitor: Visitor, number: int, key: str) -> None:
    """Change the learning rate of the playing run, too."""
    if key == "learning_rate" and visitor.job is not None and visitor.job.playing and shows_run(visitor, number):
        visitor.job.set_learning_rate(float(state.control(key).get()))


def _run_and_curves(visitor: Visitor) -> None:
    """Draw the parts that change while a run plays; from then on the live channel updates them."""
    job = visitor.job
    now = job.snapshot() if job else None
    view = View(
        speed=state.speed.get(),
        with_synthetic=state.show_synthetic.get(),
        guess=guess.guess_of(visitor),
        is_guessed=guess.is_asked(visitor),
        slow_start=now is None and starts_slowly(visitor),
        drawn=None if now is None else (visitor.runs.current, now.step),
    )
    tab = this_tab()
    tab.register("run", partial(run_parts, visitor, view))
    if visitor.shown_sweep is not None:
        overlay.sweep_and_curves(visitor.shown_sweep.trials(), view.guess)
        return
    if now is not None and not tab.followed:
        tab.arrived(view.drawn)
    with st.container(key="progress"):
        st.html(f'<div data-live="number">{large_number(job, now, visitor.runs.origin)}</div>')
        st.html(f'<div data-live="progress">{progress(now, view.speed, slow_start=view.slow_start)}</div>')
        st.html(f'<div data-live="strip">{strip(visitor, tab.desk) if now else ""}</div>')
        st.html(f'<p hidden data-say data-live="spoken">{spoken_progress(visitor, now, tab)}</p>')
    with st.container(key="curves"):
        _curves(visitor, now, view)


def _curves(visitor: Visitor, now: Snapshot | None, view: View) -> None:
    left, right = st.columns(2, gap="medium")
    with left.container(key="loss_curve", gap=None):
        st.html(_title("Loss", loss_summary(now)))
        draw_plot("loss", plot_of("loss", visitor, now, view, chosen_epochs()))
    with right.container(key="accuracy_curve", gap=None):
        if view.is_guessed:
            st.html(_title("Accuracy", ""))
            guess.empty_axes(chosen_epochs())
        else:
            with st.container(horizontal=True, wrap=False, gap="small", key="accuracy_head"):
                st.html(_title("Accuracy", accuracy_summary(now)))
                guess.guess_button(visitor)
            draw_plot("accuracy", plot_of("accuracy", visitor, now, view, chosen_epochs()))


def chosen_epochs() -> int:
    """Return the number of epochs on the slider, for empty axes."""
    return int(state.control("epochs").get())


def train(visitor: Visitor, *, play: bool = True) -> None:
    """Begin a new run with the settings of the controls; for callbacks."""
    try:
        run = Run(chosen_settings())
    except ValueError as error:
        refused.set(f"This run cannot start: {reason(error)}")
        return
    begin(visitor, run, chosen_mnist(), refusal=refused, play=play)


def _set_playing(visitor: Visitor, number: int, play: bool) -> None:
    # Do what the button said rather than toggle: another tab may have changed the state already.
    if (shown := visitor.shown_sweep) is not None:
        (shown.play if play else shown.pause)()
        return
    if visitor.job is None or not shows_run(visitor, number):
        return
    if play:
        visitor.job.play()
    else:
        visitor.job.pause()


def _step(visitor: Visitor, number: int) -> None:
    if not shows_run(visitor, number):
        return
    if visitor.job is None:
        train(visitor, play=False)
    if visitor.job is not None:
        visitor.job.step()


def _title(name: str, value: str) -> str:
    return (
        f'<p class="ink-status ink-curve"><b class="name">{tappable(name.lower(), name)}</b> '
        f'<span style="color:var(--accent)">━ {tappable("training")}</span> '
        f'<span style="color:var(--second)">╍ {tappable("validation")}</span> '
        f'<span class="value" data-live="{name.lower()}_summary">{value}</span></p>'
    )


def accuracy_at(measured: Evaluation | None) -> str:
    """Return a validation accuracy as text, with its step.

    Examples
    --------
    >>> accuracy_at(Evaluation(7812, 5.0, 0.1, 0.9624)), accuracy_at(None)
    ('96.24% at step 7,812', '–')
    """
    return "–" if measured is None else f"{measured.accuracy * 100:.2f}% at {measured.moment}"
