"""The one way to redraw: each part of the page says what it depends on, and an event redraws the parts that do.

A part is a fragment of Streamlit, in a container that the page keeps. A callback calls `redraw` with what has changed.
Strokes, runs and computations also change without a script: then the browser asks for the outdated parts, those in the
open tab once they are in view. Parts that move without scripts come through the live channel, see
`mlp.page.live.protocol`.
"""

import time
from collections.abc import Callable, Mapping
from enum import Enum, Flag, auto
from functools import wraps
from typing import Any, NamedTuple

import streamlit as st
from streamlit.errors import StreamlitAPIException

from mlp.page.session_var import SessionVar


class On(Flag):
    """What a part of the page depends on."""

    STROKE = auto()  # what is being read
    RUN = auto()  # the steps of the current run
    NETWORK = auto()  # the network that answers: its steps if it is the current run, and to which step it is rewound
    SWEEP = auto()  # the steps of the runs of a sweep
    WORK = auto()  # the progress of a computation of the lab
    CANVAS = auto()  # what a script puts on the canvas
    SETTING = auto()  # the positions of the settings' controls
    VIEW = auto()  # the open view of a tab: its tool, experiment or data
    DRAWINGS = auto()  # the drawings that the visitor keeps as digits or signs
    CLASSROOM = auto()  # who is in the visitor's room, their guesses, and the table
    GIVEN = auto()  # what the visitor has given to the room
    FIRST_WORK = auto()  # whether the visitor has any work


class Where(Enum):
    """Where a part stands."""

    CARDS = auto()  # above the tabs, where visitors look while they draw and train
    TAB = auto()  # in the open tab


EVERY_S = {On.STROKE: 0.0, On.WORK: 0.4, On.RUN: 2.0, On.NETWORK: 2.0, On.SWEEP: 2.0, On.CLASSROOM: 1.0, On.GIVEN: 1.0}
"""What changes without a script, and the seconds between two redraws for it."""
NOTHING = "live_requests"
"""A part that draws nothing to be seen; Streamlit would rerun the pressed control's part if no part was named."""


class Drawn(NamedTuple):
    """A part as a script has drawn it last: ``state`` is that of what it depends on, by event."""

    on: On
    where: Where
    state: dict[On, object]
    at: float


class DrawnParts:
    """The parts that scripts have drawn in a tab, by key, in the order of the page.

    ``looks`` has, for each event of `EVERY_S`, a function that returns the current state; any thread calls it.
    ``is_live`` says whether the live channel is open. ``announce`` is called when parts were drawn, or are to be drawn
    again.
    """

    def __init__(self) -> None:
        self.parts: dict[str, Drawn] = {}
        self.looks: Mapping[On, Callable[[], object]] = {}
        self.is_live: Callable[[], bool] = lambda: False
        self.announce: Callable[[], None] = lambda: None

    def note(self, key: str, on: On, where: Where) -> None:
        """Record that a part is drawn now."""
        state = {one: look() for one, look in self.looks.items() if one in on}
        self.parts[key] = Drawn(on, where, state, time.monotonic())

    def outdated(self, least_s: float) -> tuple[list[tuple[str, float, bool]], float | None]:
        """Return the parts to be drawn again, and the seconds until another one may be due, or None.

        Of each part: its key, a number that changes whenever it is drawn, and whether it is in the open tab. Between
        two redraws for anything but a stroke are at least ``least_s``.
        """
        states, now = {one: look() for one, look in self.looks.items()}, time.monotonic()
        found, waits = [], []
        for key, drawn in list(self.parts.items()):
            changed = [one for one, state in drawn.state.items() if state != states[one]]
            wait = min((max(EVERY_S[one], EVERY_S[one] and least_s) for one in changed), default=None)
            if wait is not None and now - drawn.at >= wait:
                found.append((key, round(drawn.at, 3), drawn.where is Where.TAB))
            elif wait is not None:
                waits.append(drawn.at + wait - now)
        return found, min(waits, default=None)


_drawn_parts = SessionVar[DrawnParts | None]("drawn_parts", None)
"""The parts that this session's scripts have drawn."""


def drawn_parts() -> DrawnParts:
    """Return the parts that this tab's scripts have drawn."""
    found = _drawn_parts.get()
    if found is None:
        found = DrawnParts()
        _drawn_parts.set(found)
    return found


def part(
    key: str, *, on: On | Callable[..., On], where: Where = Where.CARDS
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that makes a function draw a part of the page, again after each of these events.

    ``on`` may be a function that returns them for the function's arguments, whenever it is drawn; ``On(0)`` is for a
    part that only its own controls change.
    """

    def declare(act: Callable[..., None]) -> Callable[..., None]:
        @wraps(act)
        def draw(*args: Any) -> None:
            drawn = drawn_parts()
            drawn.note(key, on if isinstance(on, On) else on(*args), where)
            drawn.announce()
            act(*args)

        return fragment(draw, key=key)

    return declare


def fragment(act: Callable[..., None], *, key: str) -> Callable[..., None]:
    """Return a fragment of a function, like ``st.fragment``, in a container that keeps its place on the page.

    On a slow connection, a fragment can run again before its last drawing was sent. Streamlit then drops that drawing
    with its container. Without a second container around it, all later elements would move up by one place.
    """
    drawn = st.fragment(act, key=key)

    @wraps(act)
    def place(*args: Any) -> None:
        with st.container():
            drawn(*args)

    return place


def redraw(on: On) -> None:
    """Redraw the parts that depend on what has changed; for callbacks, as their last act.

    In the open tab, the browser asks for parts that depend on a stroke, once they are in view. Without the live
    channel, which also draws what moves, the whole page is drawn.
    """
    drawn = drawn_parts()
    if not drawn.is_live():
        rerun_page()
        return
    at_once = {Where.CARDS: on, Where.TAB: on & ~On.STROKE}
    keys = [key for key, one in drawn.parts.items() if one.on & at_once[one.where]]
    for key in keys:  # else the browser would ask for those that are drawn a moment later
        drawn.note(key, drawn.parts[key].on, drawn.parts[key].where)
    drawn.announce()
    redraw_parts(keys)


def rerun_page() -> None:
    """Redraw the whole page after a press in a fragment, as other parts change too; for callbacks, as their last act.

    In a fragment it does not return.
    """
    if fragments_of_this_run():
        st.rerun()


def redraw_parts(keys: list[str]) -> None:
    """Redraw the parts with these keys, or the whole page where that would lose something; for callbacks in a fragment.

    A callback runs before its script, and Streamlit 1.67 reruns these fragments instead of that script. If the script
    draws the whole page, it continues, because it draws these fragments too. If it draws several fragments, because
    messages were merged, some of them would be lost, so the whole page is drawn.
    """
    asked_for = fragments_of_this_run()
    if not asked_for:
        return
    if len(asked_for) > 1:
        st.rerun()
    try:
        st.rerun(keys or [NOTHING])
    except StreamlitAPIException:  # one of them was removed with its tab, which the browser did not know yet
        st.rerun()


def fragments_of_this_run() -> list[str]:
    """Return the fragments that this script draws; none if it draws the whole page."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context.fragment_ids_this_run or [] if context is not None else []
