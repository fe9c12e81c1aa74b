"""Compare a lone visitor's training on the page with bare processes of one and several threads. Print Markdown."""

import argparse
import asyncio
import time

from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.benchmarks.classroom import SETTLE_S
from tests.benchmarks.timing import machine, print_table
from tests.browser.server import serve_fresh
from tests.wire.visitor import Visitor

NETWORKS = {"784-100-200-10": (100, 200), "784-512-256-10": (512, 256)}
BATCH = 128


def bare_images_per_s(hidden: tuple[int, ...], threads: int | None, seconds: float) -> float:
    """Return the images per second of training alone, without a page or workers."""
    split = chosen_mnist().load().train
    run = steps(
        Run(Settings(hidden=hidden, batch_size=BATCH, epochs=10_000)), split.images, split.labels, threads=threads
    )
    next(run)
    start, n_steps = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        next(run)
        n_steps += 1
    return n_steps * BATCH / seconds


async def visitor_images_per_s(url: str, hidden: tuple[int, ...], seconds: float) -> float:
    """Return the images per second of a run on the page, between two steps that the page shows."""
    widths = "".join(f"&width_{number}={width}" for number, width in enumerate(hidden, 1))
    query = f"speed=Full&batch_size={BATCH}&epochs=100&hidden_layers={len(hidden)}{widths}"
    visitor = await Visitor.open_and_train(url, query)
    await asyncio.sleep(SETTLE_S)
    step, since = visitor.step, visitor.step_since
    await asyncio.sleep(seconds)
    done, elapsed = visitor.step - step, visitor.step_since - since
    await visitor.press("pause")
    await visitor.close()
    return done * BATCH / elapsed


def main() -> None:
    """Measure both networks and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each is watched")
    given = parser.parse_args()
    print(f"## Alone on the page\n\n{machine('numpy', 'streamlit')}. Images a second at batch {BATCH}.\n")
    rows = []
    for name, hidden in NETWORKS.items():
        with serve_fresh() as server:
            alone = asyncio.run(visitor_images_per_s(server.url, hidden, given.seconds))
        bare = [bare_images_per_s(hidden, threads, given.seconds / 2) for threads in (1, None)]
        rows.append([name, *(f"{rate:,.0f}" for rate in (alone, *bare))])
    print_table(["network", "a lone visitor", "a process, one thread", "a process, as many as are faster"], rows)


if __name__ == "__main__":
    main()
