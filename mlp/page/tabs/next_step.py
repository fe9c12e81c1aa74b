"""The thread: the one thing that is next, with a button that does it or leads there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from mlp.class_names import DIGITS
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.networks import open_drawer
from mlp.page.draw.on_canvas import CANVAS, give_one, given_images
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.link import hidable, hidden
from mlp.page.script.redraw import Event, redrawn, rerun_page
from mlp.page.script.reveal import reveal
from mlp.page.settings import controls
from mlp.page.settings.controls import SETTING
from mlp.page.tabs.lab.lab_section import LAB, LAB_VIEWS
from mlp.page.tabs.lessons.lessons_section import LESSONS_PLACE, lessons_are_open, open_lessons
from mlp.page.tabs.mistakes.mistakes_section import MISTAKES
from mlp.page.tabs.places import Section, go_to
from mlp.page.tabs.registry import named, open_place
from mlp.page.tabs.step.step_section import STEP
from mlp.page.train.card import is_first_try, train
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.visitor import Visitor

TOO_FAST = 1.0
"""A learning rate at which a network with the default settings does not learn."""
TO_CANVAS = "to_canvas"
"""The key of a button that leads back to the canvas."""
_NAME = hidable("next-step", "What to do next", "")


class NextStep(NamedTuple):
    """One thing to do: its label, whether the visitor has yet to do it, and a callback that does it or leads there.

    A class's step asks for it by a filled button that stays in view. With another ``key``, so does one that is in view
    only where the canvas is not, as the row below the canvas asks for the same.
    """

    label: str
    is_due: Callable[[Visitor], bool]
    take: Callable[[Visitor], object]
    is_asked: bool = False
    key: str = "next_step"


class Thread(NamedTuple):
    """Steps, of which the first that is due is next, and what else that depends on."""

    steps: Sequence[NextStep]
    on: Collection[Event] = ()


OtherThread = Callable[[Visitor], Thread | None]
"""Returns the thread in place of the usual one; None if there is none for the visitor."""


def _has_run(visitor: Visitor) -> bool:
    return bool(visitor.shown.jobs)


def _can_be_shown_one(visitor: Visitor) -> bool:
    return this_page().desk.is_empty and not _has_run(visitor) and given_images(visitor) is not None


def _settings_differ(visitor: Visitor) -> bool:
    """Whether the controls show other settings than those with which this page began the run, from random weights."""
    is_of_tab = state.begun_run.get() == visitor.runs.current  # in another, nobody has moved the controls away
    if visitor.job is None or visitor.shows_sweep or visitor.runs.origin is not None or not is_of_tab:
        return False
    snapshot = visitor.job.snapshot()
    settings = replace(snapshot.settings, learning_rate=snapshot.learning_rate)  # which follows its control
    return settings.names == DIGITS and not controls.show(settings)


def _break(visitor: Visitor) -> None:
    """Train with a learning rate that is far too high, and keep the current run's curves for comparison."""
    controls.set_controls(replace(controls.chosen_settings(), learning_rate=TOO_FAST))
    train_own(visitor)
    visitor.runs.show([run.number for run in visitor.runs.runs][-1:])


def train_own(visitor: Visitor) -> None:
    """Begin a run; for callbacks."""
    train(visitor)
    reveal("train_card")


def _see(label: str, section: Section) -> NextStep:
    """Return the step that opens a section which the visitor has not seen."""
    return NextStep(
        label,
        lambda visitor: section.name not in visitor.seen and named(section.name) is not None,
        lambda _: go_to(section.name),
    )


def _fool(_: Visitor) -> None:
    LAB_VIEWS.chosen.set("fool")
    go_to(LAB.name)


def invent_signs(visitor: Visitor) -> None:
    """Begin to collect signs; for callbacks."""
    open_drawer(visitor)
    reveal("correction_row")


BREAK_IT = NextStep(
    mark("Break it: learning rate 1"),
    lambda visitor: all(run.snapshot.settings.learning_rate < TOO_FAST for run in all_runs(visitor)),
    _break,
)
"""What comes once a first run reads, or has ended."""
THREAD = (
    NextStep(mark("Or show me one"), _can_be_shown_one, give_one),
    NextStep(mark("Train your own network"), lambda visitor: not _has_run(visitor), train_own),
    NextStep(mark("Train with these settings"), _settings_differ, train_own),
    BREAK_IT,
    _see(mark("See what it gets wrong"), MISTAKES),
    _see(mark("See one step in slow motion"), STEP),
    _see(mark("Fool it in the lab"), LAB)._replace(take=_fool),
    NextStep(
        mark("Try a lesson"),
        lambda visitor: LESSONS_PLACE.name not in visitor.seen and not LESSONS_PLACE.is_hidden,
        lambda _: open_lessons(),
    ),
    NextStep(mark("Invent your own signs"), lambda visitor: not visitor.signs.now.names, invent_signs),
    NextStep(mark("Try another lesson"), lambda _: not LESSONS_PLACE.is_hidden, lambda _: open_lessons()),
)
"""What is due first, is next."""


def thread_of(visitor: Visitor, threads: Sequence[OtherThread]) -> Thread:
    """Return the first of the other threads that there is for a visitor, or else the usual one."""
    usual = Thread(THREAD[: THREAD.index(BREAK_IT)] if is_first_try(visitor) else THREAD)
    return next((suggestion for other in threads if (suggestion := other(visitor)) is not None), usual)


def next_step(visitor: Visitor, threads: Sequence[OtherThread]) -> NextStep | None:
    """Return the first step that is due, and note what is open now."""
    place = open_place()
    visitor.seen |= {*([] if place is None else [place[1].name]), *([LESSONS_PLACE.name] if lessons_are_open() else [])}
    return next((step for step in thread_of(visitor, threads).steps if step.is_due(visitor)), None)


def _depends(visitor: Visitor, threads: Sequence[OtherThread]) -> Collection[Event]:
    return [CANVAS, SETTING, *([] if _has_run(visitor) else [STROKE]), *thread_of(visitor, threads).on]


@redrawn("next_step_line", _depends)
def next_step_section(visitor: Visitor, threads: Sequence[OtherThread]) -> None:
    """Draw a button for the one next thing, under the answer; ``threads`` are further ones."""
    step = next_step(visitor, threads)
    if _NAME in hidden():
        return
    with st.container(key="to_canvas_line" if step is not None and step.key == TO_CANVAS else "next_line", gap=None):
        if step is None:
            st.html("<i></i>")  # keeps the place on a phone
        else:
            st.button(
                tr(step.label),
                key=step.key,
                type="primary" if step.is_asked else "secondary",
                icon=":material/arrow_forward:",
                icon_position="right",
                on_click=_take,
                args=(visitor, step),
            )


def _take(visitor: Visitor, step: NextStep) -> None:
    step.take(visitor)
    rerun_page()
