"""A failing Dask cluster: its scheduler killed and restarted, and a worker that stops answering."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.server import APP, free_port
from tests.siege.siege import Attack, Siege, Surroundings, open_and_close

GONE_S = 15.0  # longer than the server waits for a scheduler
STOPPED_S = 75.0  # longer than a slice may take
NEWCOMER_S = 10.0  # limit for opening the page while the cluster is gone


class Machines(Surroundings):
    """A scheduler and two workers in separate processes, as on several machines."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._port = free_port()
        self._address = f"tcp://127.0.0.1:{self._port}"
        self.environment = {"MLP_SCHEDULER": self._address}
        self.start()

    def start(self) -> None:
        """Start all of them."""
        self._scheduler = self._run("dask_scheduler", "--host", "127.0.0.1", "--port", str(self._port))
        self._workers = [self._run("dask_worker", self._address, "--nthreads", "1", "--no-nanny") for _ in range(2)]

    def kill(self) -> None:
        """Kill all of them."""
        for process in (*self._workers, self._scheduler):
            process.kill()
            process.wait()

    close = kill

    def signal_worker(self, number: signal.Signals) -> None:
        """Send a signal to one of the workers."""
        os.kill(self._workers[0].pid, number)

    def _run(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"],
            cwd=APP.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )


async def act(siege: Siege) -> None:
    """Kill the cluster, open the page, restart the cluster, stop a worker, and let it continue."""
    cluster = siege.around
    await asyncio.to_thread(cluster.kill)
    killed = began = time.monotonic()
    await open_and_close(siege.server)
    waited_s = time.monotonic() - began
    siege.notes.append(f"without the cluster, the page opened in {waited_s:.1f} s")
    if waited_s > NEWCOMER_S:
        siege.fault(f"the page opened in {waited_s:.0f} s")
    await asyncio.sleep(max(0.0, killed + GONE_S - time.monotonic()))
    cluster.start()
    await asyncio.sleep(siege.left_s / 3)
    cluster.signal_worker(signal.SIGSTOP)
    await asyncio.sleep(STOPPED_S if siege.seconds >= 60 else siege.seconds / 2)
    cluster.signal_worker(signal.SIGCONT)
    await asyncio.sleep(siege.left_s)


ATTACK = Attack(
    "machines",
    "Dask scheduler restarted, and a worker stopped",
    act,
    strangers=None,
    surroundings=Machines,
    needs="distributed",
)
