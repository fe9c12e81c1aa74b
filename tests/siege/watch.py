"""The state of a server and its class, second by second: memory, steps, and the cores left to it."""

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
        When, on the monotonic clock.
    memory_mb : float
        Of the server and all processes below it.
    others_s : float
        Seconds that all other programs of the machine, the visitors' among them, have taken of its cores so far.
    """

    at: float
    memory_mb: float
    others_s: float


class Watch:
    """Checks once a second.

    Parameters
    ----------
    pid : callable
        Gives the server's process id, as it may be started anew.
    also : callable
        Is called at each look.
    """

    def __init__(self, pid: Callable[[], int], also: Callable[[], None]) -> None:
        self._pid = pid
        self._also = also
        self.moments: list[Moment] = []
        self._server, self._worked_s = 0, 0.0  # the current server, and the time of it and its workers
        self._ended_s = 0.0  # the same of earlier servers

    def look(self) -> Moment:
        """Record the present state."""
        server = self._pid()
        if server != self._server:
            self._server, self._worked_s, self._ended_s = server, 0.0, self._ended_s + self._worked_s
        family = world.family(server)
        memory = sum(world.fair_memory_mb(one) for one in family)
        self._worked_s = max(self._worked_s, sum(world.cpu_s(one) for one in family))  # a dead process reports nothing
        moment = Moment(time.monotonic(), memory, world.busy_s() - self._ended_s - self._worked_s)
        self.moments.append(moment)
        self._also()
        return moment

    async def go_on(self) -> None:
        """Check forever."""
        while True:
            self.look()
            await asyncio.sleep(POLL_S)


def between(moments: Sequence[Moment], start: float, end: float) -> list[Moment]:
    """Return the states from ``start`` to ``end``."""
    return [moment for moment in moments if start <= moment.at <= end]


def speed(moments: Sequence[Moment], cores: int, trained_at: Callable[[float], float]) -> float:
    """Return the steps per second for each core that other programs left to the server; 0 if they left none.

    The visitors run on the server's machine here: what they take is no fault of the server's.

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
