"""Training time by number of parameters, minibatch size and number of images.

Prints Markdown, with the exponent of each growth, and draws it as an SVG if ``--svg`` names a file.
"""

import argparse
import itertools
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import mlp
from mlp.nn.network import count_parameters
from tests.benchmarks.racers import digits
from tests.benchmarks.timing import machine, print_table

WIDTHS = (12, 36, 110, 290, 690, 1_380, 2_790)  # of both hidden layers: 10 thousand to 10 million parameters
BATCHES = tuple(2**power for power in range(3, 13))
IMAGES = (1_000, 3_000, 10_000, 30_000, 60_000)
ARTICLE = [784, 100, 200, 10]


class Growth(NamedTuple):
    """Measured ``seconds`` for each of ``amounts``; ``of`` names the quantity."""

    by: str
    of: str
    amounts: list[int]
    seconds: list[float]

    @property
    def exponent(self) -> float:
        """The slope of the straight line through the logarithms."""
        return float(np.polyfit(np.log(self.amounts), np.log(self.seconds), 1)[0])


def main() -> None:
    """Measure the three growths, print them and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5, help="for each point, at least")
    parser.add_argument("--rounds", type=int, default=3, help="of which the fastest counts")
    parser.add_argument("--svg", type=Path, help="where to draw it")
    given = parser.parse_args()
    name, images, labels = digits(max(IMAGES))
    print(f"## Growth\n\n{machine('numpy', 'scipy')}. Data: {name}, default threads.\n")
    growths = list(measured(images, labels, given.seconds, given.rounds))
    for growth in growths:
        print(f"\n{growth.of} by {growth.by}, exponent {growth.exponent:.2f}:\n")
        print_table([growth.by, *(f"{amount:,}" for amount in growth.amounts)], [["", *map(shown, growth.seconds)]])
    if given.svg:
        draw(growths, given.svg)


def measured(images: np.ndarray, labels: np.ndarray, seconds: float, rounds: int) -> Iterator[Growth]:
    """Measure one growth after the other."""

    def image_s(sizes: list[int], batch: int) -> float:
        return min(step_seconds(sizes, batch, images, labels, seconds) for _ in range(rounds)) / batch

    networks = [[784, width, width, 10] for width in WIDTHS]
    of_networks = [image_s(sizes, 128) for sizes in networks]
    yield Growth("parameters", "An image at batch 128", [count_parameters(sizes) for sizes in networks], of_networks)
    of_batches = [image_s(ARTICLE, batch) for batch in BATCHES]
    yield Growth("minibatch", "An image, 784-100-200-10", list(BATCHES), of_batches)
    of_images = [min(epoch_seconds(images[:n], labels[:n]) for _ in range(rounds)) for n in IMAGES]
    yield Growth("images", "An epoch, batch 32", list(IMAGES), of_images)


def training(sizes: list[int], batch: int, images: np.ndarray, labels: np.ndarray, epochs: int) -> Iterator[mlp.Step]:
    """Train a new network."""
    rng = np.random.default_rng(0)
    network = mlp.MLP(sizes, rng=rng)
    optimizer = mlp.SGD(network.parameters(), 0.01)
    return mlp.train(network, optimizer, images, labels, batch_size=batch, epochs=epochs, rng=rng)


def step_seconds(sizes: list[int], batch: int, images: np.ndarray, labels: np.ndarray, seconds: float) -> float:
    """Return the median time of the steps that fit into the seconds; the first ones are not counted."""
    steps = training(sizes, batch, images, labels, 10**6)
    for _ in itertools.islice(steps, 5):
        pass
    seconds_each: list[float] = []
    while sum(seconds_each) < seconds or len(seconds_each) < 5:
        start = time.perf_counter()
        next(steps)
        seconds_each.append(time.perf_counter() - start)
    return statistics.median(seconds_each)


def epoch_seconds(images: np.ndarray, labels: np.ndarray) -> float:
    """Return the time of the second epoch."""
    steps = training(ARTICLE, 32, images, labels, 2)
    per_epoch = math.ceil(len(images) / 32)
    for _ in itertools.islice(steps, per_epoch):
        pass
    start = time.perf_counter()
    for _ in steps:
        pass
    return time.perf_counter() - start


def shown(seconds: float) -> str:
    """Return a time as text with its unit."""
    unit, name = next((pair for pair in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")) if seconds >= pair[0]), (1e-9, "ns"))
    return f"{seconds / unit:.3g} {name}"


def draw(growths: Sequence[Growth], path: Path) -> None:
    """Draw the growths side by side, with logarithmic axes, each with its exponent."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "growth"})
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.8), layout="constrained")
    for axes, growth in zip(figure.subplots(1, len(growths)), growths, strict=True):
        axes.loglog(growth.amounts, growth.seconds, "o-", color="#2a78d6", markersize=4)
        axes.set_title(f"{growth.of}\n∝ {growth.by}$^{{{growth.exponent:.2f}}}$", fontsize=9)
        axes.set_xlabel(growth.by)
        axes.set_ylabel("seconds")
        axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
