"""Open pages, with the sources of their moving parts, for the sockets that update them."""

import secrets
import threading
from collections.abc import Callable, Collection
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakMethod, WeakValueDictionary, finalize

from mlp.jobs.job import Job
from mlp.language import speaking, speaks
from mlp.page.live.desk import Desk
from mlp.page.live.protocol import Ask
from mlp.page.session_var import SessionVar
from mlp.page.visitors.visitor import Visitor

_live_page = SessionVar[Any]("live_page", None)
"""The session's page, as the live channel knows it."""

ANSWER_S = 0.15
"""Longest time that a script waits for the answer to a finished stroke."""

Parts = dict[str, Any]
"""Current parts of the page, by their names in the protocol."""
Source = Callable[["LivePage"], Parts]
"""Returns some of a page's parts, outside of any script."""


class Follower(Protocol):
    """The connection that updates a page; its methods can be called from any thread."""

    def wake(self, names: Collection[str], *, urgent: bool = False) -> None:
        """Respond to possible changes in the parts of these sources; texts of ``urgent`` ones overtake pictures."""

    def hand_over(self) -> None:
        """Close, as another connection takes over."""


class LivePage:
    """A page in one tab of a browser: its secret, the sources of its parts, and its canvas.

    Scripts, jobs and the socket use it in their threads.
    """

    def __init__(self) -> None:
        self.key = secrets.token_urlsafe(24)
        """The secret that identifies the page's browser."""
        self.language = speaks()
        """The language of its texts."""
        self.owner = ""
        """The visitor's id."""
        self.visitor: Visitor | None = None
        """The visitor whose work it shows."""
        self.desk = Desk()
        """What is being read."""
        self.spoken: Any = None
        """The last announcement to screen readers, a `mlp.page.train.spoken.Spoken`."""
        self.due_in_s: float | None = None
        """Seconds until a part may have to be drawn again, without any further change; None if none."""
        self.work: Any = None
        """The name of the lab's experiment whose computation was started last, and the computation."""
        self.question: Ask | None = None
        """The newest question; None before the first."""
        self.trip_s = 0.0
        """Seconds from sending the last message until the browser had drawn it."""
        self._answered = threading.Event()  # set once the finished stroke is answered
        self._answered.set()
        self._connected = threading.Event()  # set from the first connection on
        self._sources: dict[str, Source] = {}
        self._follower: Follower | None = None
        self._watched: WeakKeyDictionary[Job, finalize] = WeakKeyDictionary()  # calling one ends its subscription
        self._lock = threading.Lock()

    def show(self, visitor: Visitor) -> None:
        """Show this visitor's work; changes of it wake the page from now on."""
        self.owner, self.visitor = visitor.id, visitor
        visitor.listeners.add(self)
        self._watch(visitor.jobs())

    def visitor_changed(self) -> None:
        """Respond to a new run or sweep."""
        if self.visitor is not None:
            self._watch(self.visitor.jobs())
        self.changed()

    def _watch(self, jobs: Collection[Job]) -> None:
        """Subscribe to exactly these jobs; page and jobs do not keep each other in memory."""
        woken = WeakMethod(self._job_changed)

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

    def _job_changed(self) -> None:
        """Announce a change of a job; a run that does not play has changed by a press, or has ended."""
        job = None if self.visitor is None else self.visitor.job
        if job is not None and not job.playing and (follower := self._follower) is not None:
            follower.wake(("run",), urgent=True)
        self.changed()

    def arrived(self, step: tuple[int, int] | None) -> None:
        """Record that the browser has drawn this run number and step, for which a slow run waits."""
        visitor = self.visitor
        if step is not None and visitor is not None and visitor.job is not None and step[0] == visitor.runs.current:
            visitor.job.note_seen(step[1])

    def ask(self, question: Ask) -> None:
        """Read the canvas of a question."""
        self.question = question
        self.desk.draw(question.ink, pen=question.pen)
        self._answered.clear()

    def note_answered(self, question: Ask) -> None:
        """Record that a question has been answered."""
        if question is self.question and not question.pen:
            self._answered.set()

    def wait_for_answer(self) -> None:
        """Wait until the finished stroke is answered, as a script at the same time would delay the answer."""
        if self.followed:
            self._answered.wait(ANSWER_S)

    def wait_for_connection(self, seconds: float) -> None:
        """Wait until the browser has drawn enough of a new page to connect, or this time is over."""
        self._connected.wait(seconds)

    def register(self, name: str, source: Source) -> None:
        """Register the source of parts under a name, in place of an earlier one; another thread calls it."""
        with self._lock:
            self._sources[name] = source
            self.language = speaks()
        self.changed(name)

    def changed(self, *names: str) -> None:
        """Announce possible changes in the parts of these sources, or of all sources if none is named."""
        with self._lock:
            follower, known = self._follower, tuple(self._sources)
        if follower is not None:
            follower.wake(names or known)

    def parts(self, names: Collection[str]) -> Parts:
        """Return the parts of these sources."""
        with self._lock:
            sources = [source for name, source in self._sources.items() if name in names]  # in order of registration
        parts: Parts = {}
        with speaking(self.language):
            for source in sources:
                parts |= source(self)
        return parts

    @property
    def followed(self) -> bool:
        """Whether a socket updates the page, so that no script needs to."""
        return self._follower is not None

    def connect(self, follower: Follower) -> None:
        """Make this connection update the page from now on, and close an earlier one."""
        with self._lock:
            earlier, self._follower = self._follower, follower
        self._connected.set()
        if earlier is not None:
            earlier.hand_over()
        self.changed()

    def disconnect(self, follower: Follower) -> None:
        """Stop updating through this connection, unless another has taken over."""
        with self._lock:
            if self._follower is follower:
                self._follower = None


_pages: WeakValueDictionary[str, LivePage] = WeakValueDictionary()
"""Open pages, by key; each lives as long as its session."""


def opened_page() -> LivePage:
    """Return a new page, which `page_of` finds by its key while a reference to it exists."""
    page = LivePage()
    _pages[page.key] = page
    return page


def this_page() -> LivePage:
    """Return the page of the running script."""
    page: LivePage | None = _live_page.get()
    if page is None:
        page = opened_page()
        _live_page.set(page)
    return page


def page_of(key: str) -> LivePage | None:
    """Return the page with this key, or None."""
    return _pages.get(key)
