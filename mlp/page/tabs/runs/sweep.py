"""Start a sweep over one setting, and rank its runs; the train card shows their curves."""

import html
from collections.abc import Sequence
from typing import Any

import streamlit as st

from mlp.analysis.training_way import settings_in_words
from mlp.jobs.limits import limits
from mlp.jobs.sweep import Sweep, Trial, leader, ranked, variations
from mlp.language import mark, tr, tr_as
from mlp.page.script.redraw import Where, redrawn
from mlp.page.script.reveal import reveal
from mlp.page.settings.controls import SETTING, chosen_settings
from mlp.page.style.html import html_table
from mlp.page.style.plots import color_of
from mlp.page.style.theme import plain
from mlp.page.train.run_words import accuracy_at, duration
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import SWEEP, adopt, begin_sweep, check_earlier_runs
from mlp.page.visitors.shelf import to_learn
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.saved_sources import fitted
from mlp.training.positions import controls
from mlp.training.setting_entry import heading, value_label
from mlp.training.settings import setting_names

_refused = Refusal("sweep")

LUCK = mark("A difference no larger than between two seeds can be luck.")

VALUES: dict[str, tuple[Sequence[Any], Sequence[Any]]] = {  # all choices, and the default ones
    "learning_rate": (controls()["learning_rate"].positions, [0.01, 0.1, 1.0]),
    "hidden": (
        [(8,), (32,), (100,), (256,), (32, 32), (100, 200), (256, 128), (64, 64, 64)],
        [(8,), (32,), (100, 200)],
    ),
    "batch_size": ([8, 16, 32, 64, 128, 256, 512], [8, 32, 128]),
    "momentum": ([0.0, 0.5, 0.8, 0.9, 0.95, 0.99], [0.0, 0.5, 0.9]),
    "weight_decay": (controls()["weight_decay"].positions, [0.0, 1e-4, 1e-2]),
    "activation": (controls()["activation"].positions,) * 2,
    "images": ([100, 300, 1000, 3000, 10000, 30000], [100, 1000, 10000]),
    "seed": (list(range(42, 58)), [42, 43, 44]),
}


def sweep_section(visitor: Visitor) -> None:
    """Draw the choice of a setting and its values, and the last sweep."""
    st.subheader(tr("Several at once"), anchor=False)
    _others()
    name = st.selectbox(
        tr("Setting"),
        list(VALUES),
        key="sweep_setting",
        format_func=lambda name: plain(heading(setting_names()[name])),
        placeholder="",
    )
    options, default = VALUES[name]
    values = st.multiselect(
        tr("Values"),
        options,
        default[: limits().max_sweep],
        key=f"sweep_values_{name}",
        format_func=value_label,
        placeholder=tr("Choose options"),
        max_selections=limits().max_sweep,
    )
    st.button(
        tr("Start all"),
        key="sweep_start",
        type="primary",
        disabled=len(values) < 2,
        on_click=_start,
        args=(visitor, name, values),
    )
    _refused.show()
    sweep = visitor.sweep
    if not sweep.jobs:
        return
    is_shown = visitor.shows_sweep
    with st.container(horizontal=True):
        st.button(
            tr("Show your run’s curves") if is_shown else tr("Show their curves"),
            key="sweep_curves",
            disabled=is_shown and visitor.job is None,
            on_click=_show_curves,
            args=(visitor, not is_shown),
        )
        st.button(
            tr("Use the best"),
            key="sweep_winner",
            on_click=_adopt_best,
            args=(visitor, sweep),
            help=tr("Makes the most accurate one your run: it then answers, and the page shows its curves.")
            + f" {tr(LUCK)}",
        )
    _table(sweep)


@redrawn("sweep_others", SETTING, where=Where.TAB)
def _others() -> None:
    """Draw what a sweep does, and the settings that all of its networks share."""
    text = mark(
        "Train several networks side by side that differ in one setting. All others are those of the controls: "
        "**{settings}**. A run that plays pauses for it."
    )
    st.caption(tr(text, settings=plain(tr(settings_in_words(chosen_settings())))))


def _start(visitor: Visitor, name: str, values: list[Any]) -> None:
    try:
        settings = variations(chosen_settings(), name, values)
    except ValueError as error:
        _refused.set(tr("This sweep cannot start: {reason}", reason=reason(error)))
        return
    data = to_learn(visitor)
    begin_sweep(visitor, [(fitted(each, data), data) for each in settings], name=name, refusal=_refused)
    if not _refused.is_kept():
        reveal("train_card")


def _show_curves(visitor: Visitor, of_sweep: bool) -> None:
    """Show the sweep on the train card, or the visitor's run."""
    visitor.shows_sweep = of_sweep
    visitor.announce()
    reveal("train_card")


def _adopt_best(visitor: Visitor, sweep: Sweep) -> None:
    trials = sweep.trials()
    best = ranked(trials)[0]
    if best.accuracy is None:
        _refused.set(tr("No run has finished an epoch yet, so there’s no best one."))
        return
    job = sweep.jobs[trials.index(best)]
    try:
        if visitor.job is not job:
            check_earlier_runs(visitor)
    except ValueError as error:
        _refused.set(tr("This run cannot take the place of yours: {reason}", reason=reason(error)))
        return
    adopt(visitor, job, job.data)


@redrawn("sweep_table", SWEEP, where=Where.TAB)
def _table(sweep: Sweep) -> None:
    st.html(sweep_table(sweep.name, sweep.trials()))


def sweep_table(name: str | None, trials: Sequence[Trial]) -> str:
    """Return the trials as an HTML table, the best first, each with the color of its curves."""
    rows, best = [], leader(trials)
    color = {trial.value: f"var(--{color_of(place)})" for place, trial in enumerate(trials)}
    for trial in ranked(trials):
        snapshot, newest = trial.snapshot, trial.newest
        accuracy = accuracy_at(newest)
        state = tr("stopped: its loss grew without limit") if snapshot.diverged else tr(snapshot.error or "")
        if not state:
            playing = tr_as("state of a run", "training") if snapshot.playing else tr("paused")
            state = tr("done") if snapshot.finished else tr("waiting") if snapshot.waits else playing
        cells = [snapshot.epochs_done, duration(snapshot.seconds), state]
        text = f"<b>{accuracy} ★</b>" if trial is best else accuracy
        value = f'<span style="color:{color[trial.value]}" aria-hidden="true">━</span> {html.escape(tr(trial.value))}'
        rows.append([value, text, *map(html.escape, cells)])
    heads = [
        heading(setting_names()[name]) if name else tr("Settings"),
        tr("Validation now"),
        tr("Epochs done"),
        tr("Time"),
        "",
    ]
    table = html_table(tr("Runs of the sweep"), [*map(html.escape, heads)], rows)
    order = tr(
        "The last measured accuracy on validation images, the best first. A star marks the best one as soon as all "
        "are measured at the same epoch."
    )
    return f'{table}<p class="ink-status">{order} {tr(LUCK)}</p>'
