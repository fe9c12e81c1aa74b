"""The note below the curves: one thing at a time, always in the same place, such as a problem with its remedy."""

import html
from dataclasses import replace
from weakref import WeakKeyDictionary

import streamlit as st

from mlp.analysis.dead_neurons import SAMPLE, dead_shares
from mlp.analysis.diagnosis import Diagnosis, Remedy, diagnoses
from mlp.class_names import DIGITS
from mlp.jobs.job import Job
from mlp.jobs.origin import remark_on_score
from mlp.jobs.snapshot import Snapshot
from mlp.language import Later, mark, tr
from mlp.page import state
from mlp.page.script.link import hidable, hidden
from mlp.page.script.redraw import redrawn, rerun_page
from mlp.page.settings.controls import SETTING, chosen_settings, set_controls
from mlp.page.style.html import live
from mlp.page.style.theme import plain
from mlp.page.train import guess
from mlp.page.train.moving import guessed, legend
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.analysis_budget import LastResult, within_budget
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import all_runs, begin, run_key
from mlp.page.visitors.shelf import Shelved, answers_now
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.saved_sources import is_here
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.run import Run

refused = Refusal("train")
"""Why a run could not start."""

EARLIEST = 200  # steps before dead neurons are counted
ICONS = {
    "diverged": ":material/error:",
    "not falling": ":material/trending_flat:",
    "overfitting": ":material/call_split:",
    "dead": ":material/heart_broken:",
}
_measured: WeakKeyDictionary[Job, LastResult] = WeakKeyDictionary()
"""The last measured shares of dead neurons, by job."""

hidable("hints", "Hints when a run goes wrong", "")


@redrawn("note_drawn", SETTING)
def note_section(visitor: Visitor) -> None:
    """Draw why the last press was refused, else what goes wrong, else what the visitor guesses, compares or chose."""
    answers = answers_now(visitor)
    with st.container(horizontal=True, vertical_alignment="center", key="note", gap="small"):
        if refused.is_kept():
            refused.show()
        elif visitor.notice:
            st.warning(plain(tr(visitor.notice)))
            visitor.notice = None
        elif visitor.shows_sweep or guess.asked(visitor) is not None:
            guess.guess_row(visitor, guessed(visitor, guess.guess_of(visitor)))
            if visitor.shows_sweep:
                st.html(live("legend", legend(visitor.shown.trials())))
        elif answers.run is not None and answers.run.snapshot.error:
            st.error(plain(tr(answers.run.snapshot.error)))
        else:
            _about(visitor, answers)


def _about(visitor: Visitor, answers: Shelved) -> None:
    """Draw the worst problem of the run that answers, or that it replaced an unfinished one, or what its recipe is for.

    A warning about its score goes before the recipe. Before the first run, it is the purpose of the chosen settings.
    """
    run, job = answers.run, answers.job
    if job is not None and run is not None and "hints" not in hidden() and (found := problems(job, run.snapshot)):
        _diagnosis(visitor, run.snapshot, found[0])
        return
    kept = next((each for each in visitor.runs.runs if each.number == visitor.runs.current - 1), None)
    is_replaced = kept is not None and kept.snapshot.can_continue and job is not None and job.playing
    if kept is not None and is_replaced:
        words = tr("{network} is kept as it was at epoch {epoch}.", network=tr(kept.title), epoch=kept.snapshot.epoch)
    elif run is not None:
        continues = run.origin and tr(mark("It continues {network}."), network=tr(run.origin.name))
        purpose = _purpose(run.recipe) if run.recipe and run.snapshot.learned.are_digits else ""
        words = measured_on(run.data, run.origin) or continues or purpose
    elif all_runs(visitor):
        words = tr(remark_on_score(answers.root, "test")) if answers.reads == DIGITS else ""
    else:
        words = _purpose(recipe_of(chosen_settings()))
    st.html(f'<p class="ink-status">{html.escape(words)}</p>')
    if kept is not None and is_replaced:
        st.button(tr("Show it"), key="show_replaced", on_click=_choose, args=(run_key(kept.number),))


def _choose(key: str) -> None:
    state.network.set(key)
    rerun_page()


def _purpose(recipe: str | None) -> str:
    return tr(RECIPES[recipe].explained if recipe else mark("Your own settings."))


def _diagnosis(visitor: Visitor, snapshot: Snapshot, diagnosis: Diagnosis) -> None:
    """Draw a problem with its remedy."""
    kind = diagnosis.kind.replace(" ", "_")
    with st.container(horizontal=True, vertical_alignment="center", key=f"hint_{kind}", gap="small"):
        st.markdown(f"{ICONS[diagnosis.kind]} **{tr(diagnosis.title)}.** {tr(diagnosis.text)}", width="stretch")
        st.button(
            tr(diagnosis.remedy.label),
            key=f"remedy_{kind}",
            on_click=try_remedy,
            args=(visitor, snapshot, diagnosis.remedy),
            help=tr("Trains a new network with only this setting changed."),
        )


def try_remedy(visitor: Visitor, snapshot: Snapshot, remedy: Remedy) -> None:
    """Start a new run with the remedy, show the old one's curves below, and redraw the whole page; for callbacks."""
    job = visitor.job
    if job is None:
        return
    settings, origin = replace(snapshot.settings, **remedy.changes), visitor.runs.origin
    start = None if origin is None else job.rewind.start
    try:
        if origin is not None and start is None:
            raise ValueError(
                Later("the first weights of this run, from {origin}, are no longer known", origin=origin.name)
            )
        network = None if start is None else start.network
        run = Run(settings, network, temperature=snapshot.temperature)
    except ValueError as error:
        refused.set(Later("This run cannot start: {reason}", reason=reason(error)))
        return
    set_controls(settings)
    failed = visitor.runs.current
    begin(visitor, run, job.data, origin, refusal=refused, within_limits=origin is None, start_network=network)
    visitor.runs.show([failed])
    rerun_page()


def problems(job: Job, snapshot: Snapshot) -> list[Diagnosis]:
    """Return a run's problems, the worst first; safe from any thread.

    How a network reads other warps of its drawings says little about other drawings, so it is not said to memorize.
    """
    is_on_warps = isinstance(job.data, DrawingData) and bool(job.data.unseen_warps)
    diagnosed = diagnoses(snapshot, dead_neurons(job, snapshot))
    return [problem for problem in diagnosed if not (is_on_warps and problem.kind == "overfitting")]


def dead_neurons(job: Job, snapshot: Snapshot) -> list[float]:
    """Return the share of dead neurons in each layer, within the budget for analyses; safe from any thread."""
    if snapshot.step < EARLIEST or snapshot.settings.activation != "relu" or not is_here(job.data):
        return []
    return within_budget(
        _measured.setdefault(job, LastResult()),
        (snapshot.network, job),
        lambda: dead_shares(snapshot.network, snapshot.reader.as_seen(job.data.load().validation.images[:SAMPLE])),
        plays=snapshot.playing or snapshot.busy,
    )
