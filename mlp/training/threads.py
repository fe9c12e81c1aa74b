"""Choose how many threads a step of training has, by what is measured while it trains."""

import time
from collections.abc import Sequence
from functools import lru_cache
from types import TracebackType

from mlp.blas import held, same_bits
from mlp.checks import checked_int
from mlp.machine import n_running, usable_cores

TRIAL_STEPS, LONG_TRIAL_STEPS = 12, 3
"""Steps in a row with one thread, or with several, before the two are compared; and so many of longer ones."""

TRIAL_S = 0.005
"""What is compared, where so many longer steps take that long."""

PRICE = 20
"""After several threads lost more than they gained there is one for so many times what it cost: a twentieth is lost."""

FIRST_REST_S, LONGEST_REST_S = 0.02, 2.0
"""With one thread, before several are tried again: doubled each time that they were no faster."""

LOOK_AGAIN_S = 1.0
"""With several threads, before one is tried again."""


class ThreadChoice:
    """Gives each step one thread or several, whichever takes less time at the moment.

    Threads of a BLAS wait for each other busily. On a quiet machine they pay from a certain size of network and
    minibatch on; beside busy programs a step with two may take a hundred times as long as with one. So several are
    tried only while that many cores have nothing to do, and given up as soon as others want them, or they have lost
    more time than three steps with one thread take. The weights are the same bits for any number: only time depends on
    it.

    Parameters
    ----------
    most : int, optional
        How many threads at most; as many as the process may use cores if not given. With a BLAS whose bits depend on
        the number it is one.

    Raises
    ------
    ValueError
        If it is not a whole number from 1.

    Examples
    --------
    >>> choice = ThreadChoice(2)
    >>> with choice:
    ...     pass  # a step
    >>> choice.now
    1
    """

    def __init__(self, most: int | None = None) -> None:
        self._cores = usable_cores()
        self.most = self._cores if most is None else checked_int("threads", most, 1, 1024)
        if self.most > 1 and not same_bits():
            self.most = 1
        self.now = 1
        self._rest_s = FIRST_REST_S
        self._wait_s = 0.0  # with one thread, before several are tried
        self._compared = False  # whether several were found to be faster
        self._single_s = 0.0  # a step with one thread, of late
        self._steps = 0  # since the number was last changed
        self._seconds = 0.0  # that they took
        self._woke_s = self._lost_s = 0.0  # what several threads cost: their first step, and the ones after it

    def __enter__(self) -> None:
        """Begin a step."""
        held.enter(self.now)
        if self.most > 1:
            self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End it, and choose for the next one."""
        if self.most > 1:
            self.took(time.perf_counter() - self._began)
        held.leave()

    def took(self, seconds: float) -> None:
        """Record how long a step took, and choose ``now`` for the next one."""
        self._steps += 1
        self._seconds += seconds
        if self.now == 1:
            if not self._enough() or self._seconds < self._wait_s:
                return
            if n_running() + self.most - 1 > self._cores:
                self._wait_s = self._seconds + FIRST_REST_S
            else:
                self._single_s = self._seconds / self._steps
                self._begin(self.most)
            return
        if self._steps == 1:  # which had to wake the others up
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
        """Whether there were steps enough since the number was changed to say what one takes."""
        return self._steps >= TRIAL_STEPS or (self._steps >= LONG_TRIAL_STEPS and self._seconds >= TRIAL_S)

    def _begin(self, threads: int, wait_s: float = 0.0) -> None:
        self.now, self._wait_s, self._compared = threads, wait_s, False
        self._steps, self._seconds, self._woke_s, self._lost_s = 0, 0.0, 0.0, 0.0

    def _give_up(self) -> None:
        if self._seconds < self._single_s * self._steps:  # what was lost at the end had been gained before
            self._begin(1, FIRST_REST_S)
            return
        self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
        self._begin(1, max(self._rest_s, PRICE * (self._woke_s + self._lost_s)))


def chosen(threads: "int | ThreadChoice | None", layer_sizes: Sequence[int], batch_size: int) -> ThreadChoice:
    """Return the choice itself; or that of at most so many threads which this process has for steps of this size.

    It remembers from training to training what is faster, and how dear the last trial was.
    """
    if isinstance(threads, ThreadChoice):
        return threads
    most = ThreadChoice(threads).most  # checked, and within what the BLAS allows
    return _remembered(most, tuple(layer_sizes), batch_size)


@lru_cache(maxsize=16)
def _remembered(most: int, sizes: tuple[int, ...], batch_size: int) -> ThreadChoice:
    return ThreadChoice(most)
