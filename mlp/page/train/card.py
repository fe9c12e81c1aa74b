"""Draw the train card: buttons, progress, and curves that grow."""

import html

import streamlit as st

from mlp.jobs.earlier_runs import NumberedRun, differences
from mlp.jobs.snapshot import Snapshot
from mlp.page import state
from mlp.page.settings.panel import card_settings, chosen_settings
from mlp.page.style import charts, theme
from mlp.page.style.fragments import fragment
from mlp.page.style.glossary import tappable
from mlp.page.style.theme import plain
from mlp.page.train import guess, overlay
from mlp.page.train.curve_words import curve_said
from mlp.page.train.data_state import DataState, data_state
from mlp.page.train.diagnoses import show_diagnoses
from mlp.page.train.speed import note_frame, speed_choice, strip
from mlp.page.train.spoken import spoken_progress
from mlp.page.train.written_accuracy import written_accuracy_section
from mlp.page.visitors.other_tabs import shows_run
from mlp.page.visitors.redraw_interval import QUICKEST_S, every
from mlp.page.visitors.refusals import reason, refuse, show_refusal
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Evaluation
from mlp.training.run import Run
from mlp.training.settings_table import LEARNING_RATES, setting_names

SINGLE_STEP_S = 0.12
"""The longest that the page waits for a step that was asked for, in place of drawing itself again when it is done."""


def training_section(visitor: Visitor, data: DataState) -> None:
    """Draw the buttons and the curves, which grow while the job plays."""
    job = visitor.job
    if job is not None:
        job.wait_for_step(SINGLE_STEP_S)
    now = job.snapshot() if job else None
    sweep = visitor.shown_sweep
    with st.container(horizontal=True, vertical_alignment="center", key="train_head"):
        st.header("Train", anchor=False, width="content")
        st.button("Train a new network", key="train", type="primary", on_click=train, args=(visitor,))
        playing = sweep.playing if sweep else now is not None and now.playing
        st.button(
            "Pause" if playing else "Resume",
            key="pause",
            disabled=not sweep.can_go_on if sweep else now is None or not now.can_go_on,
            on_click=_set_playing,
            args=(visitor, visitor.runs.number, not playing),
        )
        st.button(
            "One step",
            key="step",
            disabled=sweep is not None or (now is not None and not now.can_go_on),
            on_click=_step,
            args=(visitor, visitor.runs.number),
            help="Take a single minibatch, and stop.",
        )
        speed_choice(visitor)
    with st.container(horizontal=True, vertical_alignment="center", key="train_settings", gap="medium"):
        card_settings()
        if now is not None and now.can_go_on and sweep is None:
            _live_rate(visitor, now)
    if visitor.notice:
        st.warning(plain(visitor.notice))
        visitor.notice = None
    show_refusal("train")
    guess.guess_row(visitor)
    # In the session's state, not an argument: the fragment may be that of a script that was broken off.
    redraw_s = _redraw_s(visitor, now)
    state.redraw_s.set(redraw_s)
    fragment(_watch, run_every=redraw_s, key="progress_and_curves")(visitor)


def _live_rate(visitor: Visitor, now: Snapshot) -> None:
    """Draw the slider that changes the learning rate of the run as it is; outside the fragment that polls."""
    rates = sorted({*LEARNING_RATES, now.learning_rate})
    state.live_rate_of.set(visitor.runs.number)
    if state.live_rate.get() != now.learning_rate:  # another run, or another tab has changed it
        state.live_rate.set(now.learning_rate)
    st.select_slider(
        "Rate of this run",
        rates,
        key=state.live_rate.key,
        format_func=lambda rate: f"{rate:g}",
        on_change=_set_rate,
        args=(visitor,),
        width=260,
        help="Changes the run that is on, from its next steps; a thin line in the curves marks the moment. "
        "The other slider is for new runs.",
    )


def _set_rate(visitor: Visitor) -> None:
    rate = state.live_rate.get()
    if rate is not None and visitor.job is not None and shows_run(visitor, state.live_rate_of.get()):
        visitor.job.set_learning_rate(rate)


def _redraw_s(visitor: Visitor, now: Snapshot | None) -> float | None:
    """Give the seconds between two looks at a run or a sweep, None for one that stands still."""
    sweep = visitor.shown_sweep
    moves = sweep.busy if sweep else now is not None and (now.playing or now.busy)
    return every(QUICKEST_S) if moves else None


def _watch(visitor: Visitor) -> None:
    job = visitor.job
    now = job.snapshot() if job else None
    if visitor.shown_sweep is not None:
        overlay.sweep_and_curves(visitor.shown_sweep.trials(), theme.colours())
    else:
        _run_and_curves(visitor, now)
    if _redraw_s(visitor, now) != state.redraw_s.get() or visitor.notice:
        st.rerun()  # the buttons change and polling ends, its interval changes as others come or go, or there is news


def _run_and_curves(visitor: Visitor, now: Snapshot | None) -> None:
    job = visitor.job
    if now is not None:
        note_frame(visitor, "curves", now.step)
    with st.container(key="progress"):
        st.html(_progress(now) + (strip(visitor) if now else ""))
        if now is not None:
            st.html(spoken_progress(visitor, now))
    if now is not None and now.error:
        st.error(plain(now.error))
    with st.container(key="curves"):
        colours = theme.colours()
        earlier = visitor.runs.shown_runs()
        loss, accuracy = charts.curves(
            now.history if now else None,
            now.settings.epochs if now else chosen_epochs(),
            colours,
            [(f"run {run.number}", run.snapshot.history) for run in earlier],
            with_written=state.show_written.get(),
            guess=guess.guess_of(visitor, now.settings.epochs) if now else None,
        )
        kept_from_it = visitor.runs.origin is None
        left, right = st.columns(2, gap="medium")
        left.html(_title("Loss", _loss_said(now, kept_from_it)))
        left.image(loss, width="stretch", alt=curve_said("loss", now))
        with right:
            if guess.is_asked(visitor):
                st.html(_title("Accuracy", "draw your guess"))
                guess.empty_axes(chosen_epochs(), colours)
            else:
                st.html(_title("Accuracy", _accuracy_said(now, kept_from_it)))
                st.image(accuracy, width="stretch", alt=curve_said("accuracy", now))
        with st.container(horizontal=True, vertical_alignment="center", key="curves_foot"):
            if now is not None and (told := guess.told(visitor, now)):
                st.html(told)
            if earlier:
                st.html(_legend(now, earlier))
            if now is not None:
                written_accuracy_section(now, list(visitor.own))
    if job is not None and now is not None:
        show_diagnoses(visitor, job, now)


def chosen_epochs() -> int:
    """Give the number of epochs on the slider, for the empty axes."""
    return int(state.control("epochs").get())


def train(visitor: Visitor, *, play: bool = True) -> None:
    """Begin a new run with the settings of the controls; for callbacks."""
    try:
        run = Run(chosen_settings())
    except ValueError as error:
        refuse("train", f"This run cannot start: {reason(error)}")
        return
    begin(visitor, run, data_state().source, place="train", play=play)


def _set_playing(visitor: Visitor, number: int, play: bool) -> None:
    # Do what the button said, not the opposite of the present state: another tab may have changed that already.
    if visitor.shown_sweep is not None:
        (visitor.shown_sweep.play if play else visitor.shown_sweep.pause)()
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


def _progress(now: Snapshot | None) -> str:
    if now is None:
        return (
            '<div class="ink-track"></div><p class="ink-status">Nothing trained yet. Press <b>Train a new network</b>: '
            f"it begins with random {tappable('weight', 'weights')}, and reads your drawing again and again as it "
            "learns.</p>"
        )
    parts = [now.moment]
    if now.speed != "full" and len(now.history):
        parts.append(f"right on {now.history.accuracies[-1] * 10:.0f} of 10")
        if now.playing and now.speed != state.speed.get().lower():
            parts.append("slowly at first")
    if now.images_per_second and not now.waits and now.speed == "full":
        parts.append(f"{now.images_per_second:,.0f} images a second")
        parts.append(f"{duration(now.seconds_left or 0)} left")
    elif now.finished:
        parts.append(f"done after {duration(now.seconds)} of training")
    elif now.diverged:
        parts.append("stopped")
    elif not now.playing:
        parts.append("pausing …" if now.busy else "paused")
    parts.append(html.escape(f"on {now.data_name}"))
    if now.worker_failures and now.error is None:
        times = "once" if now.worker_failures == 1 else f"{now.worker_failures} times"
        parts.append(f"its process was lost {times}, and nothing with it")
    return (
        f'<div class="ink-track" role="progressbar" aria-label="Training" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{now.share_done * 100:.0f}"><i style="width:{now.share_done:.2%}"></i></div>'
        f'<p class="ink-status">{" · ".join(parts)}</p>'
        + (f'<p class="ink-status" role="status">{html.escape(now.waits)}</p>' if now.waits else "")
    )


def _title(name: str, value: str) -> str:
    return (
        f'<p class="ink-status ink-curve"><b class="name">{tappable(name.lower(), name)}</b> '
        f'<span style="color:var(--accent)">━ {tappable("training")}</span> '
        f'<span style="color:var(--second)">╍ {tappable("validation")}</span> <span class="value">{value}</span></p>'
    )


def _loss_said(now: Snapshot | None, kept_from_it: bool) -> str:
    newest = now.history.newest if now else None
    if newest is None:
        return '<span class="ink-more">how wrong it is; </span>2.3 is a blind guess'
    return f"<b>{newest.loss:.3f}</b> at {newest.moment}{_measured_on(kept_from_it)}"


def _accuracy_said(now: Snapshot | None, kept_from_it: bool) -> str:
    newest = now.history.newest if now else None
    if newest is None:
        return "share read right"
    return f"<b>{newest.accuracy * 100:.2f} %</b> at {newest.moment}{_measured_on(kept_from_it)}"


def _measured_on(kept_from_it: bool) -> str:
    """Say so where a run went on from a network that was trained on the validation images."""
    return "" if kept_from_it else ", on images it may know from before"


def _legend(now: Snapshot | None, earlier: list[NumberedRun]) -> str:
    """Say what the quiet grey lines are, and in what their settings differ from the run that is on."""
    said = []
    for run in earlier:
        settings = run.snapshot.settings
        different = differences([settings, now.settings]) if now else {}
        text = (
            ", ".join(f"{setting_names()[name]} {values[0]}" for name, values in different.items())
            or "the same settings"
        )
        said.append(f"<b>run {run.number}</b> {html.escape(text)}")
    return f'<p class="ink-status">In grey, validation of earlier runs: {" · ".join(said)}</p>'


def accuracy_at(measured: Evaluation | None) -> str:
    """Write a validation accuracy with its moment.

    Examples
    --------
    >>> accuracy_at(Evaluation(7812, 5.0, 0.1, 0.9624)), accuracy_at(None)
    ('96.24 % at step 7,812', '–')
    """
    return "–" if measured is None else f"{measured.accuracy * 100:.2f} % at {measured.moment}"


def duration(seconds: float) -> str:
    """Write a time for a person.

    Examples
    --------
    >>> duration(7.4), duration(75), duration(7300)
    ('7 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
