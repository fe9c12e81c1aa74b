"""The section "Runs": compare a visitor's runs, download and delete them, and upload a network."""

import html
from functools import partial
from typing import Any

import streamlit as st

from mlp.class_names import in_words
from mlp.images.mnist import Dataset
from mlp.jobs.earlier_runs import MAX_SHOWN, NumberedRun, differences
from mlp.jobs.limits import limits
from mlp.language import Later, mark, several, tr
from mlp.nn.weights import ModelError
from mlp.page import state
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import ControlVar
from mlp.page.settings.controls import set_controls
from mlp.page.style.html import announced, html_table, live
from mlp.page.style.theme import plain
from mlp.page.tabs.places import Section
from mlp.page.tabs.runs.downloads import offer_downloads
from mlp.page.tabs.runs.sweep import sweep_section
from mlp.page.train.accuracy import synthetic_accuracy
from mlp.page.train.run_words import accuracy_at, duration, measured_on
from mlp.page.visitors.refusals import Upload, reason
from mlp.page.visitors.runs import RUN, all_runs, check_bytes
from mlp.page.visitors.shelf import Shelved, answers_now
from mlp.page.visitors.visitor import FRIENDS, Visitor
from mlp.training.history import Evaluation, History
from mlp.training.setting_entry import heading
from mlp.training.settings import Settings, setting_names
from mlp.training.uploaded_network import network_for_drawings

_shown_runs = ControlVar[list[int]]("shown_runs", [])
"""The numbers of the earlier runs under the curves; a control."""
_file = Upload("weights_in")


def runs_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw the visitor's runs, with the controls to compare, download, delete and upload them."""
    runs = all_runs(visitor)
    if runs:
        _tables(visitor)
        if visitor.runs.comparable():
            _choice_of_shown(visitor)
    else:
        begun = "" if visitor.sweep.jobs else f"{tr('Nothing trained yet.')} "  # a sweep is drawn below
        kept = tr(
            "This page keeps the settings, curves and weights of each network that you train, so that you can "
            "compare it with the next one."
        )
        st.markdown(f"{begun}{kept}")
    draws = [*[_one_run] * bool(runs), sweep_section, weights_section]
    for draw, place in zip(draws, st.columns(len(draws), border=True), strict=True):
        with place:
            draw(visitor)


@redrawn("runs_table", RUN, where=Where.TAB)
def _tables(visitor: Visitor) -> None:
    """Draw how well the runs read, and, to be opened, what is different in them."""
    runs, current = all_runs(visitor), visitor.runs.current
    marked = next((place for place, run in enumerate(runs) if run.number == current), None)
    results, others = run_rows(runs, current)
    heads = [tr("Run"), tr("Data"), tr("Epochs done"), tr("Best validation"), tr("Validation now")]
    kept = tr("Inkling keeps up to {n} earlier runs.", n=limits().max_runs)
    words = kept if len(runs) > 1 else f"{tr('Train another network to compare it with this one.')} {kept}"
    table = html_table(tr("Your runs"), heads, results, marked=marked)
    st.html(f'{table}<p class="ink-status">{words}{_warnings(runs)}</p>')
    with st.expander(tr("Settings and times")):
        heads, *rows = others
        same = f'<p class="ink-status">{tr("Settings without a column are the same in all of them.")}</p>'
        table = html_table(tr("Settings and times of your runs"), heads, rows, marked=marked)
        st.html(table + same * (len(runs) > 1))


def run_rows(runs: list[NumberedRun], current: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows of two tables as HTML: the runs' results, and with heads, in what else they differ."""
    different = differences([run.snapshot.settings for run in runs])
    heads = [tr("Run"), *(heading(setting_names()[name]) for name in different), tr("Started from"), tr("Time")]
    results, others = [], [[*map(html.escape, heads)]]
    for place, run in enumerate(runs):
        snapshot = run.snapshot
        name = f"<b>{html.escape(tr(run.title))}</b>"
        name = tr("{run}, current", run=name) if run.number == current else name
        measured = map(accuracy_at, (best_trained(snapshot.history), snapshot.history.newest))
        results.append([name, html.escape(tr(snapshot.data_name)), html.escape(snapshot.epochs_done), *measured])
        cells = [values[place] for values in different.values()]
        origin = tr(run.origin.name) if run.origin else tr("random weights")
        others.append([name, *map(html.escape, (*cells, origin, duration(snapshot.seconds)))])
    return results, others


def _warnings(runs: list[NumberedRun]) -> str:
    """Return the warnings about the runs' validation images, each with the runs that it is about."""
    by_warning: dict[str, list[str]] = {}
    for run in runs:
        by_warning.setdefault(measured_on(run.data, run.origin), []).append(str(run.number))
    by_warning.pop("", None)
    texts = (
        several(
            "Run {runs}: {warning}", "Runs {runs}: {warning}", len(numbers), runs=in_words(numbers), warning=warning
        )
        for warning, numbers in by_warning.items()
    )
    return "".join(f" {text}" for text in texts)


def best_trained(history: History) -> Evaluation | None:
    """Return the best evaluation after the run's first step, as its first weights may come from another network."""
    trained = [evaluation for evaluation in history.evaluations if evaluation.step]
    return max(trained, key=lambda evaluation: evaluation.accuracy, default=None)


def _one_run(visitor: Visitor) -> None:
    """Draw what can be done with the run that answers, or else the newest, and how it reads synthetic digits."""
    run = answers_now(visitor).run or all_runs(visitor)[0]
    st.subheader(tr("One run"), anchor=False)
    st.markdown(tr("{run}. Choose another one above, beside the canvas.", run=plain(tr(run.title))))
    _actions(visitor, run)
    offer_downloads(visitor, run.number)
    text = synthetic_accuracy(run.snapshot, visitor.digits.now)
    st.html(live("synthetic", text, 'p class="ink-status"'))


def _choice_of_shown(visitor: Visitor) -> None:
    titles = {run.number: plain(tr(run.title)) for run in visitor.runs.comparable()}
    _shown_runs.set([run.number for run in visitor.runs.shown_runs()])
    with _shown_runs.placed():
        st.pills(
            tr("Show earlier runs on the curves (up to {most})", most=MAX_SHOWN),
            list(titles),
            selection_mode="multi",
            key=_shown_runs.key,
            format_func=titles.__getitem__,
            on_change=_shown_runs.on_change(lambda: visitor.runs.show(_shown_runs.get())),
        )


def _actions(visitor: Visitor, run: NumberedRun) -> None:
    with st.container(horizontal=True):
        st.button(
            tr("Use these settings"),
            key="set_controls",
            on_click=_set_controls,
            args=(run.snapshot.settings,),
            help=tr("Sets the controls to this run’s settings, to train it again or with one change."),
        )
        st.button(
            tr("Delete"),
            key="delete_run",
            icon=":material/delete:",
            disabled=run.number == visitor.runs.current,
            on_click=visitor.runs.delete,
            args=(run.number,),
        )
    if run.origin is not None:
        begun = mark("This run started from {origin}, so its settings alone can’t repeat it.")
        st.caption(tr(begun, origin=plain(tr(run.origin.name))))


def _set_controls(settings: Settings) -> None:
    left_out = set_controls(settings)
    if left_out:
        st.toast(tr("The controls can’t show this run’s {settings}.", settings=plain(", ".join(left_out))))


def weights_section(visitor: Visitor) -> None:
    """Draw the upload of a network, and its description or the reason why it cannot be used."""
    st.subheader(tr("Upload a network"), anchor=False)
    takes = tr("Takes a file from this page or from `python -m mlp train`.")
    network = answers_now(visitor)
    if _file.show(tr("A .safetensors file"), "safetensors", partial(_take, visitor), explain=_explain, help=takes):
        answers = tr("{network}. It answers now.", network=html.escape(tr(network.title)))
        st.html(announced("uploaded", "" if network.uploaded is None else answers))
    if network.uploaded is not None or network.is_friends:
        st.button(
            tr("Delete {network}", network=plain(tr(network.title))),
            key="delete_network",
            icon=":material/delete:",
            on_click=_delete,
            args=(visitor, network),
        )


def _delete(visitor: Visitor, shelved: Shelved) -> None:
    """Take an uploaded or a friend's network off the shelf."""
    visitor.uploads = {number: upload for number, upload in visitor.uploads.items() if upload is not shelved.uploaded}
    friends = visitor.kept.get(FRIENDS, {})
    visitor.kept[FRIENDS] = {code: about for code, about in friends.items() if code != shelved.key}


def _take(visitor: Visitor, file: Any) -> None:
    network = network_for_drawings(file.getvalue(), file.name)
    if len(visitor.uploads) >= limits().max_runs:
        rule = mark("this server keeps at most {most} networks from files; delete one below")
        raise ValueError(Later(rule, most=limits().max_runs))
    check_bytes(network.network.values.nbytes)
    number = max(visitor.uploads, default=0) + 1
    visitor.uploads = {**visitor.uploads, number: network}
    state.network.set(f"uploaded-{number}")


def _explain(name: str, error: ValueError) -> str:
    if isinstance(error, ModelError):
        return tr("This file can’t be used: {reason}", reason=reason(error))
    return tr("This file can’t be used now. {file}: {reason}", file=name, reason=reason(error))


RUNS = Section(mark("Runs"), runs_section)
