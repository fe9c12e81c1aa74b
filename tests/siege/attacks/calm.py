"""No attack, for comparison: losses caused by the machine and other programs."""

import asyncio

from tests.siege.siege import Attack, Siege


async def act(siege: Siege) -> None:
    """Wait."""
    await asyncio.sleep(siege.left_s)


ATTACK = Attack("calm", "none, for comparison", act, strangers=0)
