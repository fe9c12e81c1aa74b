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
"""Longest wait of a slow run that is watched, until the visitor has seen its current step."""
FIRST_STOPS = (1, 2, 4, 8, 16, 32, 64, 128, 200, 300, 400)
"""First stops of a slow run: with the one before its first step, a dozen frames in about six seconds."""
STEPS = {"slow": 10, "normal": 400}
"""Steps from one stop to the next, after the first stops."""


def next_stop(speed: Speed, step: int) -> int | None:
    """Return the step of the next rest of a run at ``step``; None if it never rests.

    >>> [next_stop("slow", step) for step in (0, 1, 5, 399, 400)]
    [1, 2, 8, 400, 410]
    >>> next_stop("normal", 0), next_stop("normal", 401), next_stop("full", 7)
    (400, 800, None)
    """
    if speed == "full":
        return None
    if speed == "slow" and step < FIRST_STOPS[-1]:
        return next(stop for stop in FIRST_STOPS if stop > step)
    return (step // STEPS[speed] + 1) * STEPS[speed]


class Pace:
    """How fast a run plays, and its rest between two slices; its job holds its lock whenever it is used."""

    def __init__(self) -> None:
        self.speed: Speed = "full"
        self._slow_start = False  # whether it switches to full speed after the first stops
        self._stop: int | None = None
        self._rest: threading.Timer | None = None
        self._seen: int | None = None  # the last step that a visitor has seen; None while none watches

    @property
    def rests(self) -> bool:
        """Whether a rest has begun and not ended."""
        return self._rest is not None

    def choose(self, speed: Speed, *, slow_start: bool) -> None:
        """Choose the speed; with ``slow_start`` its rests end after 400 steps."""
        self.speed, self._slow_start = speed, slow_start

    def stop_at_once(self) -> None:
        """Make a run stop before its next step, so that the start is seen too."""
        self._stop = 0

    def steps_to_stop(self, step: int) -> int | None:
        """Return the number of steps from this one to the next stop, which it sets; None if there is none."""
        self._stop = next_stop(self.speed, step)
        return None if self._stop is None else self._stop - step

    def stops_at(self, step: int) -> bool:
        """Whether the next stop is at this step."""
        return step == self._stop

    def begin_rest(self, step: int, wake: Callable[[], None]) -> bool:
        """Begin a rest, after which ``wake`` is called, if one is due at this step; return whether it was."""
        if self._slow_start and step >= FIRST_STOPS[-1]:
            self.choose("full", slow_start=False)
        if self.speed == "full" or not self.stops_at(step):
            return False
        unseen = self.speed == "slow" and self._seen not in (None, self._stop)
        self._rest = started_timer(LONGEST_REST_S if unseen else REST_S, wake)
        return True

    def note_seen(self, step: int, wake: Callable[[], None]) -> None:
        """Note that a visitor has seen this step; the rest of a slow run starts again then, to be seen whole."""
        is_news, self._seen = step != self._seen, step
        if is_news and self.speed == "slow" and step == self._stop and self.end_rest():
            self._rest = started_timer(REST_S, wake)

    def end_rest(self) -> bool:
        """End the current rest early; return whether there was one."""
        rest, self._rest = self._rest, None
        if rest is not None:
            rest.cancel()
        return rest is not None

    def is_over(self) -> bool:
        """Whether the rest that has called ``wake`` is the current one, which ends with it."""
        if self._rest is not threading.current_thread():
            return False
        self._rest = None
        return True


def started_timer(seconds: float, method: Callable[[], None]) -> threading.Timer:
    """Return a timer that will call a method, in a thread of its own, unless the method's object is gone by then.

    It holds the object weakly, so that a job that nothing else refers to is freed at once, with megabytes of weights.
    """
    weak = WeakMethod(method)

    def call() -> None:
        if (bound := weak()) is not None:
            bound()

    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer
