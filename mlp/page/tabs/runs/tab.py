"""The section "Runs": compare a visitor's runs, repeat, download and delete them."""

import html
from dataclasses import replace

import streamlit as st

from mlp.class_names import in_words
from mlp.images.mnist import Dataset
from mlp.jobs.earlier_runs import MAX_SHOWN, NumberedRun, differences
from mlp.jobs.limits import limits
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.settings.controls import set_controls
from mlp.page.style.html import html_table
from mlp.page.style.redraw import On, Where, part
from mlp.page.style.theme import plain
from mlp.page.tabs.places import Section
from mlp.page.tabs.runs.downloads import offer_downloads
from mlp.page.tabs.runs.sweep import LUCK, sweep_section
from mlp.page.tabs.runs.uploads import weights_section
from mlp.page.train.card import accuracy_at
from mlp.page.train.run_words import duration, measured_on
from mlp.page.train.synthetic_accuracy import synthetic_accuracy_section
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import all_runs, begin, run_of
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.settings import Settings, setting_names

_refused = Refusal("replay")

_shown_runs = ControlVar[list[int]]("shown_runs", [])
"""The numbers of the earlier runs under the curves; a control."""
_run_number = ControlVar[int | None]("run_number", None)
"""The number of the chosen run; a control."""
_newest_run = SessionVar[int | None]("newest_run", None)
"""The number of the newest run when this choice was last drawn."""


_STAR = f" ★: the best of those that began alike and were measured on the same images. {LUCK}"


def runs_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw the visitor's runs, with the controls to compare, repeat, download and upload them."""
    now = visitor.job.snapshot() if visitor.job else None
    if now is None and not visitor.runs.runs:
        begun = "" if visitor.sweep else "Nothing trained yet. "  # a sweep is drawn below
        st.markdown(
            f"{begun}This page keeps the settings, curves and weights of each network that you train, so that you can "
            "compare it with the next one."
        )
    else:
        _table(visitor)
        if visitor.runs.comparable():
            _choice_of_shown(visitor)
        st.subheader("One run", anchor=False)
        number = _choice_of_one(visitor)
        _actions(visitor, number)
        offer_downloads(visitor, number)
        if now is not None:
            synthetic_accuracy_section(now, visitor.digits.now)
    sweep_section(visitor)
    weights_section(visitor)


@part("runs_table", on=On.RUN, where=Where.TAB)
def _table(visitor: Visitor) -> None:
    st.html(runs_table(all_runs(visitor), visitor.runs.current))


def runs_table(runs: list[NumberedRun], current: int) -> str:
    """Return the runs as an HTML table, with a column for each setting in which they differ."""
    different = differences([run.snapshot.settings for run in runs])
    with_origin = any(run.origin for run in runs)
    heads = ["Run", *(setting_names()[name].capitalize() for name in different), "Data"]
    heads += (["Started from"] if with_origin else []) + [
        "Epochs done",
        "Time",
        "Best validation",
        "Validation now",
    ]
    highest_of = {run.number: best_trained(run.snapshot.history) for run in runs}
    starred = [run.number for run in runs if _is_best(run, runs, highest_of)]
    rows = []
    for place, run in enumerate(runs):
        now = run.snapshot
        highest = highest_of[run.number]
        text = accuracy_at(highest)
        cells = [
            *(values[place] for values in different.values()),
            now.data_name,
            *([run.origin.name if run.origin else "random weights"] if with_origin else []),
            now.epochs_done,
            duration(now.seconds),
        ]
        name = f"<b>{run.number}</b>{', current' if run.number == current else ''}"
        best_text = f"<b>{text} ★</b>" if run.number in starred else text
        rows.append([name, *map(html.escape, cells), best_text, accuracy_at(now.history.newest)])
    marked = next((place for place, run in enumerate(runs) if run.number == current), None)
    return (
        html_table("Your runs", [*map(html.escape, heads)], rows, marked=marked)
        + f'<p class="ink-status">{_in_common(runs, set(different))}{_STAR if starred else ""}'
        f"{_warnings(runs)}</p>"
    )


def _is_best(run: NumberedRun, runs: list[NumberedRun], highest_of: dict[int, Evaluation | None]) -> bool:
    """Whether a run is the best of several whose scores can be compared."""
    highest = highest_of[run.number]
    alike = [highest_of[other.number] for other in runs if other.measured_by == run.measured_by]
    if highest is None or len(alike) < 2 or not run.has_fair_score:
        return False
    return highest.accuracy == max(one.accuracy for one in alike if one is not None)


def _warnings(runs: list[NumberedRun]) -> str:
    """Return the warnings about the runs' validation images, each with the runs that it is about."""
    found: dict[str, list[str]] = {}
    for run in runs:
        found.setdefault(measured_on(run.data, run.origin), []).append(str(run.number))
    found.pop("", None)
    return "".join(
        f" Run{'s' if len(numbers) > 1 else ''} {in_words(numbers)}: {warning}" for warning, numbers in found.items()
    )


def best_trained(history: History) -> Evaluation | None:
    """Return the best evaluation after the run's first step, as its first weights may come from another network."""
    trained = [one for one in history.evaluations if one.step]
    return max(trained, key=lambda one: one.accuracy, default=None)


def _in_common(runs: list[NumberedRun], different: set[str]) -> str:
    kept = f"Inkling keeps up to {limits().max_runs} earlier runs."
    if len(runs) < 2:
        return f"Train another network to compare it with this one. {kept}"
    text = "Settings without a column are the same in all of them." if different else "Their settings are the same."
    return f"{text} {kept}"


def _choice_of_shown(visitor: Visitor) -> None:
    numbers = [run.number for run in visitor.runs.comparable()]
    _shown_runs.set([run.number for run in visitor.runs.shown_runs()])
    with _shown_runs.placed():
        st.pills(
            f"Show earlier runs on the curves (up to {MAX_SHOWN})",
            numbers,
            selection_mode="multi",
            key=_shown_runs.key,
            format_func=lambda number: f"Run {number:d}",
            on_change=_shown_runs.on_change(lambda: visitor.runs.show(_shown_runs.get())),
        )


def _choice_of_one(visitor: Visitor) -> int:
    numbers = [run.number for run in all_runs(visitor)]
    if _newest_run.get() != numbers[0] or _run_number.get() not in numbers:
        _newest_run.set(numbers[0])
        _run_number.set(numbers[0])
    with _run_number.placed():
        return st.selectbox(
            "Which run",
            numbers,
            key=_run_number.key,
            format_func=lambda number: f"Run {number:d}" + (" (current)" if number == visitor.runs.current else ""),
            label_visibility="collapsed",
            width=260,
        )


def _actions(visitor: Visitor, number: int) -> None:
    run = run_of(visitor, number)
    settings = run.snapshot.settings
    seed = visitor.runs.unused_seed(settings)
    with st.container(horizontal=True):
        st.button(
            "Train it again",
            key="replay",
            icon=":material/replay:",
            disabled=run.origin is not None,
            on_click=_replay,
            args=(visitor, number, settings.seed),
            help=f"Trains with the same seed, {settings.seed:d}: the same first weights, the same order, and the same "
            "result.",
        )
        st.button(
            f"Again with seed {seed:d}",
            key="replay_new_seed",
            disabled=run.origin is not None,
            on_click=_replay,
            args=(visitor, number, seed),
            help="Trains with the same settings and other random numbers, to see how much of the result was luck.",
        )
        st.button(
            "Use these settings",
            key="set_controls",
            on_click=_set_controls,
            args=(settings,),
            help="Sets the controls to this run’s settings.",
        )
        st.button(
            "Delete",
            key="delete_run",
            icon=":material/delete:",
            disabled=number == visitor.runs.current,
            on_click=visitor.runs.delete,
            args=(number,),
        )
    _refused.show()
    if run.origin is not None:
        st.caption(f"This run started from {plain(run.origin.name)}, so its settings alone can’t repeat it.")


def _replay(visitor: Visitor, number: int, seed: int) -> None:
    run = run_of(visitor, number)
    begin(visitor, Run(replace(run.snapshot.settings, seed=seed)), run.data, refusal=_refused)
    visitor.runs.show([*(other for other in visitor.runs.shown if other != number), number][-MAX_SHOWN:])


def _set_controls(settings: Settings) -> None:
    left_out = set_controls(settings)
    if left_out:
        st.toast(f"The controls can’t show this run’s {plain(', '.join(left_out))}.")


RUNS = Section("Runs", runs_section)
