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
