"""An experiment, drawn in a fragment that follows the run and the experiment's computation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page.draw.networks import answering
from mlp.page.session_var import SessionVar
from mlp.page.style.html import questions_section
from mlp.page.style.redraw import On, Where, part
from mlp.page.tabs.lab import work
from mlp.page.tabs.lab.questions import QUESTIONS
from mlp.page.tabs.lab.valley import MIN_STATES
from mlp.page.visitors.visitor import Visitor

_lab_drawn_for = SessionVar[tuple[bool, bool]]("lab_drawn_for", (False, False))
"""The state for which the open experiment's controls were drawn, see `_drawn_for`."""


GROWN = "This network’s weights have grown without limit, so there is nothing to show."


@dataclass(frozen=True)
class Room:
    """An experiment: its title, its idea in a sentence, its view, and its controls, whose values the view takes.

    The controls are outside of the fragment that follows the training, so that they keep the focus. A network whose
    weights are not finite is drawn only if it ``takes_any_network``.
    """

    title: str
    idea: str
    view: Callable[..., None]
    choices: Callable[[Visitor, Dataset], tuple[Any, ...] | None] = lambda _visitor, _data: None
    takes_any_network: bool = False


def draw_room(visitor: Visitor, data: Dataset, name: str, room: Room, *, key: str) -> None:
    """Draw a room with its questions; ``key`` is the key of the part with its view."""
    if room.idea:
        st.html(f'<p class="ink-note">{room.idea}</p>')
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_choices"):
        choices = room.choices(visitor, data) or ()
    _lab_drawn_for.set(_drawn_for(visitor, name))
    part(key, on=On.STROKE | On.NETWORK | On.WORK, where=Where.TAB)(_view)(visitor, data, name, room, choices)
    if name in QUESTIONS:
        with st.expander("Three questions"):
            questions_section(QUESTIONS[name])


def _view(visitor: Visitor, data: Dataset, name: str, room: Room, choices: tuple[Any, ...]) -> None:
    if room.takes_any_network or np.isfinite(answering(visitor).network.values).all():
        room.view(visitor, data, *choices)
    else:
        st.info(GROWN)
    if _drawn_for(visitor, name) != _lab_drawn_for.get():
        st.rerun()  # the computation has ended, or the run has its first saved steps


def _drawn_for(visitor: Visitor, name: str) -> tuple[bool, bool]:
    """Return the state that the controls depend on: whether work is running, and whether the run has saved steps."""
    return work.is_running(name), visitor.job is not None and len(visitor.job.rewind.steps) >= MIN_STATES
