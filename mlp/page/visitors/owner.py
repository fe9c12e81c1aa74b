"""Whoever has work on disk: visitors, and owners of other kinds."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from mlp.jobs.job import Job
from mlp.language import Later

JOINED = "{first} {second}"
"""Two notices as one."""


class File(NamedTuple):
    """One file of a visitor's work.

    ``fingerprint`` changes whenever the content does, and its first value if the file is of another object, such as a
    new run. A changed file of the same object is written at most once in ``every_s`` seconds.
    """

    name: str
    fingerprint: tuple[Any, ...]
    dump: Callable[[], bytes]
    every_s: float = 0.0


class Work:
    """One kind of a visitor's work. A new kind is a subclass in `WORKS`.

    ``suffix`` is the name of its file; if there can be several, each has a number before it: ``3.run.safetensors``.
    ``words`` is what visitors call it, with ``{number}`` for the number; empty for work that they would not miss.
    """

    suffix: ClassVar[str]
    words: ClassVar[str]

    def __init__(self, owner: Any) -> None:  # for most kinds a `Visitor`
        self.owner = owner

    def n_bytes(self) -> int:
        """Return the approximate memory that it takes, 0 if there is none."""
        raise NotImplementedError

    def files(self) -> list[File]:
        """Return its files, in the order in which they are written. The visitor's lock is held."""
        raise NotImplementedError

    def load(self, number: int, data: bytes) -> None:
        """Restore a file; higher numbers come first. It raises an error of any kind for other bytes."""
        raise NotImplementedError

    def number_of(self, file: str) -> int | None:
        """Return the number of a file of this kind, 0 if it has none; None for a file of another kind."""
        match = re.fullmatch(rf"(?:(\d+)\.)?{re.escape(self.suffix)}", file)
        return int(match[1] or 0) if match else None


class Saved(NamedTuple):
    """The last attempt to save a file: what was written, none if it was refused, when, and why it was refused."""

    fingerprint: tuple[Any, ...]
    at: float
    refusal: str = ""  # a sentence; empty for work that the visitor would not miss


@dataclass
class Owner:
    """What `mlp.page.visitors.persistence` needs of an owner, whose works are of these ``kinds``."""

    kinds: ClassVar[Sequence[type[Work]]] = ()
    id: str
    notice: str | None = None  # shown once
    saved: dict[str, Saved] = field(default_factory=dict)  # by name of the file
    refusals: set[str] = field(default_factory=set)  # why some work is not on disk, which the visitor knows
    unreadable: set[str] = field(default_factory=set)  # files to be set aside by the next save
    forgotten: bool = False  # by the server, although a page may still use it for a moment
    disk_lock: threading.RLock = field(default_factory=threading.RLock)  # held while files are written or work is freed
    last_seen: float = field(default_factory=time.monotonic)
    # Held while a run is replaced, or anything else that must not be seen halfway.
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def is_here(self) -> bool:
        """Whether anybody has a page open that shows this work."""
        raise NotImplementedError

    def close(self) -> None:
        """Free all work, as a page may hold its owner for minutes."""
        raise NotImplementedError

    def announce(self) -> None:
        """Notify whoever shows this work of a change."""

    def add_notice(self, sentence: str) -> None:
        """Add a notice, a `Later`, which is shown once when the page is next drawn."""
        if sentence not in (self.notice or ""):
            self.notice = Later(JOINED, first=self.notice, second=sentence) if self.notice else sentence
            self.announce()

    def jobs(self) -> list[Job]:
        """Return all jobs, whose runs are works."""
        return []

    @property
    def works(self) -> list[Work]:
        """All kinds of work that the owner can have."""
        return [kind(self) for kind in self.kinds]

    def n_bytes(self) -> int:
        """Return the approximate size in bytes of the work."""
        return sum(work.n_bytes() for work in self.works)

    def has_work(self) -> bool:
        """Whether there is any work to lose."""
        return any(work.n_bytes() for work in self.works)
