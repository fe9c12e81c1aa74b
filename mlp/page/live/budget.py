"""The budget for readings, so that a drawing class does not starve training."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mlp.page.live.protocol import READINGS_SHARE, VISITORS_SHARE

BURST_S = 0.5  # of unused budget that can be spent at once, so that the end of a stroke is answered at once
MANY = 200  # visitors from which expired entries are removed


class Budget:
    """Turns for readings, first come, first served: a share of a core for each visitor, and one for all together."""

    def __init__(self, share: float = READINGS_SHARE, visitors_share: float = VISITORS_SHARE) -> None:
        self._share = share
        self._visitors_share = visitors_share
        self._free_at: dict[str | None, float] = {}  # None stands for all together
        self._one_at_a_time = asyncio.Lock()  # waiting tasks get it in order

    @asynccontextmanager
    async def turn(self, owner: str | None) -> AsyncIterator[None]:
        """Wait for this visitor's turn, which lasts until the block ends; None for work that no visitor requested."""
        if owner is not None:
            await self._until_free(owner)
        async with self._one_at_a_time:
            await self._until_free(None)
            yield

    def spend(self, seconds: float, owner: str | None) -> None:
        """Charge ``seconds`` of a core to the budget, and to this visitor's."""
        now = asyncio.get_running_loop().time()
        if len(self._free_at) > MANY:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now - BURST_S}
        for name, share in {owner: self._visitors_share, None: self._share}.items():
            self._free_at[name] = max(self._free_at.get(name, 0.0), now - BURST_S) + seconds / share

    async def _until_free(self, owner: str | None) -> None:
        await asyncio.sleep(self._free_at.get(owner, 0.0) - asyncio.get_running_loop().time())
