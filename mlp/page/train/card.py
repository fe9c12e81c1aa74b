"""Draw the train card: buttons, progress, and curves that grow."""

import html
from functools import partial

import streamlit as st

from mlp.jobs.earlier_runs import NumberedRun, differences
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Sweep
from mlp.page import state
from mlp.page.live.tabs import this_tab
from mlp.page.settings.controls import chosen_settings
from mlp.page.settings.panel import card_settings
from mlp.page.settings.recipe_buttons import recipe_buttons
from mlp.page.style.glossary import tappable
from mlp.page.style.hidable import hidable
from mlp.page.style.plots import draw_plot
from mlp.page.style.redraw import fragment
from mlp.page.style.theme import plain
from mlp.page.train import guess, overlay
from mlp.page.train.data_state import DataState, data_state
from mlp.page.train.diagnoses import show_diagnoses
from mlp.page.train.large_number import large_number
from mlp.page.train.moving import View, plot_of, run_parts
from mlp.page.train.run_words import accuracy_summary, loss_summary, measured_on, progress
from mlp.page.train.speed import speed_choice, strip
from mlp.page.train.spoken import spoken_progress
from mlp.page.train.synthetic_accuracy import synthetic_accuracy_section
from mlp.page.visitors.other_tabs import shows_run
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import begin, keeps_another_run, starts_slowly
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Evaluation
from mlp.training.run import Run
from mlp.training.settings_table import setting_names

_refused = Refusal("train")

hidable("train", "Train a new network")
hidable("pause", "Pause and Resume")
hidable("step", "One step")


def training_section(visitor: Visitor, data: DataState) -> None:
    """Draw the buttons and the curves, which grow while the job plays."""
    job = visitor.job
    now = job.snapshot() if job else None
    sweep = visitor.shown_sweep
    with st.container(horizontal=True, vertical_alignment="center", key="train_head"):
        st.header("Train", anchor=False, width="content")
        st.button("Train a new network", key="train", type="primary", on_click=train, args=(visitor,))
        playing = sweep.playing if sweep else now is not None and now.playing
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
    recipe_buttons(partial(train, visitor))
    with st.container(horizontal=True, vertical_alignment="center", key="train_settings", gap="medium"):
        card_settings(partial(_move_setting, visitor, visitor.runs.current))
    if visitor.notice:
        st.warning(plain(visitor.notice))
        visitor.notice = None
    is_refused = _refused.is_kept()
    _refused.show()
    if is_refused:
        _offer_room(visitor)
    fragment(_run_and_curves, key="progress_and_curves")(visitor)


def _offer_room(visitor: Visitor) -> None:
    """Draw a button that deletes an earlier run, if there are too many for another one."""
    oldest = next((run.number for run in visitor.runs.runs if run.number not in visitor.titles), None)
    if not keeps_another_run(visitor) and oldest is not None:
        st.button(
            f"Delete run {oldest:d}, the oldest without a name",
            key="delete_oldest",
            on_click=visitor.runs.delete,
            args=(oldest,),
        )


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
        overlay.sweep_and_curves(visitor, visitor.shown_sweep.trials(), view.guess)
        return
    if now is not None and not tab.followed:
        tab.arrived(view.drawn)
    with st.container(key="progress"):
        st.html(f'<div data-live="number">{large_number(job, now, visitor.runs.origin)}</div>')
        st.html(f'<div data-live="progress">{progress(now, view.speed, slow_start=view.slow_start)}</div>')
        st.html(f'<div data-live="strip">{strip(visitor, tab.desk) if now else ""}</div>')
        st.html(f'<p hidden data-say data-live="spoken">{spoken_progress(visitor, now, tab)}</p>')
    if now is not None and now.error:
        st.error(plain(now.error))
    with st.container(key="curves"):
        _curves(visitor, now, view)
    if job is not None and now is not None:
        show_diagnoses(visitor, job, now)


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
    guess.guess_row(visitor, "" if now is None or view.guess is None else guess.guess_comparison(view.guess.curve, now))
    with st.container(horizontal=True, vertical_alignment="center", key="curves_foot"):
        if warning := measured_on(None if visitor.job is None else visitor.job.data, visitor.runs.origin):
            st.html(f'<p class="ink-status">{warning}</p>', width="content")
        if earlier := visitor.runs.shown_runs():
            st.html(_legend(now, earlier))
        if now is not None and not guess.is_on():  # its row takes this place
            synthetic_accuracy_section(now, visitor.digits.now)


def chosen_epochs() -> int:
    """Return the number of epochs on the slider, for empty axes."""
    return int(state.control("epochs").get())


def train(visitor: Visitor, *, play: bool = True) -> None:
    """Begin a new run with the settings of the controls; for callbacks."""
    try:
        run = Run(chosen_settings())
    except ValueError as error:
        _refused.set(f"This run cannot start: {reason(error)}")
        return
    begin(visitor, run, data_state().source, refusal=_refused, play=play)


def _set_playing(visitor: Visitor, number: int, play: bool) -> None:
    # Do what the button said rather than toggle: another tab may have changed the state already.
    if isinstance(shown := visitor.shown_sweep, Sweep):
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


def _legend(now: Snapshot | None, earlier: list[NumberedRun]) -> str:
    """Return the legend of the gray lines as HTML: earlier runs, and how their settings differ from the current run."""
    texts = []
    for run in earlier:
        settings = run.snapshot.settings
        different = differences([settings, now.settings]) if now else {}
        text = (
            ", ".join(f"{setting_names()[name]} {values[0]}" for name, values in different.items())
            or "the same settings"
        )
        texts.append(f"<b>run {run.number}</b> {html.escape(text)}")
    return f'<p class="ink-status">Gray: validation of earlier runs: {" · ".join(texts)}</p>'


def accuracy_at(measured: Evaluation | None) -> str:
    """Return a validation accuracy as text, with its step.

    Examples
    --------
    >>> accuracy_at(Evaluation(7812, 5.0, 0.1, 0.9624)), accuracy_at(None)
    ('96.24% at step 7,812', '–')
    """
    return "–" if measured is None else f"{measured.accuracy * 100:.2f}% at {measured.moment}"
