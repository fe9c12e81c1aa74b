"""Set how often pages redraw: often for one run, seldom where many train at once."""

import math
import threading

from mlp.jobs.job import SLICE_S
from mlp.page.visitors.engine import engine

QUICKEST_S = 0.22  # at least four frames a second
REDRAW_COST_S = 0.03  # between redraws for each run that plays: so all of them cost about a third of one core
CALM = 0.35  # the interval shrinks only when there is room for that much more, so that it does not swing


class RedrawInterval:
    """Seconds between two redraws of a run, the same for everybody; they double when a class begins to train.

    Nothing new is to be seen before a run has had its turn: with 24 of them on two workers that takes three seconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds = QUICKEST_S

    def seconds(self, runs: int, workers: int) -> float:
        """Give the interval for so many runs that play on so many workers.

        Examples
        --------
        >>> interval = RedrawInterval()
        >>> [interval.seconds(runs, 2) for runs in (1, 6, 24, 22, 10, 1)]
        [0.22, 0.88, 3.52, 3.52, 3.52, 0.22]
        """
        needed = max(QUICKEST_S, SLICE_S * runs / workers, REDRAW_COST_S * runs)
        with self._lock:
            if not CALM * self._seconds <= needed <= self._seconds:
                self._seconds = QUICKEST_S * 2 ** math.ceil(math.log2(needed / QUICKEST_S))
            return self._seconds


_interval = RedrawInterval()


def every(seconds: float) -> float:
    """Give the seconds between two redraws: at least so many, and more when many runs play."""
    return max(seconds, _interval.seconds(*engine().load()))
