"""A server killed by SIGKILL: its workers must end, and the class's runs must be restored."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.siege.siege import Attack, Siege, workers_of

TIMES = 3
WRITTEN_S = 20.0  # limit for trained steps to reach the disk
WORKERS_S = 10.0  # limit for the end of workers


async def act(siege: Siege) -> None:
    """Kill the server, check its workers, and restart it at the same place, three times."""
    left = 0
    for _ in range(TIMES):
        steps = [pupil.step for pupil in siege.pupils]
        await asyncio.sleep(WRITTEN_S)
        workers = workers_of(siege)
        siege.server.process.kill()
        siege.server.process.wait()
        killed = time.monotonic()
        await asyncio.sleep(WORKERS_S)
        alive = [pid for pid in workers if _is_worker(pid)]
        left += len(alive)
        for pid in alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pupil, step in zip(siege.pupils, steps, strict=True):
            pupil.settle_for(step)
        await siege.restart(killed)
    siege.notes.append(f"{left} workers still ran {WORKERS_S:g} s after the end of one of {TIMES} servers")
    if left:
        siege.fault(f"{left} workers outlived their server")
    await asyncio.sleep(siege.left_s)


def _is_worker(pid: int) -> bool:
    try:
        return b"mlp.jobs.workers.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


ATTACK = Attack("killed", "kill -9 of the server, three times", act, strangers=None)
