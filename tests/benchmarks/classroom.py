"""A class: many visitors at once in one server, all training and drawing over the page's protocol. Prints Markdown."""

import argparse
import asyncio
import multiprocessing
import os
import random
import statistics
import time

import psutil
import threadpoolctl

from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.benchmarks.timing import machine, print_table
from tests.browser.server import Server, serve_fresh
from tests.wire.files import data_url
from tests.wire.visitor import Visitor

SETTLE_S = 10.0
QUERY = "speed=Full&epochs=100"  # at full speed at once, as a slow start ends at different times; no run ends meanwhile
DRAW_EVERY_S = 8.0  # each visitor, on average
BARE_S = 10.0


def bare_images(seconds: float) -> int:
    """Train with the page's default settings in this process, and return the images."""
    with threadpoolctl.threadpool_limits(1):
        settings, split = Settings(epochs=10_000), chosen_mnist().load().train
        run = steps(Run(settings), split.images, split.labels)
        next(run)
        start, images = time.monotonic(), 0
        while time.monotonic() - start < seconds:
            next(run)
            images += settings.batch_size
        return images


def bare(processes: int, seconds: float) -> float:
    """Return the images per second of this many processes at once."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(time.sleep, [0.01] * processes)
        return sum(pool.map(bare_images, [seconds] * processes, chunksize=1)) / seconds


def memory_mb(server: psutil.Process) -> float:
    """Return the resident memory of the server itself."""
    return float(server.memory_info().rss) / 1e6


async def train_and_draw(visitor: Visitor, rng: random.Random, until: float, waits: list[float]) -> None:
    """Draw from time to time, and record the wait for each answer."""
    digit = 0
    while (pause := rng.uniform(0.5, 1.5) * DRAW_EVERY_S) + time.monotonic() < until:
        await asyncio.sleep(pause)
        digit = (digit + rng.randrange(1, 10)) % 10
        waits.append(await visitor.draw(data_url(digit)))


def rates(visitors: list[Visitor], before: list[tuple[int, float]]) -> list[float]:
    """Return the steps per second of each run since the step in ``before``.

    Each is timed between two steps that its page reported, because the pages of a class report seconds apart.
    """
    return [
        (visitor.step - step) / max(visitor.step_since - since, 1e-9)
        for visitor, (step, since) in zip(visitors, before, strict=True)
    ]


async def lesson(server: Server, n_visitors: int, seconds: float) -> tuple[float, list[list[str]]]:
    """Run visitors who arrive, train and draw; return their images a second, and other rows."""
    rng, process = random.Random(7), psutil.Process(server.process.pid)
    visitors = [await Visitor.open_and_train(server.url, QUERY)]
    await visitors[0].draw(data_url(0))
    await asyncio.sleep(5)
    memory_of_one = memory_mb(process)
    visitors += [await Visitor.open_and_train(server.url, QUERY) for _ in range(n_visitors - 1)]
    waits = list[float]()
    end = time.monotonic() + SETTLE_S + seconds
    drawers = [asyncio.create_task(train_and_draw(visitor, rng, end, waits)) for visitor in visitors]
    await asyncio.sleep(SETTLE_S)
    waits.clear()
    before = [(visitor.step, visitor.step_since) for visitor in visitors]
    await asyncio.gather(*drawers)
    await asyncio.sleep(max(0.0, end - time.monotonic()))  # no visitor starts a drawing that could not end in time
    speeds = rates(visitors, before)
    rows = [
        ["fastest visitor / slowest", f"{max(speeds) / max(min(speeds), 1e-9):.2f}", ""],
        [f"pen up to answer, median of {len(waits)}", f"{statistics.median(waits) * 1000:.0f} ms", ""],
        ["pen up to answer, 95th percentile", f"{statistics.quantiles(waits, n=20)[-1] * 1000:.0f} ms", ""],
        ["server memory per visitor", f"{(memory_mb(process) - memory_of_one) / max(n_visitors - 1, 1):.1f} MB", ""],
    ]
    for visitor in visitors:
        await visitor.close()
    return sum(speeds) * Settings().batch_size, rows


def main() -> None:
    """Run the lesson and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=40.0, help="seconds of the measurement")
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    before = bare(cores, BARE_S)
    with serve_fresh() as server:
        images_per_s, rows = asyncio.run(lesson(server, given.visitors, given.seconds))
    share = images_per_s / ((before + bare(cores, BARE_S)) / 2)
    rows = [["training, in total", f"{images_per_s:,.0f} images/s", f"{share:.0%}"], *rows]
    print(f"## A class of {given.visitors}\n\n{machine('numpy', 'streamlit')}.\n")
    print_table(["", "measured", f"of {cores} bare processes"], rows)


if __name__ == "__main__":
    main()
