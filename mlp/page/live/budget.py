"""The budget for readings, so that a drawing class does not starve training."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from mlp.page.live.protocol import READINGS_PER_SECOND, READINGS_SHARE

BURST_S = 0.5  # of unused budget that can be spent at once
AT_ONCE = 3  # readings of one visitor that need no gap between them, so that the end of a stroke is answered at once
MANY = 200  # visitors from which expired entries are removed


class Budget:
    """Turns for readings, first come, first served: a rate for each visitor, and a share of a core for all together."""

    def __init__(
        self,
        per_second: float = READINGS_PER_SECOND,
        share: float = READINGS_SHARE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap_s = 1 / per_second
        self._share = share
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()
        self._next: dict[str, float] = {}
        self._one_at_a_time = asyncio.Lock()  # waiting tasks get it in order

    @asynccontextmanager
    async def turn(self, owner: str | None) -> AsyncIterator[None]:
        """Wait for this visitor's turn, which lasts until the block ends; None for work that no visitor requested."""
        if owner is not None:
            await self._until(self._next.get(owner, 0.0) - (AT_ONCE - 1) * self._gap_s)
        async with self._one_at_a_time:
            await self._until(self._free_at)
            yield

    def spend(self, seconds: float, owner: str | None) -> None:
        """Charge ``seconds`` of a core to the budget, and a reading to this visitor."""
        now = self._clock()
        self._free_at = max(self._free_at, now - BURST_S) + seconds / self._share
        if owner is None:
            return
        if len(self._next) > MANY:
            self._next = {name: at for name, at in self._next.items() if at > now}
        self._next[owner] = max(now, self._next.get(owner, now)) + self._gap_s

    async def _until(self, moment: float) -> None:
        if (wait_s := moment - self._clock()) > 0:
            await self._sleep(wait_s)
