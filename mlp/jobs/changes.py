"""A lock that notifies subscribers of changes after its release."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Changes:
    """A reentrant lock around changes; subscribers are called after the release if a change was noted.

    Attributes
    ----------
    revision : int
        Number of changes so far.

    Examples
    --------
    >>> changes = Changes()
    >>> unsubscribe = changes.subscribe(lambda: print("changed"))
    >>> with changes:
    ...     changes.note()
    ...     changes.note()
    changed
    >>> unsubscribe()
    >>> with changes:
    ...     changes.note()
    >>> changes.revision
    2
    """

    def __init__(self) -> None:
        self.revision = 0
        self._condition = threading.Condition(threading.RLock())
        self._depth = 0
        self._noted = False
        self._subscribers: dict[object, Callable[[], None]] = {}

    def __enter__(self) -> None:
        """Acquire the lock."""
        self._condition.acquire()
        self._depth += 1

    def __exit__(self, *_error: object) -> None:
        """Release the lock; after a noted change, the outermost release calls the subscribers."""
        self._depth -= 1
        to_call: list[Callable[[], None]] = []
        if self._noted and not self._depth:
            self._noted = False
            self.revision += 1
            self._condition.notify_all()
            to_call = list(self._subscribers.values())
        self._condition.release()
        for subscriber in to_call:
            try:
                subscriber()
            except Exception:  # a subscriber's error must not reach the thread that made the change
                log.exception("a subscriber to changes failed")

    def note(self) -> None:
        """Note a change; call it with the lock held."""
        self._noted = True

    def subscribe(self, subscriber: Callable[[], None]) -> Callable[[], None]:
        """Call ``subscriber`` after each change; return a function that unsubscribes it."""
        key = object()
        with self._condition:
            self._subscribers[key] = subscriber

        def unsubscribe() -> None:
            with self._condition:
                self._subscribers.pop(key, None)

        return unsubscribe

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether a condition holds, after waiting for it for at most ``seconds``.

        The caller must not hold the lock.
        """
        with self._condition:
            return self._condition.wait_for(condition, seconds)
