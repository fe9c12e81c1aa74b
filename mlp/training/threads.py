"""Choose the number of threads of a training step by measuring while it trains."""

import time
from collections.abc import Sequence
from functools import lru_cache
from types import TracebackType

from mlp.blas import held, same_bits
from mlp.checks import checked_int
from mlp.machine import idle_cores, n_running, usable_cores

TRIAL_STEPS, LONG_TRIAL_STEPS = 12, 3
"""Steps in a row with one thread, or with several, before the two are compared; the second is for longer steps."""

TRIAL_S = 0.005
"""Time of those longer steps for a comparison."""

PRICE = 20
"""After several threads lost time, use one thread for this many times the loss, so at most 5% is lost."""

FIRST_REST_S, LONGEST_REST_S = 0.02, 2.0
"""Time with one thread before several are tried again; doubled each time that they were no faster."""

LOOK_AGAIN_S = 1.0
"""Time with several threads before one is tried again."""


class ThreadChoice:
    """The number of threads of each step: one or several, depending on which is faster at the moment.

    BLAS threads wait for each other actively. On an idle machine they pay off above a certain size of network and
    minibatch. On a busy one, a step with two threads can take a hundred times as long as with one. So several threads
    are tried only while that many cores are idle. They are given up as soon as other programs need these cores, or once
    they have lost more time than three steps with one thread take. The weights are the same bits for any number of
    threads; only the time differs.

    By default, ``max_threads`` is the number of cores that the process may use. It is one with a BLAS whose bits depend
    on the number. Raises a ValueError if ``max_threads`` is not a whole number from 1.

    >>> choice = ThreadChoice(2)
    >>> with choice:
    ...     pass  # a step
    >>> choice.now
    1
    """

    def __init__(self, max_threads: int | None = None) -> None:
        self._cores = usable_cores()
        self.max_threads = self._cores if max_threads is None else checked_int("threads", max_threads, 1, 1024)
        if self.max_threads > 1 and not same_bits():
            self.max_threads = 1
        self.now = 1
        self._rest_s = FIRST_REST_S
        self._wait_s = 0.0  # with one thread, before several are tried
        self._compared = False  # whether several were found to be faster
        self._single_s = 0.0  # recent time of a step with one thread
        self._steps = 0  # since the last change of the number
        self._seconds = 0.0  # time of those steps
        self._woke_s = self._lost_s = 0.0  # cost of several threads: their first step, and later ones

    def __enter__(self) -> None:
        """Start a step."""
        held.enter(self.now)
        if self.max_threads > 1:
            self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End the step, and choose for the next one."""
        if self.max_threads > 1:
            self.record(time.perf_counter() - self._began)
        held.leave()

    def record(self, seconds: float) -> None:
        """Record the time of a step, and choose ``now`` for the next one."""
        self._steps += 1
        self._seconds += seconds
        if self.now == 1:
            if not self._enough() or self._seconds < self._wait_s:
                return
            if idle_cores() < self.max_threads:
                self._wait_s = self._seconds + FIRST_REST_S
            else:
                self._single_s = self._seconds / self._steps
                self._begin(self.max_threads)
            return
        if self._steps == 1:  # the first step also woke the other threads
            self._woke_s = max(0.0, seconds - self._single_s)
            return
        self._lost_s = max(0.0, self._lost_s + seconds - self._single_s)
        if self._lost_s > 3 * self._single_s:
            self._give_up()
        elif not self._compared and self._enough():
            if self._seconds - self._woke_s >= self._single_s * self._steps:
                self._give_up()
            else:
                self._compared, self._rest_s = True, FIRST_REST_S
        elif self._seconds > LOOK_AGAIN_S or (self._steps % TRIAL_STEPS == 0 and n_running() > self._cores):
            self._begin(1)

    def _enough(self) -> bool:
        """Whether enough steps were measured since the last change."""
        return self._steps >= TRIAL_STEPS or (self._steps >= LONG_TRIAL_STEPS and self._seconds >= TRIAL_S)

    def _begin(self, threads: int, wait_s: float = 0.0) -> None:
        self.now, self._wait_s, self._compared = threads, wait_s, False
        self._steps, self._seconds, self._woke_s, self._lost_s = 0, 0.0, 0.0, 0.0

    def _give_up(self) -> None:
        if self._seconds < self._single_s * self._steps:  # the loss at the end had been gained before
            self._begin(1, FIRST_REST_S)
            return
        self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
        self._begin(1, max(self._rest_s, PRICE * (self._woke_s + self._lost_s)))


def chosen(threads: "int | ThreadChoice | None", layer_sizes: Sequence[int], batch_size: int) -> ThreadChoice:
    """Return the choice itself, or this process's choice with at most ``threads`` for steps of this size.

    It remembers from training to training which number is faster, and the cost of the last trial.
    """
    if isinstance(threads, ThreadChoice):
        return threads
    max_threads = ThreadChoice(threads).max_threads  # checked, and within the limit of the BLAS
    return _remembered(max_threads, tuple(layer_sizes), batch_size)


@lru_cache(maxsize=16)
def _remembered(max_threads: int, sizes: tuple[int, ...], batch_size: int) -> ThreadChoice:
    return ThreadChoice(max_threads)
