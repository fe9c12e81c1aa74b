"""Workers that cannot start: strangers take all descriptors, including those of dead workers."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from tests.siege.siege import Attack, Siege
from tests.soak import world
from tests.wire.visitor import Visitor

DESCRIPTORS = 400  # a class needs about a hundred
TABS = 160
AT_A_TIME = 8
PATIENCE_S = 10.0
IDLE = 40  # silent connections that wait for the descriptors of a dead worker
KILL_EVERY_S = 4.0


async def act(siege: Siege) -> None:
    """Open tabs until the server accepts no more, and kill a worker every few seconds."""
    tabs: list[Visitor] = []
    while len(tabs) < TABS and siege.left_s > siege.seconds / 3:
        more = [Visitor(siege.server.url, "", PATIENCE_S) for _ in range(AT_A_TIME)]
        opened = await asyncio.gather(*(tab.open() for tab in more), return_exceptions=True)
        tabs += more
        if all(opened):
            break
    address = urlsplit(siege.server.url)
    idle = [await asyncio.open_connection(address.hostname, address.port) for _ in range(IDLE)]
    killing = asyncio.create_task(_kill(siege))
    await asyncio.sleep(siege.left_s)
    killing.cancel()
    siege.notes.append(f"{len(tabs)} tabs requested, {_open_files(siege)} of {DESCRIPTORS} descriptors taken")
    for _, writer in idle:
        writer.close()
    for tab in tabs:
        with suppress(Exception):
            await tab.close()


async def _kill(siege: Siege) -> None:
    while True:
        await asyncio.sleep(KILL_EVERY_S)
        world.kill_one(siege.server.process.pid, siege.rng)


def _open_files(siege: Siege) -> int:
    return world.open_files(siege.server.process.pid)


ATTACK = Attack(
    "starting",
    "no file descriptors left, and killed workers",
    act,
    strangers=None,
    within=("sh", "-c", f'ulimit -n {DESCRIPTORS}; exec "$@"', "sh"),
)
