"""A task that an engine carries out slice by slice: each is sent, answered, and repeated if its worker is lost."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from mlp.jobs.workers.call import Ending, Hung, NotStarted, WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.language import Later, said_by

MAX_FAILURES = 12  # failed workers in a row, on the same slice, before the task stops
MAX_HANGS = 3  # the same for workers that hung, as each of those costs a minute

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Task(ABC, Generic[Answer]):
    """What is cut into slices, with one lock; a slice's starting point stays here until its answer has come.

    All methods may be called from any thread. A subclass says with `_continue` what to send next, and takes over each
    answer with `_take`; both, like all that begins with an underscore, are called with the lock held.

    The engine runs the slices; the owner, such as a visitor's id, shares its turns among all of its tasks. ``error`` is
    why it had to stop, as text for visitors; ``lost_workers`` counts those lost so far, whose slices were repeated, and
    ``revision`` the changes so far.
    """

    name = Later("The computation")
    """What errors call it."""

    def __init__(self, engine: Engine, owner: Hashable = None) -> None:
        self.error: Later | None = None
        self.lost_workers = 0
        self.revision = 0
        self._engine = engine
        self._owner = owner
        self._future: Future[Answer] | None = None
        self._failures_in_a_row = 0
        self._lock = threading.Condition(threading.RLock())
        self._depth = 0
        self._changed = False
        self._subscribers: dict[object, Callable[[], None]] = {}

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback()`` after each change, so that callers need not poll; return a function that unsubscribes it.

        One call may cover several changes that were made together. It comes in the thread that made the change: a
        worker's, or the one that handled a button. The task's lock is not held, so its state can be read; but the
        caller may hold other locks. So the callback should only wake something: ``event.set`` or
        ``partial(loop.call_soon_threadsafe, event.set)``. Its errors are logged. A call that has already begun in
        another thread may still come after the end of the subscription.
        """
        key, lock, subscribers = object(), self._lock, self._subscribers  # unsubscribing does not keep the task
        with lock:
            subscribers[key] = callback

        def unsubscribe() -> None:
            with lock:
                subscribers.pop(key, None)

        return unsubscribe

    def announce(self) -> None:
        """Call the subscribers, as something that is known of it has changed."""
        with self._changes():
            self._changed = True

    @abstractmethod
    def _continue(self) -> None:
        """Send the next slice, if there is more to do."""

    @abstractmethod
    def _take(self, answer: Answer) -> None:
        """Take over the answer of a slice."""

    def _reason(self, error: Exception) -> Later:
        """Return why this error stops the task, as text for visitors."""
        if isinstance(error, WorkerFailure):
            return Later("{task} stopped, as its process repeatedly died or hung.", task=self.name)
        return Later("{task} stopped because of an error, which the server's log describes.", task=self.name)

    @contextmanager
    def _changes(self) -> Iterator[None]:
        """Lock for the block; if ``_changed`` was set, the outermost block calls the subscribers after its release."""
        to_call: list[Callable[[], None]] = []
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            if self._changed and not self._depth:
                self._changed = False
                self.revision += 1
                self._lock.notify_all()
                to_call = list(self._subscribers.values())
        for subscriber in to_call:
            try:
                subscriber()
            except Exception:  # a subscriber's error must not reach the thread that made the change
                log.exception("a subscriber to changes failed")

    def _send(self, function: Callable[..., Answer], *args: Any, **kwargs: Any) -> None:
        """Send a slice to the engine."""
        try:
            future = self._engine.submit(self._owner, function, *args, **kwargs)
        except Ending:
            return  # the program ends: nothing may change before it is saved
        except Exception as error:
            self._give_up(Later("{task} could not continue: {error}.", task=self.name, error=said_by(error)), error)
            return
        self._future = future
        self._changed = True
        future.add_done_callback(self._returned)

    def _returned(self, future: Future[Answer]) -> None:
        with self._changes():
            self._future = None
            self._changed = True
            try:
                self._take(future.result())
                self._failures_in_a_row = 0
            except Ending:
                return  # nothing may change before it is saved
            except (CancelledError, NotStarted):
                pass  # canceled in the queue, or lost before it began: no work was done
            except Exception as error:
                self._fail(error)
            self._continue()

    def _forget_failures(self) -> None:
        """Retry after a failure, at a visitor's request."""
        self.error = None
        self._failures_in_a_row = 0
        self._changed = True

    def _fail(self, error: Exception) -> None:
        """Stop because of an error, unless it is a lost worker that may be replaced."""
        if isinstance(error, WorkerFailure):
            self.lost_workers += 1
            self._failures_in_a_row += MAX_FAILURES // MAX_HANGS if isinstance(error, Hung) else 1
            log.warning("a worker was lost, and its slice is repeated: %s", str(error).partition("\n")[0])
            if self._failures_in_a_row < MAX_FAILURES:
                return
        self._give_up(self._reason(error), error)

    def _give_up(self, reason: Later, error: Exception) -> None:
        """Stop: the page shows the reason, the log has the cause."""
        log.error("%s", reason, exc_info=error)
        self.error = reason
        self._changed = True
