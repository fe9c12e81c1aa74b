"""Keep all visitors of the server, so that their work outlives a reload of the page."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.by_code import ByCode
from mlp.page.visitors.codes import ID, new_id
from mlp.page.visitors.engine import engine
from mlp.page.visitors.memory import return_large_blocks, return_memory
from mlp.page.visitors.owner import Owner
from mlp.page.visitors.persistence import is_saved, restore, save
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.image_set import delete_unused

AWAY_S = 45.0  # without an open page, before a run is paused
AT_REST_S = 150.0  # the same before saved work leaves memory; Streamlit's sessions are gone by then
KEPT_S = 6 * 3600.0  # the same without a disk, when it is deleted
MAX_MB = 1000.0  # of all visitors' work together, see `Visitor.n_bytes`
SAVE_S = 1.0
CLEAN_UP_S = 60.0

log = logging.getLogger(__name__)


class NoSpaceError(Exception):
    """There is no room for a visitor's work."""


class Visitors:
    """All visitors of this server, by ids that cannot be guessed.

    Together they may take ``max_mb`` of memory: when it runs short, saved work of absent visitors leaves it, and then
    the next run, or the next visitor with saved work, is refused. ``is_open`` tells whether a session has an open
    connection; ``others`` are all further owners of work, which it saves, checks and forgets like visitors.
    """

    def __init__(
        self,
        is_open: Callable[[str], bool],
        checkpoints: Checkpoints | None = None,
        others: Sequence[ByCode[Any]] = (),
        *,
        max_mb: float = MAX_MB,
    ) -> None:
        self._is_open = is_open
        self._checkpoints = checkpoints
        self._max_bytes = max_mb * 1e6
        self._others = others
        for other in others:
            other.checkpoints = checkpoints
        self._visitors: dict[str, Visitor] = {}
        self._lock = threading.Lock()
        self._returning = threading.Lock()  # held while a visitor is restored, who may have opened several pages

    def __len__(self) -> int:
        """Number of visitors in memory."""
        return len(self._visitors)

    def present(self) -> list[Visitor]:
        """Return the visitors in memory."""
        with self._lock:
            return list(self._visitors.values())

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

        A NoSpaceError says that a returning visitor's work does not fit into memory beside that of others. A DiskError
        says that it cannot be read at present.
        """
        if (visitor := self._present(visitor_id, session_id)) is not None:
            return visitor
        if self._checkpoints and visitor_id and ID.fullmatch(visitor_id):
            with self._returning:
                if (visitor := self._present(visitor_id, session_id)) is not None:
                    return visitor
                visitor = Visitor(visitor_id)
                if restore(visitor, self._checkpoints):
                    for other in self._others:
                        other.check(visitor)
                    return self._enter(visitor, session_id)
        return self._enter(Visitor(new_id()), session_id)

    def _present(self, visitor_id: str | None, session_id: str) -> Visitor | None:
        """Return the visitor with this id if in memory, and note the session."""
        with self._lock:
            visitor = self._visitors.get(visitor_id or "")
            if visitor is not None:
                self._note_presence(visitor, session_id)
            return visitor

    def _enter(self, visitor: Visitor, session_id: str) -> Visitor:
        with self._lock:
            n_bytes = visitor.n_bytes()
            if n_bytes and not self._free(n_bytes) and any(other.has_work() for other in self._visitors.values()):
                raise NoSpaceError("there is no room for another visitor's work")
            self._visitors[visitor.id] = visitor
            self._note_presence(visitor, session_id)
        return visitor

    def knows(self, visitor_id: str) -> bool:
        """Whether there is a visitor with this id, in memory or on disk; an OSError if the disk cannot be read."""
        if visitor_id in self._visitors:
            return True
        return bool(ID.fullmatch(visitor_id) and self._checkpoints and self._checkpoints.knows(visitor_id))

    def remove(self, visitor: Visitor) -> None:
        """Delete all of a visitor's work from memory and disk; the pages then open again as a new visitor.

        So does what other owners have of it. After an OSError, some of it remains on the disk.
        """
        with visitor.lock:  # what a page is adding is there before; then none adds any, and no thread saves it again
            visitor.forgotten = True
        try:
            for other in self._others:
                other.leave(visitor)
            with visitor.disk_lock:
                if self._checkpoints:
                    self._checkpoints.remove(visitor.id)
        except OSError:
            visitor.forgotten = False
            raise
        with self._lock:
            if self._visitors.get(visitor.id) is visitor:
                del self._visitors[visitor.id]
        visitor.close()
        visitor.announce()

    def _note_presence(self, visitor: Visitor, session_id: str) -> None:
        visitor.sessions.add(session_id)
        visitor.last_seen = time.monotonic()
        if visitor.paused_for_absence:
            visitor.paused_for_absence = False
            if visitor.job is not None:
                visitor.job.play()

    def save(self, *, all_now: bool = False) -> None:
        """Save all owners, with ``all_now`` also what could wait."""
        if self._checkpoints:
            with self._lock:
                owners = self._owners()
            for owner in owners:
                try:
                    with engine().charged(owner.id):
                        save(owner, self._checkpoints, all_now=all_now)
                except Exception:  # an error with one owner must not affect the others
                    log.exception("some work could not be saved")

    def check(self) -> None:
        """Pause the runs of absent visitors, forget those at rest, and enforce the memory limit."""
        for visitor in self.present():
            for other in self._others:
                other.check(visitor)
        with self._lock:
            now = time.monotonic()
            for visitor in self._visitors.values():
                visitor.sessions = {session for session in visitor.sessions if self._is_open(session)}
                if not visitor.sessions and now - visitor.last_seen > AWAY_S:
                    visitor.pause_sweep()  # unlike a run, it stays paused: its button says "Resume"
                    if visitor.job is not None and visitor.job.playing:
                        visitor.paused_for_absence = True
                        visitor.job.pause()
            for owner in self._owners():
                if owner.is_here:
                    owner.last_seen = now
                self._forget_absent(owner, AT_REST_S)
            self._free()

    def _owners(self) -> list[Owner]:
        """Return all owners in memory. The lock is held."""
        return [*self._visitors.values(), *(owner for other in self._others for owner in other.present())]

    def free_memory(self, n_bytes: int) -> bool:
        """Whether a visitor can have ``n_bytes`` more, after saved work of absent ones left memory if necessary."""
        with self._lock:
            return self._free(n_bytes)

    def _free(self, n_bytes: int = 0) -> bool:
        """Forget those who are absent, the largest first, until ``n_bytes`` more fit; return whether they do."""
        owners = self._owners()
        surplus = sum(owner.n_bytes() for owner in owners) + n_bytes - self._max_bytes
        for owner in sorted(owners, key=Owner.n_bytes, reverse=True):
            size = owner.n_bytes()
            if surplus > 0 and self._forget_absent(owner):
                surplus -= size
        return surplus <= 0

    def _forget_absent(self, owner: Owner, away_s: float = 0.0) -> bool:
        """Free the work of an owner who has been absent for so long, if all is on disk; return whether it was freed.

        Without a disk, all work is deleted after six hours.
        """
        if owner.is_here or time.monotonic() - owner.last_seen < (away_s if self.has_disk else KEPT_S):
            return False
        if not owner.disk_lock.acquire(blocking=False):  # a save is in progress
            return False
        try:
            with owner.lock:  # nobody joins, and nothing changes, from the last look until it has left memory
                if owner.is_here or (self.has_disk and not is_saved(owner)):
                    return False
                if self._visitors.pop(owner.id, None) is None:
                    for other in self._others:
                        other.forget(owner.id)
                owner.close()
            return True
        finally:
            owner.disk_lock.release()

    def delete_unused_sets(self) -> None:
        """Delete the files of data sets that no visitor has, in memory or on disk."""
        used = set() if self._checkpoints is None else self._checkpoints.sets()
        delete_unused(used.union(*({*visitor.sets, *visitor.learned_sets()} for visitor in self.present())))

    def _check_forever(self) -> None:
        cleaned = time.monotonic()
        while True:
            time.sleep(SAVE_S)
            try:
                self.save()
                self.check()
                if time.monotonic() - cleaned > CLEAN_UP_S:
                    cleaned = time.monotonic()
                    return_memory()
                    if self._checkpoints:
                        self._checkpoints.clean_up()
                    self.delete_unused_sets()
            except Exception:
                log.exception("the visitors could not be checked")
