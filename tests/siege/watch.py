"""Record, each second, a server's memory, its class's steps, and the cores left to it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.soak import world

POLL_S = 1.0


@dataclass(frozen=True)
class Moment:
    """The state at one time.

    Parameters
    ----------
    at : float
        Time on the monotonic clock.
    memory_mb : float
        Memory of the server and all its child processes.
    others_s : float
        CPU seconds of all other programs so far, including the visitors'.
    """

    at: float
    memory_mb: float
    others_s: float


class Watch:
    """A measurement each second.

    Parameters
    ----------
    pid : callable
        Returns the server's process id, which changes with a restart.
    on_measurement : callable
        Called at each measurement.
    """

    def __init__(self, pid: Callable[[], int], on_measurement: Callable[[], None]) -> None:
        self._pid = pid
        self._on_measurement = on_measurement
        self.moments: list[Moment] = []
        self._server, self._worked_s = 0, 0.0  # the current server, and the time of it and its workers
        self._ended_s = 0.0  # the same of earlier servers

    def measure(self) -> Moment:
        """Measure and record the present state."""
        server = self._pid()
        if server != self._server:
            self._server, self._worked_s, self._ended_s = server, 0.0, self._ended_s + self._worked_s
        family = world.family(server)
        memory = sum(world.fair_memory_mb(one) for one in family)
        self._worked_s = max(self._worked_s, sum(world.cpu_s(one) for one in family))  # a dead process reports nothing
        moment = Moment(time.monotonic(), memory, world.busy_s() - self._ended_s - self._worked_s)
        self.moments.append(moment)
        self._on_measurement()
        return moment

    async def run(self) -> None:
        """Measure until canceled."""
        while True:
            self.measure()
            await asyncio.sleep(POLL_S)


def between(moments: Sequence[Moment], start: float, end: float) -> list[Moment]:
    """Return the states from ``start`` to ``end``."""
    return [moment for moment in moments if start <= moment.at <= end]


def speed(moments: Sequence[Moment], cores: int, trained_at: Callable[[float], float]) -> float:
    """Return the steps per second for each core that other programs left to the server; 0 if they left none.

    The visitors run on the same machine, so their CPU time must not count against the server.

    Examples
    --------
    >>> speed([Moment(0, 100, 0), Moment(10, 100, 5)], cores=2, trained_at=lambda at: 300 * at)
    200.0
    """
    if len(moments) < 2:
        return 0.0
    first, last = moments[0], moments[-1]
    left = cores * (last.at - first.at) - (last.others_s - first.others_s)
    return (trained_at(last.at) - trained_at(first.at)) / left if left > 0 else 0.0
