"""Draw the problems of a run below its curves, each with a button that tries a remedy."""

from dataclasses import replace
from weakref import WeakKeyDictionary

import streamlit as st

from mlp.analysis.dead_neurons import SAMPLE, dead_shares
from mlp.analysis.diagnosis import Diagnosis, Remedy, diagnoses
from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.page.settings.controls import set_controls
from mlp.page.style.hidable import hidable
from mlp.page.style.redraw import rerun_page
from mlp.page.style.theme import plain
from mlp.page.visitors.analysis_budget import LastResult, within_budget
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.run import Run

_refused = Refusal("hints")

EARLIEST = 200  # steps before dead neurons are counted
ICONS = {
    "diverged": ":material/error:",
    "not falling": ":material/trending_flat:",
    "overfitting": ":material/call_split:",
    "dead": ":material/heart_broken:",
}


_measured: WeakKeyDictionary[Job, LastResult] = WeakKeyDictionary()
"""The last measured shares of dead neurons, by job."""

hidable("hints", "Hints when a run goes wrong")


def show_diagnoses(visitor: Visitor, job: Job, now: Snapshot) -> None:
    """Draw the run's problems, if it has any; for the fragment that follows the run."""
    found = diagnoses(now, dead_neurons(job, now))
    with st.container(key="hints"):
        for place, diagnosis in enumerate(found):
            known = any(diagnosis.remedy == other.remedy for other in found[:place])
            _show(visitor, now, diagnosis, with_button=not known)
        _refused.show()


def _show(visitor: Visitor, now: Snapshot, diagnosis: Diagnosis, *, with_button: bool) -> None:
    key = diagnosis.kind.replace(" ", "_")
    text = f"{ICONS[diagnosis.kind]} **{diagnosis.title}.** {diagnosis.text}"
    with st.container(border=True, key=f"hint_{key}"):
        words, side = st.columns([3, 1], vertical_alignment="center") if with_button else (st.container(), None)
        words.markdown(text)
        if side is not None:
            side.button(
                diagnosis.remedy.label,
                key=f"remedy_{key}",
                on_click=try_remedy,
                args=(visitor, now, diagnosis.remedy),
                help="Trains a new network with only this setting changed.",
                width="stretch",
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
        _refused.set(f"This run cannot start: {reason(error)}")
        return
    set_controls(settings)
    failed = visitor.runs.current
    begin(visitor, run, job.data, origin, refusal=_refused, within_limits=origin is None, start_network=network)
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
