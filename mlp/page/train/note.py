"""The note below the curves: one thing at a time, always in the same place, such as a problem with its remedy."""

import html
from dataclasses import replace
from weakref import WeakKeyDictionary

import streamlit as st

from mlp.analysis.dead_neurons import SAMPLE, dead_shares
from mlp.analysis.diagnosis import Diagnosis, Remedy, diagnoses
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.language import Later, mark, tr
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
from mlp.page.visitors.runs import begin
from mlp.page.visitors.shelf import chosen, run_on_card
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData
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
    run = run_on_card(visitor, chosen(visitor))
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
        elif run is not None and run.snapshot.error:
            st.error(plain(tr(run.snapshot.error)))
        else:
            _about_run(visitor, run)


def _about_run(visitor: Visitor, run: NumberedRun | None) -> None:
    """Draw the run's worst problem, or a warning about its validation images, or the purpose of the chosen settings."""
    job, recipe, warning = visitor.job, recipe_of(chosen_settings()), ""
    if run is not None:
        is_newest = run.number == visitor.runs.current
        if job is not None and is_newest and "hints" not in hidden() and (diagnosed := problems(job, run.snapshot)):
            _diagnosis(visitor, run.snapshot, diagnosed[0])
            return
        warning = measured_on(run.data, run.origin)
    own = mark("Your own settings.") if run is None else ""  # a run's are named above, and may be those of a plan
    words = warning or tr(RECIPES[recipe].explained if recipe else own)
    st.html(f'<p class="ink-status">{html.escape(words)}</p>')


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
    if snapshot.step < EARLIEST or snapshot.settings.activation != "relu":
        return []
    return within_budget(
        _measured.setdefault(job, LastResult()),
        (snapshot.network, job),
        lambda: dead_shares(snapshot.network, snapshot.reader.as_seen(job.data.load().validation.images[:SAMPLE])),
        plays=snapshot.playing or snapshot.busy,
    )
