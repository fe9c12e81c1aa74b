"""Visitors, kept by the server: their run and drawing outlive a reload of the tab, and most of it the server."""

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable

from mlp.page.memory import give_back
from mlp.page.on_disk import is_all_there, restored, save
from mlp.page.visitor import Visitor
from mlp.training.checkpoints import Checkpoints

KEPT_S = 6 * 3600.0  # after a visitor was last seen
MAX_VISITORS = 500
MAX_MB = 1000.0  # of all visitors' runs and drawings together
AWAY_S = 45.0  # with no open tab, before a run is paused
AT_REST_S = 150.0  # the same, before what is on disk is no longer held in memory; Streamlit's sessions are gone by then
CHECK_S = 5.0
GIVE_BACK_S = 60.0  # between two times that freed memory is handed back, which takes a tenth of a second
SAVING_SHARE = 0.1  # of the time, at most, for writing checkpoints

ID = re.compile(r"[\w-]{32}", re.ASCII)  # what secrets.token_urlsafe(24) gives

log = logging.getLogger(__name__)


class Visitors:
    """All visitors of this server, by an id that nobody can guess.

    At most ``max_visitors`` of them and ``max_mb`` of their things are kept. Who has nothing to lose goes first, then
    who has no open tab, then who was not seen for longest.

    Parameters
    ----------
    is_open : callable
        Tells whether a session of the page, by its id, still has an open connection.
    checkpoints : Checkpoints, optional
        Where runs are kept beyond that, and beyond the life of this server.
    """

    def __init__(
        self,
        is_open: Callable[[str], bool],
        checkpoints: Checkpoints | None = None,
        *,
        max_visitors: int = MAX_VISITORS,
        max_mb: float = MAX_MB,
    ) -> None:
        self._is_open = is_open
        self._checkpoints = checkpoints
        self._max_visitors = max_visitors
        self._max_bytes = max_mb * 1e6
        self._visitors: dict[str, Visitor] = {}
        self._lock = threading.Lock()
        self._saving = threading.Lock()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._visitors)

    def watch(self) -> None:
        """Check for ever, in a thread of its own."""
        threading.Thread(target=self._check_for_ever, name="visitors", daemon=True).start()

    def get(self, visitor_id: str | None, session_id: str) -> Visitor:
        """Find a visitor again, or welcome a new one under a new id; an id that we did not give is never taken up."""
        with self._lock:
            visitor = self._visitors.get(visitor_id or "")
            if visitor is not None:
                self._note_presence(visitor, session_id)
                return visitor
        from_disk = self._from_disk(visitor_id)  # without holding up others
        with self._lock:
            visitor = self._visitors.get(visitor_id or "") or from_disk or Visitor(secrets.token_urlsafe(24))
            if visitor.id not in self._visitors:
                if len(self._visitors) >= self._max_visitors:
                    self._forget(self._least_missed()[:1])
                self._visitors[visitor.id] = visitor
            self._note_presence(visitor, session_id)
        return visitor

    def _note_presence(self, visitor: Visitor, session_id: str) -> None:
        visitor.sessions.add(session_id)
        visitor.last_seen = time.monotonic()
        if visitor.paused_for_absence:
            visitor.paused_for_absence = False
            if visitor.job is not None:
                visitor.job.play()

    def _from_disk(self, visitor_id: str | None) -> Visitor | None:
        """Look for an unknown id among the checkpoints."""
        if not self._checkpoints:
            return None
        if not isinstance(visitor_id, str) or not ID.fullmatch(visitor_id):  # in tests a cookie may be anything
            return None
        return restored(visitor_id, self._checkpoints)

    def save(self, *, all_now: bool = False) -> None:
        """Write what has changed of every visitor; with ``all_now`` also what could wait, as the server ends."""
        if self._checkpoints:
            with self._lock:
                visitors = list(self._visitors.values())
            with self._saving:
                for visitor in visitors:
                    save(visitor, self._checkpoints, all_now=all_now)

    def check(self) -> None:
        """Pause the runs of those who left, let go of what is on disk too, and keep memory bounded."""
        with self._lock:
            now = time.monotonic()
            for visitor in self._visitors.values():
                visitor.sessions = {session for session in visitor.sessions if self._is_open(session)}
                if visitor.sessions:
                    visitor.last_seen = now
                elif visitor.sweep is not None and visitor.sweep.playing and now - visitor.last_seen > AWAY_S:
                    visitor.sweep.pause()  # stays so: its button says "Resume all"
                elif visitor.job is not None and visitor.job.playing and now - visitor.last_seen > AWAY_S:
                    visitor.paused_for_absence = True
                    visitor.job.pause()
            self._forget([visitor for visitor in self._visitors.values() if self._can_go(visitor, now)])
            sizes = {visitor.id: visitor.n_bytes() for visitor in self._visitors.values()}
            surplus = sum(sizes.values()) - self._max_bytes
            for visitor in self._least_missed():
                if surplus <= 0:
                    break
                surplus -= sizes[visitor.id]
                if sizes[visitor.id]:
                    self._forget([visitor])

    def _can_go(self, visitor: Visitor, now: float) -> bool:
        """Whether a visitor was not seen for too long, or is away and would be found on disk."""
        away_s = now - visitor.last_seen
        if away_s <= AT_REST_S or (away_s <= KEPT_S and visitor.notice is not None):
            return False
        return away_s > KEPT_S or (self._checkpoints is not None and is_all_there(visitor, self._checkpoints))

    def _least_missed(self) -> list[Visitor]:
        """All visitors, first those who can be forgotten first."""
        return sorted(self._visitors.values(), key=lambda who: (who.has_work(), bool(who.sessions), who.last_seen))

    def _forget(self, visitors: list[Visitor]) -> None:
        for visitor in visitors:
            del self._visitors[visitor.id]
            visitor.close()

    def _check_for_ever(self) -> None:
        pause_s, given_back = CHECK_S, time.monotonic()
        while True:
            time.sleep(pause_s)
            began = time.monotonic()
            try:
                self.save()
                self.check()
                if began - given_back > GIVE_BACK_S:
                    give_back()
                    given_back = began
            except Exception:
                log.exception("the visitors could not be checked")
            pause_s = max(CHECK_S, (time.monotonic() - began) / SAVING_SHARE)
