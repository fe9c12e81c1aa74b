"""The section "Runs": compare a visitor's runs, download and delete them, and upload a network."""

import html
from typing import Any

import streamlit as st

from mlp.class_names import in_words
from mlp.images.mnist import Dataset
from mlp.jobs.earlier_runs import MAX_SHOWN, NumberedRun, differences
from mlp.jobs.limits import limits
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError
from mlp.page import state
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.settings.controls import set_controls
from mlp.page.style.html import announced, html_table, live
from mlp.page.style.redraw import Where, redrawn
from mlp.page.style.theme import plain
from mlp.page.tabs.places import Section
from mlp.page.tabs.runs.downloads import offer_downloads
from mlp.page.tabs.runs.sweep import sweep_section
from mlp.page.train.accuracy import synthetic_accuracy
from mlp.page.train.run_words import accuracy_at, duration, measured_on
from mlp.page.visitors.runs import RUN, all_runs, check_bytes
from mlp.page.visitors.shelf import Shelved, answers_now, chosen, run_on_card
from mlp.page.visitors.visitor import FRIENDS, Visitor
from mlp.training.history import Evaluation, History
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.settings import Settings, setting_names
from mlp.training.uploaded_network import network_for_drawings

_shown_runs = ControlVar[list[int]]("shown_runs", [])
"""The numbers of the earlier runs under the curves; a control."""
ANOTHER = "Choose another one above, beside the canvas."
_weights_in = SessionVar[Any]("weights_in", None)
"""The uploaded network; a control."""
_weights_error = SessionVar[str | None]("weights_error", None)
"""The reason why the file cannot be used."""


def runs_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw the visitor's runs, with the controls to compare, download, delete and upload them."""
    runs = all_runs(visitor)
    if runs:
        _tables(visitor)
        if visitor.runs.comparable():
            _choice_of_shown(visitor)
    else:
        begun = "" if visitor.sweep.jobs else "Nothing trained yet. "  # a sweep is drawn below
        st.markdown(
            f"{begun}This page keeps the settings, curves and weights of each network that you train, so that you can "
            "compare it with the next one."
        )
    draws = [*[_one_run] * bool(runs), sweep_section, weights_section]
    for draw, place in zip(draws, st.columns(len(draws), border=True), strict=True):
        with place:
            draw(visitor)


def run_name(run: NumberedRun) -> str:
    """Return a run's number, and the label of the recipe that it follows, if any: "3 · Far too fast"."""
    recipe = None if run.origin else recipe_of(run.snapshot.settings)
    return f"{run.number:d}" if recipe is None else f"{run.number:d} · {RECIPES[recipe].label}"


@redrawn("runs_table", RUN, where=Where.TAB)
def _tables(visitor: Visitor) -> None:
    """Draw how well the runs read, and, to be opened, what is different in them."""
    runs, current = all_runs(visitor), visitor.runs.current
    marked = next((place for place, run in enumerate(runs) if run.number == current), None)
    results, others = run_rows(runs, current)
    heads = ["Run", "Data", "Epochs done", "Best validation", "Validation now"]
    kept = f"Inkling keeps up to {limits().max_runs} earlier runs."
    words = kept if len(runs) > 1 else f"Train another network to compare it with this one. {kept}"
    table = html_table("Your runs", heads, results, marked=marked)
    st.html(f'{table}<p class="ink-status">{words}{_warnings(runs)}</p>')
    with st.expander("Settings and times"):
        heads, *rows = others
        same = '<p class="ink-status">Settings without a column are the same in all of them.</p>' * (len(runs) > 1)
        st.html(html_table("Settings and times of your runs", heads, rows, marked=marked) + same)


def run_rows(runs: list[NumberedRun], current: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows of two tables as HTML: the runs' results, and with heads, in what else they differ."""
    different = differences([run.snapshot.settings for run in runs])
    heads = ["Run", *(setting_names()[name].capitalize() for name in different), "Started from", "Time"]
    results, others = [], [[*map(html.escape, heads)]]
    for place, run in enumerate(runs):
        snapshot = run.snapshot
        name = f"<b>{run_name(run)}</b>{', current' if run.number == current else ''}"
        measured = map(accuracy_at, (best_trained(snapshot.history), snapshot.history.newest))
        results.append([name, html.escape(snapshot.data_name), html.escape(snapshot.epochs_done), *measured])
        cells = [values[place] for values in different.values()]
        origin = run.origin.name if run.origin else "random weights"
        others.append([name, *map(html.escape, (*cells, origin, duration(snapshot.seconds)))])
    return results, others


def _warnings(runs: list[NumberedRun]) -> str:
    """Return the warnings about the runs' validation images, each with the runs that it is about."""
    by_warning: dict[str, list[str]] = {}
    for run in runs:
        by_warning.setdefault(measured_on(run.data, run.origin), []).append(str(run.number))
    by_warning.pop("", None)
    return "".join(
        f" Run{'s' if len(numbers) > 1 else ''} {in_words(numbers)}: {warning}"
        for warning, numbers in by_warning.items()
    )


def best_trained(history: History) -> Evaluation | None:
    """Return the best evaluation after the run's first step, as its first weights may come from another network."""
    trained = [evaluation for evaluation in history.evaluations if evaluation.step]
    return max(trained, key=lambda evaluation: evaluation.accuracy, default=None)


def _one_run(visitor: Visitor) -> None:
    """Draw what can be done with the run that answers, or else the newest, and how it reads synthetic digits."""
    run = run_on_card(visitor, chosen(visitor))
    if run is None:
        return
    st.subheader("One run", anchor=False)
    st.markdown(f"Run {run_name(run)}{' (current)' * (run.number == visitor.runs.current)}. {ANOTHER}")
    _actions(visitor, run)
    offer_downloads(visitor, run.number)
    text = synthetic_accuracy(run.snapshot, visitor.digits.now)
    st.html(live("synthetic", text, 'p class="ink-status"'))


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


def _actions(visitor: Visitor, run: NumberedRun) -> None:
    with st.container(horizontal=True):
        st.button(
            "Use these settings",
            key="set_controls",
            on_click=_set_controls,
            args=(run.snapshot.settings,),
            help="Sets the controls to this run’s settings, to train it again or with one change.",
        )
        st.button(
            "Delete",
            key="delete_run",
            icon=":material/delete:",
            disabled=run.number == visitor.runs.current,
            on_click=visitor.runs.delete,
            args=(run.number,),
        )
    if run.origin is not None:
        st.caption(f"This run started from {plain(run.origin.name)}, so its settings alone can’t repeat it.")


def _set_controls(settings: Settings) -> None:
    left_out = set_controls(settings)
    if left_out:
        st.toast(f"The controls can’t show this run’s {plain(', '.join(left_out))}.")


def weights_section(visitor: Visitor) -> None:
    """Draw the upload of a network, and its description or the reason why it cannot be used."""
    st.subheader("Upload a network", anchor=False)
    st.file_uploader(
        "A .safetensors file",
        type=["safetensors"],
        help="Takes a file from this page or from `python -m mlp train`.",
        key=_weights_in.key,
        on_change=_take_upload,
        args=(visitor,),
    )
    error, network = _weights_error.get(), answers_now(visitor)
    if error:
        st.error(plain(error))
    else:
        st.html(announced("uploaded", "" if network.uploaded is None else description_of(network.uploaded)))
    if network.uploaded is not None or network.is_friends:
        st.button(
            f"Delete {network.name}",
            key="delete_network",
            icon=":material/delete:",
            on_click=_delete,
            args=(visitor, network),
        )


def _delete(visitor: Visitor, shelved: Shelved) -> None:
    """Take an uploaded or a friend's network off the shelf."""
    visitor.uploads = {number: upload for number, upload in visitor.uploads.items() if upload is not shelved.uploaded}
    friends = visitor.kept.get(FRIENDS, {})
    visitor.kept[FRIENDS] = {code: names for code, names in friends.items() if code != shelved.key}


def description_of(network: Reader) -> str:
    """Return a one-line description of an uploaded network as HTML, with the file's texts escaped."""
    facts = [network.activation, f"{network.n_parameters:,} numbers"]
    data, accuracy = network.facts.get("data"), network.facts.get("validation_accuracy")
    if isinstance(data, str):
        facts.append(f"trained on {data[:60]}")
    if isinstance(accuracy, float) and 0 <= accuracy <= 1:
        facts.append(f"{accuracy * 100:.2f}% on validation images, according to its file")
    sizes = " → ".join(map(str, network.layer_sizes))
    return f"<b>{sizes}</b> · {html.escape(' · '.join(facts))}. It answers now."


def _take_upload(visitor: Visitor) -> None:
    file = _weights_in.get()
    _weights_error.set(None)
    if file is None:
        return
    try:
        network = network_for_drawings(file.getvalue(), file.name)
        if len(visitor.uploads) >= limits().max_runs:
            raise ValueError(f"this server keeps at most {limits().max_runs} networks from files; delete one below")
        check_bytes(network.network.values.nbytes)
    except ModelError as error:
        _weights_error.set(f"This file can’t be used: {error}.")
    except ValueError as error:
        _weights_error.set(f"This file can’t be used now. {file.name}: {error}.")
    else:
        number = max(visitor.uploads, default=0) + 1
        visitor.uploads = {**visitor.uploads, number: network}
        state.network.set(f"uploaded-{number}")


RUNS = Section("Runs", runs_section)
