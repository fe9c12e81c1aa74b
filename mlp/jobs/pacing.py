"""The pace of a run: rests between a few steps let a visitor watch it learn, and leave its weights unchanged."""

import threading
from collections.abc import Callable
from typing import Literal
from weakref import WeakMethod

Speed = Literal["slow", "normal", "full"]
SPEEDS: tuple[Speed, ...] = ("slow", "normal", "full")
REST_S = 0.5
"""Rest between two stops, which leaves the workers to others."""
LONGEST_REST_S = 2.0
"""Longest rest of a slow run that is watched, until the visitor has seen its current step."""
FIRST_STOPS = (1, 2, 4, 8, 16, 32, 64, 128, 200, 300, 400)
"""First stops of a slow run: with the one before its first step, a dozen frames in about six seconds."""
STEPS = {"slow": 50, "normal": 400}
"""Steps from one stop to the next, after the first stops."""


def next_stop(speed: Speed, step: int) -> int | None:
    """Return the step of the next rest of a run at ``step``; None if it never rests.

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
    """The rests of one run; call its methods with the job's lock held.

    Parameters
    ----------
    wake : method
        Called in a separate thread when a rest is over, to ask `is_over` and continue. It is held weakly, so that
        a job that nothing else refers to is freed at once, with its megabytes of weights.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = WeakMethod(wake)
        self.speed: Speed = "full"
        self.slow_start = False
        """Whether it switches to full speed after the first stops."""
        self._stop: int | None = None
        self._rest: threading.Timer | None = None
        self._seen: int | None = None  # the last step shown; None while no visitor watches
        self._waits_to_be_seen = False

    @property
    def resting(self) -> bool:
        """Whether it is resting."""
        return self._rest is not None

    def steps_to_stop(self, step: int) -> int | None:
        """Return how many steps may be taken before the next rest; None if there is no rest."""
        self._stop = next_stop(self.speed, step)
        return None if self._stop is None else self._stop - step

    def begin(self, step: int) -> bool:
        """Start from this step with a rest, so that the start is seen too; return whether one began."""
        self._stop = 0
        return self.resting or self.rest(step)

    def rest(self, step: int) -> bool:
        """Begin a rest if one is due at this step; return whether it was."""
        if self.slow_start and step >= FIRST_STOPS[-1]:
            self.speed, self.slow_start = "full", False
        if self.speed == "full" or step != self._stop:
            return False
        self._waits_to_be_seen = False
        self._wake_in(REST_S)
        return True

    def is_over(self) -> bool:
        """End the rest whose timer calls this, unless it waits to be seen; return whether it ended."""
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
        """Note that a visitor has seen a step; return whether that ended a rest that waited for it."""
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
        """End the current rest early; return whether there was one."""
        rest, self._rest = self._rest, None
        if rest is not None:
            rest.cancel()
        return rest is not None
