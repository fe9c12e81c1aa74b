"""Suggest a next step that the visitor has not taken yet, with a button for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from mlp.page.draw.on_canvas import CANVAS, give_one
from mlp.page.live.tabs import this_tab
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.page.style.link import hidable
from mlp.page.style.redraw import part, rerun_page
from mlp.page.tabs.lessons.tab import LESSONS_PLACE, lessons_open
from mlp.page.tabs.places import go_to
from mlp.page.tabs.registry import open_place, shown_tabs
from mlp.page.train.card import train
from mlp.page.visitors.runs import FIRST_WORK, all_runs
from mlp.page.visitors.visitor import Visitor

TOO_FAST = 1.0
"""A learning rate at which a network with the default settings does not learn."""


TOUR = {
    "Look inside": "Look inside",
    "Mistakes": "See what it gets wrong",
    "Step by step": "See one step in slow motion",
    "Lab": "Fool it in the lab",
}
"""Sections to see in turn, with the suggestion that leads to each."""

hidable("next-step", "What to do next", ".st-key-next_line")


@part("next_step_line", CANVAS, FIRST_WORK)
def next_step_section(visitor: Visitor) -> None:
    """Draw the one next thing as a button under the answer, again after the first stroke."""
    label, act = next_step(visitor, [one.name for sections in shown_tabs().values() for one in sections])
    with st.container(key="next_line", gap=None):
        icon = ":material/arrow_forward:"
        st.button(label, key="next_step", icon=icon, icon_position="right", on_click=_take, args=(act,))


def _take(act: Callable[[], None]) -> None:
    act()
    rerun_page()


def next_step(visitor: Visitor, sections: Sequence[str]) -> tuple[str, Callable[[], None]]:
    """Return the first suggestion that the visitor has not followed yet, at last one of the tour, and its callback."""
    if this_tab().desk.is_empty and not visitor.has_work():
        return "Or show me one", partial(give_one, visitor)
    if visitor.job is None:
        return "Train your own network", partial(train, visitor)
    if not any(run.snapshot.settings.learning_rate >= TOO_FAST for run in all_runs(visitor)):
        return "Break it: learning rate 1", partial(_break, visitor)
    return _tour(sections)


def _tour(sections: Sequence[str]) -> tuple[str, Callable[[], None]]:
    """Return the suggestion after the open section: the next one of the tour; at its end, a lesson or the first."""
    place = open_place()  # not the drawn one, as this is drawn before the tabs
    stops, opened = [name for name in TOUR if name in sections], None if place is None else place[1].name
    ahead = stops[stops.index(opened) + 1 :] if opened in stops else stops
    if not ahead and (lessons_open.get() or LESSONS_PLACE.is_hidden):
        ahead = stops
    if ahead:
        return TOUR[ahead[0]], partial(go_to, ahead[0])
    return "Try a lesson", partial(lessons_open.set, True)


def _break(visitor: Visitor) -> None:
    """Train with a learning rate that is far too high, and keep the current run's curves for comparison."""
    set_controls(replace(chosen_settings(), learning_rate=TOO_FAST))
    train(visitor)
    visitor.runs.show([run.number for run in visitor.runs.runs][-1:])
