"""Open tabs of the page: what a script has said that each shows, for the socket that keeps it up to date."""

import secrets
import threading
from collections.abc import Callable, Collection
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakMethod, WeakValueDictionary, finalize

from mlp.jobs.job import Job
from mlp.page import state
from mlp.page.live.protocol import Ask
from mlp.page.visitors.visitor import Visitor

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
    read_of : bytes or None
        The drawing that was read last; None if nothing is drawn.
    spoken : mlp.page.train.spoken.Spoken or None
        What was said last to those who listen, see `mlp.page.train.spoken`.
    shown : str
        How things stood when a script last drew the page.
    follows : float
        Seconds between two times that the open tab is drawn anew; 0 if it does not follow the run.
    ticks : int
        How often a browser without the channel has asked for a script.
    swept : tuple
        The last pictures of a sweep, and when they were drawn.
    asked : Ask or None
        The newest question; it says what is on the canvas. None where no browser has asked yet.
    pictured : float
        When the network's picture was made last.
    prepared : tuple or None
        The picture of the newest question, and what was made of it.
    chosen : int or None
        Which of several digits in the drawing is looked at, from 0; None for the last one. A stroke forgets it.
    whole : bool
        Whether the network that answers reads a drawing as one thing, however many parts it has.
    instead : object
        The picture that is read in place of the drawing, as a script has said; a stroke puts it away.
    """

    def __init__(self) -> None:
        self.key = secrets.token_urlsafe(24)
        self.owner = ""
        self.read_of: bytes | None = None
        self.spoken: Any = None
        self.shown = ""
        self.follows = 0.0
        self.ticks = 0
        self.swept: tuple[float, tuple[str, ...]] = (0.0, ())
        self.asked: Ask | None = None
        self.pictured = 0.0
        self.prepared: tuple[str, Any] | None = None
        self.chosen: int | None = None
        self.whole = False
        self.instead: Any = None
        self._sources: dict[str, Source] = {}
        self._every_s: dict[str, float | None] = {}
        self._follower: Follower | None = None
        self._visitor: Visitor | None = None
        self._watched: WeakKeyDictionary[Job, finalize] = WeakKeyDictionary()  # each ends a subscription
        self._lock = threading.Lock()

    def show(self, visitor: Visitor) -> None:
        """Show this visitor's things: whatever changes in them wakes the tab from now on."""
        self.owner, self._visitor = visitor.id, visitor
        visitor.listeners.add(self)
        self._watch(visitor.jobs())

    def visitor_changed(self) -> None:
        """Learn that another run or sweep is on."""
        if self._visitor is not None:
            self._watch(self._visitor.jobs())
        self.changed()

    def _watch(self, jobs: Collection[Job]) -> None:
        """Be woken by these jobs, and no longer by others; neither keeps the other in memory."""
        woken = WeakMethod(self.changed)

        def wake() -> None:
            if (changed := woken()) is not None:
                changed()

        with self._lock:
            gone = [self._watched.pop(job) for job in list(self._watched) if job not in jobs]
            new = [job for job in jobs if job not in self._watched]
            for job in new:
                self._watched[job] = finalize(self, job.subscribe(wake))
        for leave in gone:
            leave()

    def arrived(self, step: tuple[int, int] | None) -> None:
        """Note that the browser has drawn this step of the run of this number; a slow run waits for that."""
        visitor = self._visitor
        if step is not None and visitor is not None and visitor.job is not None and step[0] == visitor.runs.number:
            visitor.job.note_seen(step[1])

    def ask(self, question: Ask) -> None:
        """Note what is on the canvas."""
        self.asked = question
        if question.pen:
            self.instead = self.chosen = None

    def tell(self, name: str, source: Source, *, every_s: float | None = None) -> None:
        """Keep where parts come from, in place of an earlier source of this name; it is called in another thread.

        With ``every_s`` all parts are looked at again after so many seconds, and again, as nobody tells of a change.
        """
        with self._lock:
            self._sources[name] = source
            self._every_s = {**self._every_s, name: every_s}
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
    def every_s(self) -> float | None:
        """Seconds after which all parts are to be looked at again; None if somebody tells of each change."""
        return min((seconds for seconds in self._every_s.values() if seconds is not None), default=None)

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
