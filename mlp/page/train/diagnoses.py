"""Find and draw the problems of a run, each with a button that tries a remedy."""

from dataclasses import replace
from weakref import WeakKeyDictionary

import streamlit as st

from mlp.analysis.dead_neurons import SAMPLE, dead_shares
from mlp.analysis.diagnosis import Diagnosis, Remedy, diagnoses
from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.page.settings.controls import set_controls
from mlp.page.style.link import hidden
from mlp.page.style.redraw import rerun_page
from mlp.page.style.theme import plain
from mlp.page.visitors.analysis_budget import LastResult, within_budget
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.run import Run

refused = Refusal("train")
"""Why a run could not start; the note below the curves shows it."""

EARLIEST = 200  # steps before dead neurons are counted
ICONS = {
    "diverged": ":material/error:",
    "not falling": ":material/trending_flat:",
    "overfitting": ":material/call_split:",
    "dead": ":material/heart_broken:",
}


_measured: WeakKeyDictionary[Job, LastResult] = WeakKeyDictionary()
"""The last measured shares of dead neurons, by job."""


def found_diagnoses(visitor: Visitor, now: Snapshot) -> list[Diagnosis]:
    """Return the problems of the visitor's run, the worst first; none if the link hides them."""
    job = visitor.job
    return [] if job is None or "hints" in hidden() else diagnoses(now, dead_neurons(job, now))


def show_diagnosis(visitor: Visitor, now: Snapshot, diagnosis: Diagnosis) -> None:
    """Draw a problem with its remedy."""
    kind = diagnosis.kind.replace(" ", "_")
    with st.container(horizontal=True, vertical_alignment="center", key=f"hint_{kind}", gap="small"):
        st.markdown(f"{ICONS[diagnosis.kind]} **{diagnosis.title}.** {diagnosis.text}", width="stretch")
        st.button(
            diagnosis.remedy.label,
            key=f"remedy_{kind}",
            on_click=try_remedy,
            args=(visitor, now, diagnosis.remedy),
            help="Trains a new network with only this setting changed.",
        )


def remedy_button(visitor: Visitor, key: str) -> None:
    """Draw a button with the remedy for a diverged run."""
    now = visitor.job.snapshot() if visitor.job is not None else None
    if now is not None and now.diverged is not None:
        remedy = diagnoses(now)[0].remedy
        st.button(plain(remedy.label), key=key, type="primary", on_click=try_remedy, args=(visitor, now, remedy))


def try_remedy(visitor: Visitor, now: Snapshot, remedy: Remedy) -> None:
    """Start a new run with the remedy, show the old one's curves below, and redraw the whole page; for callbacks."""
    job = visitor.job
    if job is None:
        return
    settings, origin = replace(now.settings, **remedy.changes), visitor.runs.origin
    start = None if origin is None else job.rewind.start
    try:
        if origin is not None and start is None:
            raise ValueError(f"the first weights of this run, from {origin.name}, are no longer known")
        network = None if start is None else start.network
        run = Run(settings, network, temperature=now.temperature)
    except ValueError as error:
        refused.set(f"This run cannot start: {reason(error)}")
        return
    set_controls(settings)
    failed = visitor.runs.current
    begin(visitor, run, job.data, origin, refusal=refused, within_limits=origin is None, start_network=network)
    visitor.runs.show([failed])
    rerun_page()


def dead_neurons(job: Job, now: Snapshot) -> list[float]:
    """Return the share of dead neurons in each layer, within the budget for analyses; safe from any thread."""
    if now.step < EARLIEST or now.settings.activation != "relu":
        return []
    return within_budget(
        _measured.setdefault(job, LastResult()),
        (now.network, job),
        lambda: dead_shares(now.network, now.reader.as_seen(job.data.load().validation.images[:SAMPLE])),
        plays=now.playing or now.busy,
    )
