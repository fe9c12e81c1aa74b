"""Wait for other threads and processes, or make them wait for the test."""

import time


def wait_until(condition, seconds=60):
    deadline, pause = time.monotonic() + seconds, 0.0001
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        time.sleep(pause)
        pause = min(2 * pause, 0.005)  # what another thread does comes in no time, what a process does later


class Clock:
    """A clock that the test moves, in place of the module ``time``."""

    def __init__(self):
        self.now, self._looks = 100.0, 0

    def monotonic(self):
        self._looks += 1
        return self.now

    def thread_time(self):
        return self.now

    def wait_for_looks(self):
        """Return once other threads have looked at this time."""
        before = self._looks
        wait_until(lambda: self._looks > before + 3)
