"""The one way to redraw: each fragment of the page says what it depends on, and an event redraws those that do.

A fragment is one of Streamlit, in a container that the page keeps. A callback calls `redraw` with what has changed.
Strokes, runs and computations also change without a script: then the browser asks for the outdated fragments, those in
the open tab once they are in view. Parts that move without scripts come through the live channel, see
`mlp.page.live.protocol`.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, wraps
from itertools import chain
from typing import Any, NamedTuple, Protocol

import streamlit as st
from streamlit.errors import StreamlitAPIException

from mlp.page.session_var import SessionVar


class Page(Protocol):
    """What fragments need of the page on which they stand, and the parts of it at which their events look."""

    desk: Any
    visitor: Any
    work: Any

    @property
    def followed(self) -> bool:
        """Whether the live channel updates it."""
        ...

    def changed(self, *names: str) -> None:
        """Announce possible changes in the parts of these sources."""


@dataclass(eq=False)
class Event:
    """A change on which fragments of the page depend, declared in the file that causes it.

    ``look`` returns the state of a page, in any thread; it is None if only scripts change it. Between two redraws for
    it are at least ``every_s`` seconds. If changes may be ``unheard``, as nothing wakes the page for them, the page
    looks as often by itself.
    """

    look: Callable[[Page], object] | None = None
    every_s: float = 0.0
    unheard: bool = False


class Where(Enum):
    """Where a fragment stands."""

    CARDS = auto()  # above the tabs, where visitors look while they draw and train
    TAB = auto()  # in the open tab


NOTHING = "live_requests"
"""A fragment that draws nothing to be seen; Streamlit would rerun that of the pressed control if none was named."""


class Drawn(NamedTuple):
    """A fragment as a script has drawn it last, with the states at which its events looked."""

    on: Collection[Event]
    where: Where
    states: dict[Event, object]
    at: float


class DrawnFragments:
    """The fragments that scripts have drawn on a ``page`` of the live channel, by key, in the order of the page."""

    def __init__(self) -> None:
        self.fragments: dict[str, Drawn] = {}
        self.page: Page | None = None

    def note(self, key: str, on: Collection[Event], where: Where) -> None:
        """Record that a fragment is drawn now."""
        page = self.page
        states = {event: event.look(page) for event in on if event.look is not None and page is not None}
        self.fragments[key] = Drawn(on, where, states, time.monotonic())

    def outdated(self, least_s: float) -> tuple[list[tuple[str, float, bool]], float | None]:
        """Return the fragments to be drawn again, and the seconds until another one may be due, or None.

        Of each: its key, a number that changes whenever it is drawn, and whether it is in the open tab. Between
        two redraws for anything but a stroke are at least ``least_s``.
        """
        look, now = cache(lambda event: event.look(self.page)), time.monotonic()
        outdated, waits = [], []
        for key, drawn in list(self.fragments.items()):
            changed = [event for event, state in drawn.states.items() if state != look(event)]
            wait = min((max(event.every_s, event.every_s and least_s) for event in changed), default=None)
            if wait is not None and now - drawn.at >= wait:
                outdated.append((key, round(drawn.at, 3), drawn.where is Where.TAB))
            elif wait is not None:
                waits.append(drawn.at + wait - now)
            waits += [max(event.every_s, least_s) for event in drawn.states if event.unheard]
        return outdated, min(waits, default=None)


_drawn_fragments = SessionVar("drawn_fragments", DrawnFragments())


def drawn_fragments() -> DrawnFragments:
    """Return the fragments that this page's scripts have drawn."""
    return _drawn_fragments.start(DrawnFragments())


def redrawn(
    key: str, *on: Event | Callable[..., Collection[Event]], where: Where = Where.CARDS
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that makes a function draw a fragment of the page, again after each of these events.

    One may be a function that returns events for the function's arguments, whenever it is drawn. None are for a
    fragment that only its own controls change.
    """

    def declare(act: Callable[..., None]) -> Callable[..., None]:
        @wraps(act)
        def draw(*args: Any) -> None:
            drawn, events = drawn_fragments(), [[event] if isinstance(event, Event) else event(*args) for event in on]
            drawn.note(key, list(chain(*events)), where)
            if drawn.page is not None:
                drawn.page.changed("page")
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


def redraw(*on: Event) -> None:
    """Redraw the fragments that depend on what has changed; for callbacks, as their last act.

    In the open tab, the browser asks for those that not only scripts change, once they are in view. Without the live
    channel, which also draws what moves, the whole page is drawn.
    """
    drawn = drawn_fragments()
    if drawn.page is None or not drawn.page.followed:
        rerun_page()
        return
    at_once = {Where.CARDS: set(on), Where.TAB: {event for event in on if event.look is None}}
    keys = [key for key, last in drawn.fragments.items() if not at_once[last.where].isdisjoint(last.on)]
    for key in keys:  # else the browser would ask for those that are drawn a moment later
        drawn.note(key, drawn.fragments[key].on, drawn.fragments[key].where)
    drawn.page.changed("page")
    redraw_fragments(keys)


def rerun_page() -> None:
    """Redraw the whole page after a press in a fragment, as others change too; for callbacks, as their last act.

    In a fragment it does not return.
    """
    if fragments_of_this_run():
        st.rerun()


def redraw_fragments(keys: list[str]) -> None:
    """Redraw the fragments with these keys, or the whole page where that would lose something; for callbacks in one.

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
