"""Visitors, kept by the server: their run and drawing outlive a reload of the tab, and most of it the server."""

import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mlp.images.own import OwnDigits, OwnDigitsError, parse_own_digits
from mlp.images.photo import Picture
from mlp.nn.network import MLP
from mlp.training.checkpoints import Checkpoints
from mlp.training.engine import Engine
from mlp.training.job import Job
from mlp.training.kept import Shelf
from mlp.training.sweep import Sweep
from mlp.training.teaching import Lesson

KEPT_S = 6 * 3600.0  # after a visitor was last seen
MAX_VISITORS = 500
MAX_MB = 1000.0  # of all visitors' runs and drawings together
MAX_DRAWING_CHARS = 1_000_000
AWAY_S = 45.0  # with no open tab, before a run is paused
CHECK_S = 5.0
SAVING_SHARE = 0.1  # of the time, at most, for writing checkpoints

ID = re.compile(r"[\w-]{32}", re.ASCII)  # what secrets.token_urlsafe(24) gives

log = logging.getLogger(__name__)


@dataclass
class Visitor:
    """Everything that one person has here."""

    id: str
    job: Job | None = None
    drawing: dict[str, Any] | None = None  # the canvas's state, to be given back after a reload
    drawing_chars: int = 0
    network: str | None = None  # which network answered last
    runs: Shelf = field(default_factory=Shelf)
    sweep: Sweep | None = None  # the last one
    uploaded: MLP | None = None  # a network that the visitor brought
    picture: Picture | None = None  # in place of a drawing
    own: OwnDigits = field(default_factory=OwnDigits)
    lesson: Lesson | None = None  # the last run that learned them
    notice: str | None = None  # something that the visitor should be told once
    saved: tuple[Any, ...] | None = None  # how things stood at the last checkpoint
    paused_for_absence: bool = False
    sessions: set[str] = field(default_factory=set)
    last_seen: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(
        default_factory=threading.Lock
    )  # held while one run gives way to another: scripts overlap

    def keep_drawing(self, drawing: dict[str, Any] | None) -> None:
        """Keep what is on the canvas, unless it is no JSON or larger than anything that a hand can draw."""
        try:
            chars = len(json.dumps(drawing)) if drawing else 0
        except (TypeError, ValueError, RecursionError):
            chars = MAX_DRAWING_CHARS + 1
        self.drawing, self.drawing_chars = (drawing, chars) if chars <= MAX_DRAWING_CHARS else (None, 0)

    def n_bytes(self) -> int:
        """About how much memory the visitor's things take."""
        job = (self.job.n_bytes() if self.job else 0) + (self.sweep.n_bytes() if self.sweep else 0)
        uploaded = 2 * self.uploaded.values.nbytes if self.uploaded else 0
        picture = self.picture.ink.nbytes + self.picture.thumbnail.nbytes if self.picture else 0
        own = self.own.n_bytes + (2 * self.lesson.network.values.nbytes if self.lesson else 0)
        return job + uploaded + picture + own + sum(run.n_bytes for run in self.runs.runs) + self.drawing_chars

    def has_work(self) -> bool:
        """Whether there is anything that the visitor would miss."""
        things = (self.job, self.sweep, self.uploaded, self.drawing, self.picture)
        return len(self.own) > 0 or any(thing is not None for thing in things)

    def save(self, checkpoints: Checkpoints) -> None:
        """Write the run to disk, with the drawing and the own digits, unless nothing has changed since the last."""
        job = self.job
        if job is None:
            return
        now, playing = job.snapshot(), job.playing or self.paused_for_absence
        own = self.own.dump() if len(self.own) else None
        stands = (id(job), now.step, now.learning_rate, now.diverged, playing, id(self.drawing), self.network, own)
        if stands != self.saved:
            record = job.record(
                drawing=self.drawing, network=self.network, number=self.runs.number, origin=self.runs.origin, own=own
            )
            if checkpoints.save(self.id, replace(record, playing=playing)):
                self.saved = stands

    @classmethod
    def restored(cls, visitor_id: str, checkpoints: Checkpoints) -> "Visitor | None":
        """Make a visitor of what is on disk under this id; None if there is nothing."""
        record = checkpoints.load(visitor_id)
        if record is None:
            return None
        visitor = cls(visitor_id)
        if isinstance(own := record.extra.get("own"), str):
            with suppress(OwnDigitsError):
                for digit in parse_own_digits(own.encode()):
                    visitor.own.put(digit)
        try:
            visitor.job = Job.resumed(record, engine())
        except (ValueError, OSError) as error:
            log.warning("a run on disk cannot go on: %s", error)
            visitor.notice = "Your last run cannot go on: the images that it was training on are no longer there."
            return visitor
        visitor.paused_for_absence = record.playing
        number, drawing, network, origin = (
            record.extra.get(name) for name in ("number", "drawing", "network", "origin")
        )
        visitor.keep_drawing(drawing if isinstance(drawing, dict) else None)
        visitor.network = network if isinstance(network, str) else None
        visitor.runs.number = number - 1 if isinstance(number, int) and number > 0 else 0
        visitor.runs.begin(record.data, origin if isinstance(origin, str) else None)
        return visitor

    def close(self) -> None:
        """Stop what runs; the visitor is about to be forgotten."""
        for running in (self.job, self.sweep):
            if running is not None:
                running.pause()


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

    def __len__(self) -> int:
        """How many there are."""
        return len(self._visitors)

    def watch(self) -> None:
        """Check for ever, in a thread of its own."""
        threading.Thread(target=self._check_for_ever, name="visitors", daemon=True).start()

    def get(self, visitor_id: str | None, session_id: str) -> Visitor:
        """Find a visitor again, or welcome a new one under a new id; an id that we did not give is never taken up."""
        restored = self._restored(visitor_id)
        with self._lock:
            visitor = self._visitors.get(visitor_id or "")
            if visitor is None:
                visitor = restored or Visitor(secrets.token_urlsafe(24))
                if len(self._visitors) >= self._max_visitors:
                    self._forget(self._least_missed()[:1])
                self._visitors[visitor.id] = visitor
            visitor.sessions.add(session_id)
            visitor.last_seen = time.monotonic()
            if visitor.paused_for_absence:
                visitor.paused_for_absence = False
                if visitor.job is not None:
                    visitor.job.play()
        return visitor

    def _restored(self, visitor_id: str | None) -> Visitor | None:
        """Look for an unknown id among the checkpoints, without holding up others."""
        if not self._checkpoints or visitor_id in self._visitors:
            return None
        if not isinstance(visitor_id, str) or not ID.fullmatch(visitor_id):  # in tests a cookie may be anything
            return None
        return Visitor.restored(visitor_id, self._checkpoints)

    def save(self) -> None:
        """Write a checkpoint of every run that has changed."""
        if self._checkpoints:
            with self._lock:
                visitors = list(self._visitors.values())
            for visitor in visitors:
                visitor.save(self._checkpoints)

    def check(self) -> None:
        """Pause the runs of those who left, forget who has not been seen for long, and keep memory bounded."""
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
            self._forget([visitor for visitor in self._visitors.values() if now - visitor.last_seen > KEPT_S])
            sizes = {visitor.id: visitor.n_bytes() for visitor in self._visitors.values()}
            surplus = sum(sizes.values()) - self._max_bytes
            for visitor in self._least_missed():
                if surplus <= 0:
                    break
                surplus -= sizes[visitor.id]
                if sizes[visitor.id]:
                    self._forget([visitor])

    def _least_missed(self) -> list[Visitor]:
        """All visitors, first those who can be forgotten first."""
        return sorted(self._visitors.values(), key=lambda who: (who.has_work(), bool(who.sessions), who.last_seen))

    def _forget(self, visitors: list[Visitor]) -> None:
        for visitor in visitors:
            del self._visitors[visitor.id]
            visitor.close()

    def _check_for_ever(self) -> None:
        pause_s = CHECK_S
        while True:
            time.sleep(pause_s)
            began = time.monotonic()
            try:
                self.save()
                self.check()
            except Exception:
                log.exception("the visitors could not be checked")
            pause_s = max(CHECK_S, (time.monotonic() - began) / SAVING_SHARE)


_engine: Engine | None = None
_engine_lock = threading.Lock()


def engine() -> Engine:
    """Give the server's one engine, which all visitors' runs share.

    Not one of Streamlit's cached resources: any browser can ask the server to forget those, for everybody.
    """
    global _engine
    with _engine_lock:
        if _engine is None:
            _engine = Engine()
        return _engine
