"""Pace a run so that a person can watch it learn: a few steps, a rest, a few more; its weights stay the same."""

import threading
from collections.abc import Callable
from typing import Literal
from weakref import WeakMethod

Speed = Literal["slow", "normal", "full"]
SPEEDS: tuple[Speed, ...] = ("slow", "normal", "full")
REST_S = 0.5
"""Between two stops, in which others have the workers."""
LONGEST_REST_S = 2.0
"""The same for a slow run that somebody watches, until they have seen where it stands."""
FIRST_STOPS = (1, 2, 4, 8, 16, 32, 64, 128, 200, 300, 400)
"""Where a slow run stops at first: a dozen frames, with the one before its first step, in about six seconds."""
STEPS = {"slow": 50, "normal": 400}
"""From one stop to the next, after those."""


def next_stop(speed: Speed, step: int) -> int | None:
    """Give the step at which a run that stands at ``step`` rests next; None if it never does.

    Examples
    --------
    >>> [next_stop("slow", step) for step in (0, 1, 5, 399, 400)]
    [1, 2, 8, 400, 450]
    >>> next_stop("normal", 0), next_stop("normal", 401), next_stop("full", 7)
    (400, 800, None)
    """
    if speed == "full":
        return None
    if speed == "slow" and step < FIRST_STOPS[-1]:
        return next(stop for stop in FIRST_STOPS if stop > step)
    return (step // STEPS[speed] + 1) * STEPS[speed]


class Pacer:
    """The rests of one run; its methods are called with the lock of the run's job held.

    Parameters
    ----------
    wake : method
        Is called in a thread of its own when a rest is over, to ask `is_over` and go on. It is held weakly: a job that
        nobody else has any more, with megabytes of weights, is gone at once.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = WeakMethod(wake)
        self.speed: Speed = "full"
        self.slow_start = False
        """Whether it is full by itself after the first stops."""
        self._stop: int | None = None
        self._rest: threading.Timer | None = None
        self._seen: int | None = None  # the last step that was shown; None for as long as nobody looks
        self._waits_to_be_seen = False

    @property
    def resting(self) -> bool:
        """Whether a rest has begun and not ended."""
        return self._rest is not None

    def steps_to_stop(self, step: int) -> int | None:
        """Give how many steps may be taken before the next rest."""
        self._stop = next_stop(self.speed, step)
        return None if self._stop is None else self._stop - step

    def begin(self, step: int) -> bool:
        """Play from here, with a rest before the first step, so that it is seen too; tell whether one began."""
        self._stop = 0
        return self.resting or self.rest(step)

    def rest(self, step: int) -> bool:
        """Begin a rest if one is due at this step, and tell whether it was."""
        if self.slow_start and step >= FIRST_STOPS[-1]:
            self.speed, self.slow_start = "full", False
        if self.speed == "full" or step != self._stop:
            return False
        self._waits_to_be_seen = False
        self._wake_in(REST_S)
        return True

    def is_over(self) -> bool:
        """End the rest whose timer's thread calls this, unless it waits to be seen; tell whether it did."""
        if self._rest is not threading.current_thread():
            return False
        unseen = self._seen is not None and self._seen != self._stop
        if self.speed == "slow" and unseen and not self._waits_to_be_seen:
            self._waits_to_be_seen = True
            self._wake_in(LONGEST_REST_S - REST_S)
            return False
        self._rest = None
        return True

    def note_seen(self, step: int) -> bool:
        """Note that a step was shown to somebody, and tell whether that ends a rest, which waited for it."""
        self._seen = step
        return self._waits_to_be_seen and step == self._stop and self.end()

    def _wake_in(self, seconds: float) -> None:
        self._rest = threading.Timer(seconds, self._ring)
        self._rest.daemon = True
        self._rest.start()

    def _ring(self) -> None:
        wake = self._wake()
        if wake is not None:
            wake()

    def end(self) -> bool:
        """End the rest early, if there is one, and tell whether there was."""
        rest, self._rest = self._rest, None
        if rest is not None:
            rest.cancel()
        return rest is not None
