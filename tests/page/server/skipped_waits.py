"""An event loop with a clock of its own, which stands while there is anything to do and skips all waits.

Limits of minutes pass at once, in the same order on every machine: a busy one is as fast by this clock as an idle one.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """Waits for events, but for a silence at most; then the whole wait is added to ``now``."""

    def __init__(self, silence_s: float) -> None:
        super().__init__()
        self.now = 0.0
        self._silence_s = silence_s

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(None if timeout is None else min(timeout, self._silence_s))
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, silence_s: float) -> None:
        self._skipping = _Selector(silence_s)
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now


def run(main: Coroutine[Any, Any, Result], *, silence_s: float = 0.0) -> Result:
    """Run a coroutine to its end, without waiting for its timers.

    Parameters
    ----------
    main : coroutine
    silence_s : float
        Time for the system to pass on what one end of a connection has sent to the other.
    """
    with asyncio.Runner(loop_factory=lambda: _Loop(silence_s)) as runner:
        return runner.run(main)


def now() -> float:
    """Return the time by the running loop's clock, which begins at 0."""
    return asyncio.get_running_loop().time()
