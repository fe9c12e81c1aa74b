"""No attack, to compare with: what the same class loses to the machine itself and to whatever else runs on it."""

import asyncio

from tests.siege.siege import Attack, Siege


async def act(siege: Siege) -> None:
    """Let the time go by."""
    await asyncio.sleep(siege.left_s)


ATTACK = Attack("calm", "none, for comparison", act, strangers=0)
