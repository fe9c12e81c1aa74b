"""How long an epoch takes: ours, others', and the matrix products that nobody can do without. Prints Markdown."""

import argparse
import statistics

import numpy as np
import threadpoolctl

from mlp import load_mnist
from tests.benchmarks import contenders
from tests.benchmarks.timing import in_turn, machine, median_ratio, print_table

ARTICLE = [784, 100, 200, 10]
EPOCH_IMAGES = 50_000
# (layer sizes, batch size, images a turn): the large networks take a part of an epoch, shown as a whole one.
CASES = [
    (ARTICLE, 32, 50_000),
    (ARTICLE, 128, 50_000),
    (ARTICLE, 512, 50_000),
    ([784, 512, 256, 10], 128, 10_000),
    ([784, 1024, 1024, 10], 128, 5_000),
]
CONTENDERS = {
    "matrix products": contenders.matrix_products,
    "Inkling": contenders.inkling,
    "scikit-learn": contenders.scikit_learn,
    "PyTorch": contenders.pytorch,
    "plain loop, float64": contenders.plain_loop,
}
OPTIMIZERS = {
    "SGD": contenders.inkling,
    "SGD, momentum": contenders.inkling_with_momentum,
    "Adam": contenders.inkling_with_adam,
    "warping alone": contenders.warping,
}


def digits() -> tuple[str, np.ndarray, np.ndarray]:
    """MNIST's training images if they are here, else noise of the same shape, which costs the same."""
    dataset = load_mnist(download=False)
    if len(dataset.train) >= EPOCH_IMAGES:
        return "MNIST", np.array(dataset.train.images), dataset.train.labels
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (EPOCH_IMAGES, 784), np.uint8) * (rng.random((EPOCH_IMAGES, 784)) < 0.2)
    return "noise in the shape of MNIST", images.astype(np.uint8), rng.integers(0, 10, EPOCH_IMAGES)


def main() -> None:
    """Measure every case and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each contender; the medians are shown")
    rounds = parser.parse_args().rounds
    name, images, labels = digits()
    with threadpoolctl.threadpool_limits(1):
        print(f"## Training\n\n{machine('numpy', 'scikit-learn', 'torch')}. Data: {name}.\n")
        print(
            f"CPU seconds for an epoch of {EPOCH_IMAGES:,} images, median of {rounds} turns; in brackets, as many times"
        )
        print("as long as the matrix products alone, in the same turn.\n")
        print_table(["network, batch", *CONTENDERS], (compared(*case, images, labels, rounds) for case in CASES))
        print(f"\nAn epoch of {'-'.join(map(str, ARTICLE))} at batch 32, in epochs of plain SGD:\n")
        print_table(["", *OPTIMIZERS], [optimizers(images, labels, rounds)])


def compared(
    layer_sizes: list[int], batch_size: int, n_images: int, images: np.ndarray, labels: np.ndarray, rounds: int
) -> list[str]:
    """One row: seconds and ratio of each contender."""
    turns = {
        name: make(layer_sizes, images[:n_images], labels[:n_images], batch_size) for name, make in CONTENDERS.items()
    }
    seconds = in_turn(turns, rounds)
    cells = []
    for taken in seconds.values():
        whole_epoch = statistics.median(taken) * EPOCH_IMAGES / n_images
        cells.append(f"{whole_epoch:.3f} ({median_ratio(taken, seconds['matrix products']):.2f})")
    return [f"{'-'.join(map(str, layer_sizes))}, {batch_size}", *cells]


def optimizers(images: np.ndarray, labels: np.ndarray, rounds: int) -> list[str]:
    """One row: what an epoch costs with each optimizer, and what warping all images adds."""
    seconds = in_turn({name: make(ARTICLE, images, labels, 32) for name, make in OPTIMIZERS.items()}, rounds)
    return ["costs", *(f"{median_ratio(taken, seconds['SGD']):.2f}" for taken in seconds.values())]


if __name__ == "__main__":
    main()
