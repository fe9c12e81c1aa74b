"""``python -m tests.siege.hour``: thirty visitors for an hour, and the growth of memory, descriptors and threads."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from tests.benchmarks.timing import machine
from tests.browser.server import Server, serve
from tests.siege.row import line
from tests.soak import world
from tests.soak.life import Life
from tests.soak.report import Report

MARKS = (10 / 60, 30 / 60, 50 / 60, 1.0)  # fractions of the time
MAY_GROW = 1.2  # from the first mark to the last
HEADER = ("after", "server", "with its workers", "descriptors", "threads")


@dataclass(frozen=True)
class Mark:
    """A server's resources at one time."""

    minutes: float
    server_mb: float
    all_mb: float
    descriptors: int
    threads: int

    def cells(self) -> list[str]:
        """Return the row of the table."""
        return [
            f"{self.minutes:g} min",
            f"{self.server_mb:,.0f} MB",
            f"{self.all_mb:,.0f} MB",
            str(self.descriptors),
            str(self.threads),
        ]


def measure(server: Server, minutes: float) -> Mark:
    """Return the server's present resources."""
    pid = server.process.pid
    memory = [world.fair_memory_mb(one) for one in world.family(pid)]
    return Mark(minutes, memory[0], sum(memory), world.open_files(pid), world.threads(pid))


def grown(marks: Sequence[Mark]) -> list[str]:
    """Return the names of growing resources, from the first mark to the last.

    Examples
    --------
    >>> grown([Mark(10, 400, 900, 150, 60), Mark(60, 410, 1300, 160, 61)])
    ['with its workers: 900 to 1300']
    """
    first, last = astuple(marks[0])[1:], astuple(marks[-1])[1:]
    return [
        f"{name}: {before:.0f} to {after:.0f}"
        for name, before, after in zip(HEADER[1:], first, last, strict=True)
        if after > MAY_GROW * before
    ]


async def pass_time(server: Server, seed: int, minutes: float, n_visitors: int, report: Report) -> list[Mark]:
    """Run visitors who come, use the page and leave; return the server's resources at each mark."""
    start = time.monotonic()
    lives = [
        asyncio.create_task(
            Life(server.url, random.Random(f"{seed} {number}"), 60.0, report).live(start + 60 * minutes + 5)
        )
        for number in range(n_visitors)
    ]
    marks = []
    for share in MARKS:
        await asyncio.sleep(max(0.0, start + 60 * minutes * share - time.monotonic()))
        marks.append(measure(server, round(minutes * share, 2)))
        print(line(marks[-1].cells()), flush=True)
    await asyncio.gather(*lives)
    return marks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the hour and print its table; the exit status is 1 if something grew or failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.siege.hour", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}, {given.visitors} visitors, {given.minutes:g} minutes; {machine('numpy', 'streamlit')}\n")
    print(f"{line(HEADER)}\n{line(['---:'] * len(HEADER))}", flush=True)
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {"MLP_CHECKPOINTS": str(folder / "checkpoints")}
        with serve(folder / "server.log", environment) as server:
            marks = asyncio.run(pass_time(server, given.seed, given.minutes, given.visitors, report))
            tracebacks = server.log.read_text(errors="replace").count("Traceback")
    wrong = [*grown(marks), *report.troubles[:20]] + ([f"{tracebacks} tracebacks in the log"] if tracebacks else [])
    for what in wrong:
        print(what, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
