"""Keep all visitors of the server, so that their work outlives a reload of the tab."""

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from mlp.jobs.checkpoints import Checkpoints, OutdatedError
from mlp.page.visitors.engine import engine
from mlp.page.visitors.eviction import (
    MAX_MB,
    MAX_VISITORS,
    free_memory,
    is_at_rest,
    next_to_forget,
)
from mlp.page.visitors.memory import return_large_blocks, return_memory
from mlp.page.visitors.persistence import restored, save
from mlp.page.visitors.visitor import Visitor

AWAY_S = 45.0  # without an open tab, before a run is paused
CHECK_S = 5.0
SAVE_S = 0.5  # between two checks for small parts to save; for thirty visitors one takes 8 ms
CLEAN_UP_S = 3600.0
RETURN_MEMORY_S = 60.0  # between two returns of freed memory to the system, each of which takes 0.1 s
SAVING_SHARE = 0.1  # of the time, at most, for writing runs

ELSEWHERE = "You continued somewhere else. This is your work as it was last saved there."
READ_AGAIN = (
    "The server can read your earlier work again: here it is. What you made meanwhile has a code of its own, {}, which "
    "is also under Share, Someone else’s turn."
)

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o or u, which are misread
ID = re.compile(rf"(?:[{LETTERS}]{{4}}(?:-[{LETTERS}]{{4}}){{3}}|[\w-]{{32}})", re.ASCII)  # or of the previous version
MAX_MOVED = 10_000

log = logging.getLogger(__name__)


class NoRoomError(Exception):
    """There is no room for another visitor."""


def new_id() -> str:
    """Return a random id of 80 bits, which a person can write down, such as ``k7dw-m3xq-9tfa-2b8h``."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def id_from_text(text: str) -> str | None:
    """Return the id that a person typed; None if it is none.

    Examples
    --------
    >>> id_from_text(" K7DW m3xq9tfa-2B8H"), id_from_text("olio-llii-0000-1111"), id_from_text("k7dw")
    ('k7dw-m3xq-9tfa-2b8h', '0110-1111-0000-1111', None)
    """
    letters = re.sub(r"[\s-]", "", text).lower().translate(str.maketrans("oil", "011"))
    found = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    return found if ID.fullmatch(found) else None


class Visitors:
    """All visitors of this server, by ids that cannot be guessed.

    The registry holds at most ``max_visitors`` visitors and ``max_mb`` of their work; `mlp.page.visitors.eviction`
    decides whose work is freed when that is not enough.

    Parameters
    ----------
    is_open : callable
        Whether the session with this id still has an open connection.
    checkpoints : Checkpoints, optional
        The disk storage, which outlives the registry and the server.
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
        self._moved: dict[str, str] = {}  # sessions that continue as another visitor, oldest first, with its id

    def __len__(self) -> int:
        """Number of visitors in memory."""
        return len(self._visitors)

    @property
    def has_disk(self) -> bool:
        """Whether visitors' work outlives the server."""
        return self._checkpoints is not None

    def watch(self) -> None:
        """Start a thread that saves and checks visitors until the server ends."""
        return_large_blocks()
        threading.Thread(target=self._check_forever, name="visitors", daemon=True).start()

    def get(self, visitor_id: str | None, session_id: str) -> Visitor:
        """Return the visitor with this id, or a new one under a new id: an unknown id is never adopted.

        Raises
        ------
        NoRoomError
            If there are too many visitors, each with work that is not saved.
        """
        with self._lock:
            visitor = self._visitors.get(visitor_id or "")
            if visitor is not None and not self._is_outdated(visitor):
                self._note_presence(visitor, session_id)
                return visitor
        if visitor is not None:
            self._replace(visitor.id)
        from_disk = self._from_disk(visitor_id)  # outside the lock, as it is slow
        with self._lock:
            visitor = self._visitors.get(visitor_id or "") or from_disk or Visitor(new_id())
            if visitor.id not in self._visitors:
                if len(self._visitors) >= self._max_visitors:
                    self._forget_one()
                self._visitors[visitor.id] = visitor
            self._note_presence(visitor, session_id)
            self._free(above=visitor.n_bytes())
        return visitor

    def _forget_one(self) -> None:
        given_up = next_to_forget(self._visitors.values(), self._checkpoints)
        if given_up is None:
            raise NoRoomError("there is no room for another visitor")
        self._forget(given_up)

    def knows(self, visitor_id: str) -> bool:
        """Whether there is a visitor with this id, in memory or on disk.

        Raises
        ------
        OSError
            If the disk cannot be read at present.
        """
        if visitor_id in self._visitors:
            return True
        return bool(ID.fullmatch(visitor_id) and self._checkpoints and self._checkpoints.newest(visitor_id).files)

    def leave(self, visitor: Visitor, to: str | None = None) -> None:
        """Move all tabs of a visitor to the visitor ``to``, or to a new one; the old work stays under its id."""
        with self._lock:
            if to is None:
                newcomer = Visitor(to := new_id())
                self._visitors[to] = newcomer
            self._moved |= dict.fromkeys(visitor.sessions, to)
            for session in list(self._moved)[:-MAX_MOVED]:
                del self._moved[session]
            visitor.sessions = set()
            visitor.times_left += 1
        visitor.announce()

    def moved(self, session_id: str) -> str | None:
        """Return the id of the visitor to whom a tab was moved, or None."""
        return self._moved.get(session_id)

    def remove(self, visitor: Visitor) -> None:
        """Delete all of a visitor's work from memory and disk, and move the tabs to a new visitor.

        This includes what was made while the disk could not be read, which has a code of its own.

        Raises
        ------
        OSError
            If the disk cannot be changed; then some of it remains.
        """
        if apart := self._visitors.get(visitor.apart) or self._from_disk(visitor.apart):
            self.remove(apart)
        with visitor.disk_lock:
            if self._checkpoints:
                self._checkpoints.remove(visitor.id)
            visitor.forgotten = True  # so that no thread saves the work again
        self.leave(visitor)
        with self._lock:
            if self._visitors.get(visitor.id) is visitor:
                self._forget(visitor)

    def _is_outdated(self, visitor: Visitor) -> bool:
        """Whether another server has saved a returning visitor since."""
        if self._checkpoints is None or visitor.sessions:
            return False
        with suppress(OSError, ValueError):
            return self._checkpoints.newest(visitor.id).revision > visitor.kept.revision
        return False

    def _note_presence(self, visitor: Visitor, session_id: str) -> None:
        visitor.sessions.add(session_id)
        visitor.last_seen = time.monotonic()
        if visitor.paused_for_absence:
            visitor.paused_for_absence = False
            if visitor.job is not None:
                visitor.job.play()

    def _from_disk(self, visitor_id: str | None) -> Visitor | None:
        """Return the visitor saved on disk under this id, or None."""
        if not self._checkpoints:
            return None
        if not isinstance(visitor_id, str) or not ID.fullmatch(visitor_id):  # in tests, a cookie is a mock
            return None
        return restored(visitor_id, self._checkpoints)

    def save(self, *, all_now: bool = False, only_small: bool = False) -> None:
        """Save every visitor; parameters as in `mlp.page.visitors.persistence.save`.

        If another server has saved a newer state of a visitor, that state replaces the one here.
        """
        if self._checkpoints:
            with self._lock:
                visitors = dict(self._visitors)
            for visitor_id, visitor in visitors.items():
                try:
                    with engine().charged(visitor_id):
                        save(visitor, self._checkpoints, all_now=all_now, only_small=only_small)
                except OutdatedError:
                    self._replace(visitor_id)
                except Exception:  # an error with one visitor must not affect the others
                    log.exception("a visitor could not be saved")

    def _replace(self, visitor_id: str) -> None:
        """Replace a visitor's state by the newer one on disk, and reload the tabs; if it was deleted, they start empty.

        If the disk could not be read when the visitor came, the work since then moves to an id of its own.
        """
        newer = self._from_disk(visitor_id)
        with self._lock:
            visitor = self._visitors.get(visitor_id)
            if visitor is None or (newer is not None and newer.kept.revision <= visitor.kept.revision):
                return  # the newer state cannot be read now, or is already here
            is_apart = visitor.kept.revision == 0 and visitor.has_work()
            if is_apart:
                del self._visitors[visitor_id]
                visitor.id = new_id()
                self._visitors[visitor.id] = visitor
            else:
                self._forget(visitor)
            if newer is not None:
                if is_apart:  # it keeps the code of what was made apart before
                    newer.apart, visitor.apart = visitor.id, newer.apart
                newer.add_notice(READ_AGAIN.format(visitor.id) if is_apart else ELSEWHERE)
                self._visitors[visitor_id] = newer
        if visitor.sessions:
            self.leave(visitor, visitor_id if newer else visitor.id if is_apart else None)

    def check(self) -> None:
        """Pause the runs of absent visitors, forget those at rest, and enforce the memory limit."""
        with self._lock:
            now = time.monotonic()
            for visitor in self._visitors.values():
                visitor.sessions = {session for session in visitor.sessions if self._is_open(session)}
                if visitor.sessions:
                    visitor.last_seen = now
                elif now - visitor.last_seen > AWAY_S:
                    visitor.pause_sweep()  # unlike a run, it stays paused: its button says "Resume all"
                    if visitor.job is not None and visitor.job.playing:
                        visitor.paused_for_absence = True
                        visitor.job.pause()
            for visitor in [each for each in self._visitors.values() if is_at_rest(each, self._checkpoints)]:
                self._forget(visitor)
            self._free()

    def make_room(self, visitor: Visitor, n_bytes: int) -> bool:
        """Whether ``visitor`` can have ``n_bytes`` more, after freeing the memory of others if necessary.

        Those with less than this visitor would have then keep everything.
        """
        with self._lock:
            return self._free(n_bytes, above=visitor.n_bytes() + n_bytes)

    def _free(self, n_bytes: int = 0, *, above: float = 0.0) -> bool:
        """Free as much memory as ``n_bytes`` more would exceed the limit by; parameters as in `free_memory`."""
        visitors = list(self._visitors.values())
        surplus = sum(visitor.n_bytes() for visitor in visitors) + n_bytes - self._max_bytes
        return free_memory(visitors, surplus, self._checkpoints, self._forget, above)

    def _forget(self, visitor: Visitor) -> None:
        del self._visitors[visitor.id]
        visitor.close()

    def _check_forever(self) -> None:
        next_save = next_check = cleaned = given_back = time.monotonic()
        while True:
            time.sleep(SAVE_S)
            began = time.monotonic()
            try:
                self.save(only_small=began < next_save)
                if began >= next_save:
                    next_save = began + (time.monotonic() - began) / SAVING_SHARE
                if began >= next_check:
                    self.check()
                    next_check = began + CHECK_S
                if began - given_back > RETURN_MEMORY_S:
                    return_memory()
                    given_back = began
                if began - cleaned > CLEAN_UP_S and self._checkpoints:
                    self._checkpoints.clean_up()
                    cleaned = began
            except Exception:
                log.exception("the visitors could not be checked")
