"""Measure epochs of Inkling and other libraries. Prints Markdown."""

import argparse
import statistics
from contextlib import ExitStack

from tests.benchmarks.racers import CONTENDERS, Racer, digits
from tests.benchmarks.timing import machine, median_ratio, print_table

ARTICLE, LARGE = [784, 100, 200, 10], [784, 512, 256, 10]
EPOCH_IMAGES = 50_000
CASES = [(ARTICLE, 32), (ARTICLE, 128), (ARTICLE, 512), (LARGE, 32), (LARGE, 128), (LARGE, 512)]


def main() -> None:
    """Measure every case and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender; the medians are shown")
    parser.add_argument("--images", type=int, default=EPOCH_IMAGES, help="images a turn, shown as a whole epoch")
    parser.add_argument("--only", nargs="*", default=list(CONTENDERS), help="these contenders")
    given = parser.parse_args()
    print(f"## Training\n\n{machine('numpy', 'jax', 'torch')}. Data: {digits(1)[0]}.\n")
    print(f"Wall seconds for an epoch of {EPOCH_IMAGES:,} images, in brackets CPU seconds; median of {given.rounds}.\n")
    versus = ["Inkling to JAX"] if {"Inkling", "JAX"} <= {*given.only} else []
    rows = (race(sizes, batch, given.only, given.images, given.rounds) for sizes, batch in CASES)
    print_table(["network, batch", *given.only, *versus], rows)


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
