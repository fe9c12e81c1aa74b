"""Open tabs of the page: what a script has said that each shows, for the socket that keeps it up to date."""

import secrets
import threading
from collections.abc import Callable, Collection
from typing import Any, Protocol
from weakref import WeakValueDictionary

from mlp.page import state
from mlp.page.live.protocol import Ask

Parts = dict[str, Any]
"""Parts of the page by their names in the protocol, as they are now."""
Source = Callable[["Tab"], Parts]
"""Makes some of a tab's parts, outside of any script."""


class Follower(Protocol):
    """What keeps a tab up to date; its methods may be called from any thread."""

    def wake(self, names: Collection[str]) -> None:
        """Learn that the parts of these sources may have changed."""

    def give_way(self) -> None:
        """End, as another one takes over."""


class Tab:
    """One tab: its secret, the sources of its parts, and what is on its canvas.

    Scripts, jobs and the socket use it from threads of their own.

    Attributes
    ----------
    key : str
        The secret by which its browser names itself.
    owner : str
        The id of the visitor.
    asked : Ask or None
        The newest question; it says what is on the canvas. None where no browser has asked yet.
    prepared : tuple or None
        The picture of the newest question, and what was made of it.
    instead : object
        The picture that is read in place of the drawing, as a script has said; a stroke puts it away.
    """

    def __init__(self) -> None:
        self.key = secrets.token_urlsafe(24)
        self.owner = ""
        self.asked: Ask | None = None
        self.prepared: tuple[str, Any] | None = None
        self.instead: Any = None
        self._sources: dict[str, Source] = {}
        self._follower: Follower | None = None
        self._lock = threading.Lock()

    def ask(self, question: Ask) -> None:
        """Note what is on the canvas."""
        self.asked = question
        if question.pen:
            self.instead = None

    def tell(self, name: str, source: Source) -> None:
        """Keep where parts come from, in place of an earlier source of this name; it is called in another thread."""
        with self._lock:
            self._sources[name] = source
        self.changed(name)

    def changed(self, *names: str) -> None:
        """Note that the parts of these sources may have changed, or those of all if none is named."""
        with self._lock:
            follower, known = self._follower, tuple(self._sources)
        if follower is not None:
            follower.wake(names or known)

    def parts(self, names: Collection[str]) -> Parts:
        """Ask the sources of these names for their parts."""
        with self._lock:
            sources = [self._sources[name] for name in names if name in self._sources]
        found: Parts = {}
        for source in sources:
            found |= source(self)
        return found

    @property
    def followed(self) -> bool:
        """Whether a socket keeps the tab up to date, so that no script needs to."""
        return self._follower is not None

    def connect(self, follower: Follower) -> None:
        """Let this one keep the tab up to date from now on; an earlier one gives way."""
        with self._lock:
            earlier, self._follower = self._follower, follower
        if earlier is not None:
            earlier.give_way()
        self.changed()

    def disconnect(self, follower: Follower) -> None:
        """Forget this one, if no other has taken over."""
        with self._lock:
            if self._follower is follower:
                self._follower = None


_tabs: WeakValueDictionary[str, Tab] = WeakValueDictionary()
"""By their keys; each lives as long as its session."""


def opened_tab() -> Tab:
    """Make a tab that is found by its key for as long as somebody holds it."""
    tab = Tab()
    _tabs[tab.key] = tab
    return tab


def this_tab() -> Tab:
    """Find the tab whose script runs, or make it."""
    tab: Tab | None = state.live_tab.get()
    if tab is None:
        tab = opened_tab()
        state.live_tab.set(tab)
    return tab


def tab_of(key: str) -> Tab | None:
    """Find the tab with this secret."""
    return _tabs.get(key)
