"""Measure epochs of Inkling and other libraries. Prints Markdown."""

import argparse
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack

import threadpoolctl

from tests.benchmarks import contenders
from tests.benchmarks.racers import CONTENDERS, Racer, digits
from tests.benchmarks.timing import in_turn, machine, median_ratio, print_table

ARTICLE, LARGE = [784, 100, 200, 10], [784, 512, 256, 10]
EPOCH_IMAGES = 50_000
NETWORKS = {"small": ARTICLE, "large": LARGE}
CASES = [(ARTICLE, 32), (ARTICLE, 128), (ARTICLE, 512), (LARGE, 32), (LARGE, 128), (LARGE, 512)]
PARTS = ("default", "optimizers", "warped", "import")
OPTIMIZERS = {
    "SGD": contenders.inkling,
    "SGD, momentum": contenders.inkling_with_momentum,
    "Adam": contenders.inkling_with_adam,
}


def main() -> None:
    """Measure every case and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender; the medians are shown")
    parser.add_argument("--images", type=int, default=EPOCH_IMAGES, help="images a turn, shown as a whole epoch")
    parser.add_argument("--only", nargs="*", default=list(CONTENDERS), help="these contenders")
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=list(NETWORKS), help="these rows")
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS, help="these tables")
    given = parser.parse_args()
    packages = ("numpy", "jax", "torch", "scikit-learn")
    print(f"## Training\n\n{machine(*packages)}. Data: {digits(1)[0]}.\n")
    print(f"Wall seconds for an epoch of {EPOCH_IMAGES:,} images, in brackets CPU seconds; median of {given.rounds}.\n")
    chosen = [case for case in CASES if case[0] in [NETWORKS[name] for name in given.networks]]
    if "default" in given.parts:
        versus = ["Inkling to JAX"] if {"Inkling", "JAX"} <= {*given.only} else []
        rows = (race(sizes, batch, given.only, given.images, given.rounds) for sizes, batch in chosen)
        print_table(["network, batch", *given.only, *versus], rows)
    if "optimizers" in given.parts:
        print_optimizers(given.images, given.rounds)
    if "warped" in given.parts:
        print_warped(chosen, given.images, given.rounds)
    if "import" in given.parts:
        bare, ours = (
            statistics.median(started(code) for _ in range(given.rounds)) for code in ("", "import mlp; mlp.MLP")
        )
        print(f"\nThe first use of `mlp`: {ours - bare:.2f} s on top of Python's own {bare:.2f} s.")


def print_optimizers(n_images: int, rounds: int) -> None:
    """Compare an epoch by each optimizer with one of plain SGD."""
    _, images, labels = digits(n_images)
    print(f"\nAn epoch of {'-'.join(map(str, ARTICLE))} at batch 32, one thread, in epochs of plain SGD:\n")
    with threadpoolctl.threadpool_limits(1):
        seconds = in_turn({name: make(ARTICLE, images, labels, 32) for name, make in OPTIMIZERS.items()}, rounds)
    costs = (f"{median_ratio(taken, seconds['SGD']):.2f}" for taken in seconds.values())
    print_table(["", *OPTIMIZERS], [["costs", *costs]])


def print_warped(cases: list[tuple[list[int], int]], n_images: int, rounds: int) -> None:
    """Compare an epoch of warped images with one of plain images."""
    _, images, labels = digits(n_images)
    print("\nAn epoch of warped images, default threads, in epochs of plain ones:\n")
    rows = []
    for sizes, batch in cases:
        makers = {"plain": contenders.inkling, "warped": contenders.inkling_warped}
        seconds = in_turn(
            {name: make(sizes, images, labels, batch) for name, make in makers.items()}, rounds, time.perf_counter
        )
        rows.append(
            [f"{'-'.join(map(str, sizes))}, {batch}", f"{median_ratio(seconds['warped'], seconds['plain']):.2f}"]
        )
    print_table(["network, batch", "costs"], rows)


def started(code: str) -> float:
    """Return the seconds that a new Python takes to start and run some code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def race(sizes: list[int], batch: int, names: list[str], n_images: int, rounds: int) -> list[str]:
    """Return a row: contenders train an epoch in turn."""
    with ExitStack() as stack:
        racers = [stack.enter_context(Racer(name, sizes, batch, n_images)) for name in names]
        epochs = [[racer.epoch() for racer in racers] for _ in range(rounds)]
    cells = []
    walls = {name: [row[number][0] for row in epochs] for number, name in enumerate(names)}
    for number in range(len(names)):
        wall, cpu = (statistics.median(row[number][i] for row in epochs) * EPOCH_IMAGES / n_images for i in (0, 1))
        cells.append(f"{wall:.3f} ({cpu:.3f})")
    if {"Inkling", "JAX"} <= {*names}:
        cells.append(f"{median_ratio(walls['Inkling'], walls['JAX']):.2f}")
    return [f"{'-'.join(map(str, sizes))}, {batch}", *cells]


if __name__ == "__main__":
    main()
