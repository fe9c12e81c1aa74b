"""A lock around changes that wakes whoever wants to know of them, once nobody holds it."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Changes:
    """A reentrant lock; when a change was noted under it, its subscribers are called after it was released.

    Attributes
    ----------
    revision : int
        How many times something changed.

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
        """Release the lock; call the subscribers if this was the outermost use of it, and a change was noted."""
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
            except Exception:  # whoever made the change is not to blame
                log.exception("a subscriber to changes failed")

    def note(self) -> None:
        """Note a change; with the lock held."""
        self._noted = True

    def subscribe(self, subscriber: Callable[[], None]) -> Callable[[], None]:
        """Call ``subscriber`` after each change; return a function that ends this."""
        key = object()
        with self._condition:
            self._subscribers[key] = subscriber

        def unsubscribe() -> None:
            with self._condition:
                self._subscribers.pop(key, None)

        return unsubscribe

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for changes until a condition holds, but no longer than ``seconds``; return whether it does.

        The caller must not hold the lock.
        """
        with self._condition:
            return self._condition.wait_for(condition, seconds)
