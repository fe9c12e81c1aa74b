"""What experiments share: their frame with its questions, long computations with progress, and pieces of HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.jobs.sliced import Computation, Sliced
from mlp.language import mark, tr
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.networks import answering
from mlp.page.draw.reading import NETWORK
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.redraw import Event, Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.html import questions_section, share_bars, track
from mlp.page.style.theme import plain
from mlp.page.tabs.places import VIEW, Section, Views
from mlp.page.visitors.engine import engine
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.shelf import answers_now
from mlp.page.visitors.visitor import Visitor

lab_refused = Refusal("lab")
WORK = Event(lambda page: page.work and (page.work[1].running, page.work[1].work.progress), 0.4)
"""The progress of a computation."""
_lab_drawn_for = SessionVar[bool]("lab_drawn_for", False)
"""Whether the run had enough saved steps for the open experiment's controls when these were drawn."""

GROWN = mark("This network’s weights have grown without limit, so there is nothing to show.")
MIN_STATES = 3  # saved steps besides the current one; fewer span no plane


@dataclass(frozen=True)
class Experiment:
    """An experiment: its title, its idea in a sentence, its view, and its controls, whose values the view takes.

    The controls are outside of the fragment that follows the training, so that they keep the focus. Below are its
    questions, each with an answer to open. A network whose weights are not finite is drawn only if it
    ``takes_any_network``.
    """

    title: str
    idea: str
    view: Callable[..., None]
    choices: Callable[[Visitor, Dataset], tuple[Any, ...] | None] = lambda _visitor, _data: None
    questions: Sequence[tuple[str, str]] = ()
    takes_any_network: bool = False


def section_of_experiments(name: str, label: str, experiments: Mapping[str, Experiment], views: Views) -> Section:
    """Return a section with a choice of experiments, named ``label``, and the open one with its questions."""

    @redrawn("experiments", VIEW, where=Where.TAB)
    def experiments_section(visitor: Visitor, data: Dataset) -> None:
        chosen = views.draw_choice(tr(label))
        if chosen is None:
            st.caption(tr("Everything of {name} is hidden here.", name=tr(name)))
            return
        with st.container(key=f"lab_{chosen}"):
            _draw_experiment(visitor, data, experiments[chosen])

    return Section(name, experiments_section, looks_at_images=True, views=views)


def _draw_experiment(visitor: Visitor, data: Dataset, experiment: Experiment) -> None:
    if experiment.idea:
        st.html(f'<p class="ink-note">{tr(experiment.idea)}</p>')
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_choices"):
        choices = experiment.choices(visitor, data) or ()
    _lab_drawn_for.set(has_states(visitor))
    _view(visitor, data, experiment, choices)
    if experiment.questions:
        questions_section(experiment.questions)


@redrawn("experiment", STROKE, NETWORK, WORK, where=Where.TAB)
def _view(visitor: Visitor, data: Dataset, experiment: Experiment, choices: tuple[Any, ...]) -> None:
    if experiment.takes_any_network or np.isfinite(answering(visitor).network.values).all():
        experiment.view(visitor, data, *choices)
    else:
        st.info(tr(GROWN))
    if has_states(visitor) != _lab_drawn_for.get():
        st.rerun()  # the controls can use the run's saved steps


def has_states(visitor: Visitor) -> bool:
    """Whether the run has saved enough steps for its path to be shown."""
    job = answers_now(visitor).job
    return job is not None and len(job.rewind.steps) >= MIN_STATES


def begin_work(visitor: Visitor, experiment: str, work: Computation) -> None:
    """Start an experiment's computation, and stop the session's earlier one, if any; for callbacks."""
    page = this_page()
    if page.work is not None:
        page.work[1].stop()
    page.work = (experiment, Sliced(work, engine(), visitor.id))
    page.work[1].subscribe(partial(page.changed, "page"))
    page.changed("page")


def work_of(experiment: str) -> Sliced[Any] | None:
    """Return the session's computation, done or not, if it belongs to this experiment, else None."""
    current = this_page().work
    return current[1] if current is not None and current[0] == experiment else None


def progress(experiment: str, what: str) -> None:
    """Draw the progress of the experiment's computation, under the label ``what``, and a stop button."""
    work = work_of(experiment)
    if work is None:
        return
    if work.error:
        st.error(plain(tr(work.error)))
    share = work.work.progress
    if work.running:
        with st.container(horizontal=True, vertical_alignment="center"):
            text = tr("{what}: {share:.0%}", what=what, share=share)
            st.html(f'{track(what, share)}<p class="ink-status">{text}</p>', width="stretch")
            st.button(tr("Stop"), key="lab_stop", on_click=work.stop, icon=":material/stop:")
    elif share < 1 and not work.error:
        text = tr("{what}: stopped at {share:.0%}", what=what, share=share)
        st.html(f'<p class="ink-status">{text}</p>')


def bars(title: str, probabilities: np.ndarray, names: Sequence[str]) -> str:
    """Return the probability of each answer as bars under a title, which is trusted HTML."""
    shares = share_bars(names, probabilities, tr("Probabilities"))
    return f"<div><h3>{title}</h3>{shares}</div>"


def facts_list(rows: Sequence[tuple[str, str]]) -> str:
    """Return facts below each other, each a name and a value in trusted HTML."""
    parts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="lab-facts">{parts}</dl>'


def plain_reader(reader: Reader, network: MLP | None = None) -> Reader:
    """Return a reader of this network, or of ``network``, without test-time augmentation and straightening."""
    return Reader(network or reader.network, temperature=reader.temperature)
