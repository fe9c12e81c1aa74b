"""Many visitors at once in a failing environment, and counts of their results."""

import asyncio
import random
import time
from pathlib import Path

from tests.browser import chromium
from tests.browser.server import Server, serve
from tests.soak import files, world
from tests.soak.browsers import browse
from tests.soak.life import Life
from tests.soak.report import Report
from tests.wire.visitor import Visitor

CHECKPOINT_MB = 20  # less than a class's runs take, so that some stay in memory only


async def kill_workers(server: Server, rng: random.Random, until: float, every_s: float, report: Report) -> None:
    """Kill a worker from time to time."""
    while time.monotonic() < until:
        await asyncio.sleep(rng.uniform(0.3, 1.7) * every_s)
        report.counts["workers killed"] += world.kill_one(server.process.pid, rng)


async def _soak(
    server: Server,
    seed: int,
    seconds: float,
    n_visitors: int,
    n_browsers: int,
    path: str | None,
    patience_s: float,
    report: Report,
) -> None:
    first = Visitor(server.url, "", patience_s, live=False)
    await first.open()
    await first.draw(files.data_url(0))
    await first.train()
    pid = server.process.pid
    begin = world.memory_mb(pid), world.open_files(pid)
    until = time.monotonic() + seconds
    visitors = [random.Random(f"{seed} {number}") for number in range(n_visitors - n_browsers)]
    lives = [Life(server.url, rng, patience_s, report).live(until) for rng in visitors]
    for number in range(n_browsers):
        lives.append(browse(server.url, path, random.Random(f"{seed} browser {number}"), until, patience_s, report))
    every_s = max(3.0, seconds / 60)
    await asyncio.gather(*lives, kill_workers(server, random.Random(f"{seed} kills"), until, every_s, report))
    await first.close()
    # Streamlit removes a closed tab two minutes later, when the next one opens; a short soak does not wait for that.
    await asyncio.sleep(130 if seconds >= 300 else 1)
    last = Visitor(server.url, "", patience_s, live=False)
    await last.open()
    await last.close()
    await asyncio.sleep(1)
    report.counts["memory at start, MB"], report.counts["memory at end, MB"] = (
        round(begin[0]),
        round(world.memory_mb(pid)),
    )
    report.counts["open files at start"], report.counts["open files at end"] = begin[1], world.open_files(pid)


def soak(seed: int, seconds: float, n_visitors: int, n_browsers: int, folder: Path, patience_s: float = 30.0) -> Report:
    """Run visitors on a separate page.

    Parameters
    ----------
    seed : int
        Determines each visitor's actions and their order. Their times also depend on the machine.
    seconds : float
        Length of the test.
    n_visitors, n_browsers : int
        Number of visitors at a time, and how many of them use a real browser.
    folder : path
        Folder for the server's log and checkpoints.
    patience_s : float
        Limit of each visitor's waits; longer waits are counted.
    """
    report = Report()
    path = chromium.find() if n_browsers else None  # not from within the event loop
    environment = {"MLP_CHECKPOINTS": str(folder / "checkpoints"), "MLP_CHECKPOINT_MB": str(CHECKPOINT_MB)}
    with serve(folder / "server.log", environment) as server:
        try:
            asyncio.run(_soak(server, seed, seconds, n_visitors, n_browsers, path, patience_s, report))
        finally:
            report.counts["checkpoints at end, MB"] = round(world.folder_mb(folder / "checkpoints"))
            report.counts["tracebacks in the server's log"] = server.log.read_text().count("Traceback")
    return report
