"""Work that others than its maker open, by a code: in memory while a page shows it, and else on disk."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.codes import new_code
from mlp.page.visitors.owner import Owner
from mlp.page.visitors.persistence import restore
from mlp.page.visitors.visitor import Visitor

PAUSE_S = 0.6
"""Between two times that pages are notified, as a class gives several drawings a second, and all pages show each."""


@dataclass
class CodedWork(Owner):
    """Work with a code, which its id holds after the name of its kind. Its methods can be called from any thread."""

    kind: ClassVar[str]
    n_letters: ClassVar[int]  # of the code
    listeners: "WeakSet[Any]" = field(default_factory=WeakSet)  # pages that show it, see `mlp.page.live.live_page`
    will_notify: bool = False
    notified_at: float = -PAUSE_S  # in seconds of the monotonic clock

    @classmethod
    def id_of(cls, code: str) -> str:
        """Return the id of the work with a code."""
        return f"{cls.kind} {code}"

    @classmethod
    def new_id(cls) -> str:
        """Return an id with a new code."""
        return cls.id_of(new_code(cls.n_letters))

    @property
    def code(self) -> str:
        """What one types or opens to find it."""
        return self.id.removeprefix(self.id_of(""))

    @property
    def is_here(self) -> bool:
        """Whether anybody has a page open that shows it."""
        return bool(self.listeners)

    def close(self) -> None:
        """Free all that is in it: pages may hold it for minutes, on which no press changes anything any more."""
        with self.lock:
            self.forgotten = True
            self.drop()
            self.saved.clear()
        self.changed()

    def drop(self) -> None:
        """Drop all work. The lock is held."""
        raise NotImplementedError

    def changed(self) -> None:
        """Notify whoever shows it, at once or after a pause since the last time, in which more changes can come."""
        with self.lock:
            if not self.will_notify:
                self.will_notify = True
                threading.Timer(max(0, self.notified_at + PAUSE_S - time.monotonic()), self._notify).start()

    def _notify(self) -> None:
        self.will_notify, self.notified_at = False, time.monotonic()
        for listener in list(self.listeners):
            listener.changed(self.kind, "page")


W = TypeVar("W", bound=CodedWork)


class ByCode(Generic[W]):
    """All work of one kind on this server, found by its code.

    The registry of visitors saves, checks and forgets it like visitors' work, and says where it is saved.
    """

    def __init__(self, kind: type[W]) -> None:
        self.checkpoints: Checkpoints | None = None
        self._kind = kind
        self._present: dict[str, W] = {}  # by id; each use of it is one operation, so it needs no lock
        self._returning = threading.Lock()  # held while one is restored, for which several pages may ask

    def present(self) -> list[W]:
        """Return those in memory."""
        return list(self._present.copy().values())

    def knows(self, code: str) -> bool:
        """Whether there is one with this code, in memory or on disk; an OSError if the disk cannot be read."""
        owner_id = self._kind.id_of(code)
        return owner_id in self._present or bool(self.checkpoints and self.checkpoints.knows(owner_id))

    def add(self, work: W) -> None:
        """Keep new work."""
        self._present[work.id] = work

    def forget(self, owner_id: str) -> None:
        """Drop one in memory."""
        self._present.pop(owner_id, None)

    def check(self, visitor: Visitor) -> None:
        """Look at a visitor in memory, each second, and when they return; most kinds know nothing of them."""

    def leave(self, visitor: Visitor) -> None:
        """Delete what is there of a visitor; after an OSError, some of it remains."""
        raise NotImplementedError

    def named(self, code: str) -> W | None:
        """Return the one with a code; None if there is none. An OSError says that it cannot be read at present."""
        work = self._present.get(self._kind.id_of(code))
        if work is None and self.checkpoints and len(code) == self._kind.n_letters:
            with self._returning:
                back = self._kind(self._kind.id_of(code))
                work = self._present.get(back.id)
                if work is None and restore(back, self.checkpoints):
                    self.add(work := back)
        if work is not None:
            work.last_seen = time.monotonic()
        return work

    @contextmanager
    def held(self, code: str, *, on_disk: bool = False) -> Iterator[W | None]:
        """Yield the one with a code, in memory: its lock is held, or that of its files; errors as `named`."""
        while (work := self.named(code)) is not None:
            with work.disk_lock if on_disk else work.lock:
                if not work.forgotten:
                    yield work
                    return
        yield None
