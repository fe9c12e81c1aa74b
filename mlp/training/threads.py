"""Choose the number of threads of a training step by the cores that are idle while it trains."""

import time
from types import TracebackType

from mlp.blas import held, same_bits
from mlp.checks import checked_int
from mlp.machine import idle_cores, usable_cores

LOOK_S = 1.0
"""Time between two looks at which cores are idle."""


class ThreadChoice:
    """The number of threads of each step: several while that many cores are idle, else one.

    BLAS threads wait for each other actively. On an idle machine they pay off above a certain size of network and
    minibatch, see `mlp.training.fast_step.gains_from_threads`. On a busy one, a step with two threads can take a
    hundred times as long as with one. The weights are the same bits for any number of threads; only the time differs.

    By default, ``max_threads`` is the number of cores that the process may use. It is one with a BLAS whose bits depend
    on the number. Raises a ValueError if ``max_threads`` is not a whole number from 1.

    >>> choice = ThreadChoice(1)
    >>> with choice:
    ...     pass  # a step
    >>> choice.now
    1
    """

    def __init__(self, max_threads: int | None = None) -> None:
        self.max_threads = usable_cores() if max_threads is None else checked_int("threads", max_threads, 1, 1024)
        if self.max_threads > 1 and not same_bits():
            self.max_threads = 1
        self.now = 1
        self._next_look_s = 0.0

    def __enter__(self) -> None:
        """Start a step, with the number of threads for which cores were idle at the last look."""
        if self.max_threads > 1 and (now_s := time.perf_counter()) >= self._next_look_s:
            self.now = self.max_threads if idle_cores() >= self.max_threads else 1
            self._next_look_s = now_s + LOOK_S
        held.enter(self.now)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End the step."""
        held.leave()


def chosen(threads: int | ThreadChoice | None) -> ThreadChoice:
    """Return the choice itself, or one of at most ``threads``."""
    return threads if isinstance(threads, ThreadChoice) else ThreadChoice(threads)
